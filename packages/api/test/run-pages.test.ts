import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch } from "./launch.ts";
import { StepRunner } from "./step-runner.ts";
import { register, startTestServer, type TestServer } from "./test-server.ts";
import { weatherSnapshot } from "./weather-definitions.ts";

let test: TestServer;
let runner: StepRunner;
/** A backfill of January, whose 4th of January failed, and with it the month. */
let january: number;
let february: number;
let letter: number;

const FIRST_DAY = 15_340;
const MONTH = 504;

beforeAll(async () => {
  test = await startTestServer();
  await register(test.db, weatherSnapshot());
  runner = await StepRunner.start(test.db);
  const { client } = test;
  january = await launch(client, {
    keys: ["weather/raw", "weather/summary"],
    partitions: { kind: "text", text: "2012-01-01..2012-01-31" },
  });
  await runner.finish(january, ({ ordinal, assetKey }) =>
    assetKey === "weather/raw" && ordinal === FIRST_DAY + 3 ? { fails: { cause: "error", message: "no data" } } : {},
  );
  february = await launch(
    client,
    { keys: ["weather/raw"], partitions: { kind: "text", text: "2012-02-01..2012-02-10" } },
    { team: "data" },
  );
  await runner.finish(february);
  letter = await launch(client, { keys: ["letter"] });
  await runner.finish(letter);
});

afterAll(() => test[Symbol.asyncDispose]());

type ListInput = NonNullable<Parameters<TestServer["client"]["runs"]["list"]["query"]>[0]>;

async function listed(input: ListInput): Promise<number[]> {
  return (await test.client.runs.list.query(input)).items.map(({ id }) => id);
}

describe("runs.list", () => {
  it("finds runs by asset and partition, whatever became of the step", async () => {
    const asset = "weather/raw";
    expect(await listed({ asset, partition: "2012-01-04" })).toEqual([january]);
    expect(await listed({ asset, partition: "2012-01-30..2012-02-01" })).toEqual([february, january]);
    expect(await listed({ asset, partition: "2012-03-20" })).toEqual([]);
    expect(await listed({ asset: "weather/summary", partition: "2012-01" })).toEqual([january]);
  });

  it("says that a partition needs its asset", async () => {
    await expect(test.client.runs.list.query({ partition: "2012-01-04" })).rejects.toMatchObject({
      data: { heddle: { code: "API_INPUT_INVALID" } },
    });
  });

  it("filters by selection, tag, cause, time and kind of run", async () => {
    expect(await listed({ selection: "weather/summary" })).toEqual([january]);
    expect(await listed({ selection: "key:weather/*" })).toEqual([february, january]);
    expect(await listed({ tags: [{ name: "team" }] })).toEqual([february]);
    expect(await listed({ tags: [{ name: "team", value: "ops" }] })).toEqual([]);
    expect(await listed({ causes: ["manual"] })).toEqual([letter, february, january]);
    expect(await listed({ causes: ["schedule"] })).toEqual([]);
    expect(await listed({ backfills: true })).toEqual([february, january]);
    expect(await listed({ from: Date.now() + 60_000 })).toEqual([]);
    expect(await listed({ to: Date.now() + 60_000 })).toEqual([letter, february, january]);
  });

  it("pages by partition through runs that do not hold it", async () => {
    const first = await test.client.runs.list.query({
      asset: "weather/raw",
      partition: "2012-01-01..2012-02-03",
      limit: 1,
    });
    expect(first.items.map(({ id }) => id)).toEqual([february]);
    const second = await test.client.runs.list.query({
      asset: "weather/raw",
      partition: "2012-01-01..2012-02-03",
      limit: 1,
      cursor: first.nextCursor,
    });
    expect(second.items.map(({ id }) => id)).toEqual([january]);
    expect(second.nextCursor).toBeNull();
  });

  it("counts assets that were made and that failed, and says where a queued run stands", async () => {
    const [run] = (await test.client.runs.list.query({ statuses: ["failed"] })).items;
    expect(run).toMatchObject({ id: january, assetCount: 2, assetsMade: 0, assetsFailed: 1, queue: null });
    const report = await launch(test.client, { keys: ["report"] });
    // It reads what the report's run makes first.
    const queued = await launch(test.client, { keys: ["letter"] });
    const [own] = (await test.client.runs.list.query({ statuses: ["queued"] })).items;
    expect(own).toMatchObject({ id: queued, queue: { position: 1, length: 1 } });
    expect(own?.queue?.message).toContain("no daemon");
    for (const runId of [queued, report]) await test.client.runs.cancel.mutate({ runId, force: true });
  });
});

