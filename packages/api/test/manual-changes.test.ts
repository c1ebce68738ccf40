import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createBusyWorld, FIRST_DAY, type BusyWorld } from "./busy-world.ts";
import type { TestServer } from "./test-server.ts";

let world: BusyWorld;
let client: TestServer["client"];

beforeAll(async () => {
  world = await createBusyWorld();
  ({ client } = world.test);
});

afterAll(() => world[Symbol.asyncDispose]());

const raw = { key: "weather/raw" };
const codeOf = (error: unknown): unknown =>
  (error as { readonly data?: { readonly heddle?: { readonly code?: string } } }).data?.heddle?.code;

describe("assets.wipe", () => {
  const wipe = (text: string, idempotencyKey: string, confirm = raw.key) =>
    client.assets.wipe.mutate({
      ...raw,
      partitions: { kind: "text", text },
      confirm,
      reason: "the source was wrong",
      actor: "ana",
      idempotencyKey,
    });

  it("makes partitions missing, keeps their history, and says who did it and why", async () => {
    const missing = async (): Promise<number> => {
      const asset = await client.assets.get.query(raw);
      return asset.kind === "asset" ? asset.counts.missing : -1;
    };
    const missingBefore = await missing();
    const before = await client.partitions.detail.query({ ...raw, ordinal: FIRST_DAY });
    expect(before.materializations[0]?.current).toBe(true);
    const done = await wipe("2012-01-01..2012-01-02", "wipe-two-days");
    expect(done).toMatchObject({ partitions: 2, changed: true });
    const after = await client.partitions.detail.query({ ...raw, ordinal: FIRST_DAY });
    expect(after.materializations.map(({ current, runId }) => [current, runId])).toEqual(
      before.materializations.map(({ runId }) => [false, runId]),
    );
    expect(await missing()).toBe(missingBefore + 2);
    const { items } = await client.deployment.audit.query({ action: "assets.wipe" });
    expect(items[0]).toMatchObject({ subject: "weather/raw", outcome: "done", actor: { name: "ana" } });
  });

  it("does the same wipe once, and refuses one without the key", async () => {
    expect(await wipe("2012-01-05", "wipe-two-days")).toMatchObject({ partitions: 2, changed: false });
    const refused = await wipe("2012-01-05", "wipe-one-more", "weather").catch(codeOf);
    expect(refused).toBe("WIPE_NOT_CONFIRMED");
    const { items } = await client.deployment.audit.query({ action: "assets.wipe", outcome: "refused" });
    expect(items).toMatchObject([{ errorCode: "WIPE_NOT_CONFIRMED" }]);
  });

  it("refuses partitions that a run is making", async () => {
    expect(await wipe("all", "wipe-everything").catch(codeOf)).toBe("WIPE_PARTITIONS_BUSY");
  });
});

describe("assets.report", () => {
  it("records a run that is over, with what was said, once", async () => {
    const report = () =>
      client.assets.report.mutate({
        ...raw,
        partitions: { kind: "text", text: "2012-01-01" },
        dataVersion: "by-hand-1",
        metadata: { rows: 41 },
        note: "loaded from the archive",
        idempotencyKey: "report-one-day",
      });
    const first = await report();
    expect(first).toMatchObject({ partitions: 1, created: true });
    expect(await report()).toMatchObject({ runId: first.runId, created: false });
    const { materializations } = await client.partitions.detail.query({ ...raw, ordinal: FIRST_DAY });
    expect(materializations[0]).toMatchObject({
      current: true,
      runId: first.runId,
      dataVersion: "by-hand-1",
      metadata: { rows: 41 },
      stored: null,
    });
    const run = await client.runs.get.query({ runId: first.runId });
    expect(run).toMatchObject({ status: "success", origin: { kind: "report", note: "loaded from the archive" } });
  });

  it("records what was seen of an external asset", async () => {
    const stations = { key: "weather/stations" };
    const report = { ...stations, dataVersion: "etag-7", idempotencyKey: "report-external" };
    expect(await client.assets.report.mutate(report)).toMatchObject({ partitions: 1, created: true });
    const asset = await client.assets.get.query(stations);
    expect(asset).toMatchObject({ code: -1, latest: { dataVersion: "etag-7", stored: null } });
    if (asset.kind !== "asset") throw new Error("the asset is unknown");
    expect(asset.why[0]?.[0]).toMatchObject({ text: expect.stringContaining("it last saw other data at") });
  });

  it("refuses what a run is making", async () => {
    const all = { partitions: { kind: "all" }, idempotencyKey: "report-all-of-it" } as const;
    expect(await client.assets.report.mutate({ ...raw, ...all }).catch(codeOf)).toBe("PLAN_OVERLAPS");
  });
});

describe("assets.observe", () => {
  it("launches a look at what is external and observed, once, and names it so", async () => {
    const input = { selection: "+report or key:weather/stations", idempotencyKey: "observe-stations" };
    const first = await client.assets.observe.mutate(input);
    expect(first).toMatchObject({ assets: 1, partitions: 1, created: true });
    expect(await client.assets.observe.mutate(input)).toMatchObject({ runId: first.runId, created: false });
    const run = await client.runs.get.query({ runId: first.runId });
    expect(run).toMatchObject({ origin: { kind: "manual", selection: input.selection } });
    expect(run.assets.map(({ key }) => key)).toEqual(["weather/stations"]);
    // While that run is about to look, there is nothing left to look at.
    const again = { ...input, idempotencyKey: "observe-stations-again" };
    expect(await client.assets.observe.mutate(again).catch(codeOf)).toBe("OBSERVATION_REFUSED");
  });

  it("refuses what is not observed", async () => {
    const input = { selection: "key:weather/raw", idempotencyKey: "observe-what-is-made" };
    expect(await client.assets.observe.mutate(input).catch(codeOf)).toBe("OBSERVATION_REFUSED");
  });
});