describe("runs.matrix", () => {
  it("shows each asset's steps as runs of equal state", async () => {
    const { rows, assetCount } = await test.client.runs.matrix.query({ runId: january });
    expect(assetCount).toBe(2);
    const failed = FIRST_DAY + 3;
    expect(rows.map(({ asset, statuses, total }) => [asset.key, statuses, total])).toEqual([
      ["weather/raw", [1, FIRST_DAY, failed, 3, failed, failed + 1, 1, failed + 1, FIRST_DAY + 31], 31],
      ["weather/summary", [6, MONTH, MONTH + 1], 1],
    ]);
  });
});

describe("runs.timeline", () => {
  it("tells every step of a small run, and sums it up", async () => {
    const timeline = await test.client.runs.timeline.query({ runId: january });
    expect(timeline.steps).toHaveLength(31);
    expect(timeline.weight).toBe(1);
    expect(timeline.made.reduce((sum, count) => sum + count, 0)).toBe(30);
    expect(timeline.failed.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
    expect(timeline.lanes).toHaveLength(1);
    expect(timeline.lanes[0]).toMatchObject({ workMs: 30 * 40 });
  });

  it("tells nothing of an asset that has not begun", async () => {
    const timeline = await test.client.runs.timeline.query({ runId: january, asset: "weather/summary" });
    expect(timeline).toMatchObject({ steps: [], lanes: [] });
  });
});

describe("runs.outputs", () => {
  it("pages through what was made", async () => {
    const first = await test.client.runs.outputs.query({ runId: january, limit: 20 });
    const second = await test.client.runs.outputs.query({ runId: january, limit: 20, cursor: first.nextCursor });
    const keys = [...first.items, ...second.items].map(({ partitionKey }) => partitionKey);
    expect(keys).toHaveLength(30);
    expect(keys).not.toContain("2012-01-04");
    expect(first.items[0]).toMatchObject({ asset: { key: "weather/raw" }, runId: january, metadata: { rows: 3 } });
  });
});

describe("runs.compare", () => {
  it("compares with the newest run before it that succeeded and is most like it", async () => {
    const again = await launch(test.client, {
      keys: ["weather/raw"],
      partitions: { kind: "text", text: "2012-02-01..2012-02-05" },
    });
    await runner.finish(again);
    const compared = await test.client.runs.compare.query({ runId: again });
    expect(compared.other).toMatchObject({ id: february, status: "success" });
    expect(compared.assets).toMatchObject([
      { asset: { key: "weather/raw" }, now: { total: 5, workMs: 200 }, before: { total: 10, workMs: 400 } },
    ]);
  });

  it("has nothing to compare the first with, and compares with any run that is named", async () => {
    expect((await test.client.runs.compare.query({ runId: january })).other).toBeNull();
    const { assets } = await test.client.runs.compare.query({ runId: january, with: letter });
    expect(assets.map(({ asset, now, before }) => [asset.key, now !== null, before !== null])).toEqual([
      ["weather/raw", true, false],
      ["weather/summary", true, false],
      ["letter", false, true],
    ]);
  });
});

describe("runs.retry", () => {
  it("does only the chosen steps again", async () => {
    const { client } = test;
    const runId = await launch(client, {
      keys: ["weather/raw"],
      partitions: { kind: "text", text: "2012-03-01..2012-03-06" },
    });
    await runner.finish(runId, () => ({ fails: { cause: "error", message: "no" } }));
    const march = FIRST_DAY + 60;
    const { runId: retried } = await client.runs.retry.mutate({
      runId,
      only: "failed",
      partitions: { "weather/raw": [march + 1, march + 3] },
    });
    const { progress } = await client.runs.get.query({ runId: retried });
    expect(progress.map(({ asset, partitions }) => [asset.key, partitions])).toEqual([
      ["weather/raw", [march + 1, march + 3]],
    ]);
    await expect(
      client.runs.retry.mutate({ runId, only: "failed", partitions: { "weather/summary": [1, 2] } }),
    ).rejects.toMatchObject({ data: { heddle: { code: "RUN_NOTHING_TO_RETRY" } } });
  });
});
