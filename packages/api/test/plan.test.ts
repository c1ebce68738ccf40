import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch } from "./launch.ts";
import { StepRunner } from "./step-runner.ts";
import { register, startTestServer, type TestServer } from "./test-server.ts";
import { weatherSnapshot } from "./weather-definitions.ts";

let test: TestServer;
let runner: StepRunner;

beforeAll(async () => {
  test = await startTestServer();
  await register(test.db, weatherSnapshot());
  runner = await StepRunner.start(test.db);
});

afterAll(() => test[Symbol.asyncDispose]());

const FIRST_DAY = 15_340;
const days = (text: string) => ({ kind: "text", text }) as const;

type Preview = Awaited<ReturnType<TestServer["client"]["plan"]["preview"]["query"]>>;
const shape = ({ assets }: Preview) => assets.map(({ asset, text, reason }) => `${asset.key} ${text}, ${reason}`);

describe("plan.preview", () => {
  it("reads text by the definition of the named asset and maps it to the others", async () => {
    const { client } = test;
    const keys = ["weather/raw", "weather/summary"];
    const byMonth = await client.plan.preview.query({
      keys,
      partitions: { ...days("2012-02"), asset: "weather/summary" },
    });
    expect(shape(byMonth)).toEqual([
      "weather/raw 2012-02-01..2012-02-29 (29), selected",
      "weather/summary 2012-02, selected",
    ]);
    const byRanges = await client.plan.preview.query({
      keys,
      partitions: { kind: "ranges", asset: "weather/raw", ranges: [FIRST_DAY, FIRST_DAY + 2] },
    });
    expect(shape(byRanges)).toEqual([
      "weather/raw 2012-01-01..2012-01-02 (2), selected",
      "weather/summary 2012-01, selected",
    ]);
    const all = await client.plan.preview.query({ selection: "group:weather" });
    expect(shape(all)).toEqual([
      "weather/raw 2012-01-01..2012-03-31 (91), selected",
      "weather/summary 2012-01..2012-03 (3), selected",
    ]);
  });

  it("adds what is needed and missing, or what reads it, when it is told to", async () => {
    const { client } = test;
    const summary = { keys: ["weather/summary"], partitions: days("2012-03") };
    const alone = await client.plan.preview.query(summary);
    expect(alone.warnings).toMatchObject([
      { code: "UPSTREAM_MISSING", assetKey: "weather/summary", upstreamKey: "weather/raw" },
    ]);
    const withUpstream = await client.plan.preview.query({ ...summary, cascade: "upstream_missing" });
    expect(shape(withUpstream)).toEqual([
      "weather/raw 2012-03-01..2012-03-31 (31), upstream",
      "weather/summary 2012-03, selected",
    ]);
    expect(withUpstream.warnings).toEqual([]);
    const withDownstream = await client.plan.preview.query({ ...summary, cascade: "downstream" });
    expect(withDownstream.assets.map(({ asset, reason }) => [asset.key, reason])).toEqual([
      ["weather/summary", "selected"],
      ["report", "downstream"],
      ["letter", "downstream"],
    ]);
  });

  it("refuses what does not exist, naming what does", async () => {
    const { client } = test;
    const code = (error: string, status = 400) => ({ data: { httpStatus: status, heddle: { code: error } } });
    await expect(client.plan.preview.query({ keys: ["weather/row"] })).rejects.toMatchObject(
      code("ASSET_UNKNOWN", 404),
    );
    await expect(client.plan.preview.query({ selection: "group:(" })).rejects.toMatchObject(code("SELECTION_SYNTAX"));
    await expect(
      client.plan.preview.query({ keys: ["weather/raw"], partitions: days("2013-01-01") }),
    ).rejects.toMatchObject(code("PARTITION_UNKNOWN"));
    await expect(client.plan.preview.query({ keys: ["weather/raw"], partitions: days("soon") })).rejects.toMatchObject(
      code("PARTITION_UNKNOWN"),
    );
    const ranges = { kind: "ranges" as const, asset: "report", ranges: [0, 1] };
    await expect(client.plan.preview.query({ keys: ["weather/raw"], partitions: ranges })).rejects.toMatchObject(
      code("ASSET_UNKNOWN", 404),
    );
    const external = await client.plan.preview.query({ keys: ["weather/stations"] });
    expect(external).toMatchObject({ total: 1, effect: "Observe 1 partition of 1 asset", warnings: [] });
    const both = await client.plan.preview.query({ keys: ["weather/stations", "letter"] });
    expect(both.warnings).toMatchObject([{ code: "UPSTREAM_MISSING" }, { code: "EXTERNAL_ASSET" }]);
  });
});

describe("plan.launch", () => {
  it("refuses a plan that is not the confirmed one any more, and says how it differs", async () => {
    const { client } = test;
    const input = {
      keys: ["weather/raw"],
      partitions: days("2012-01-01..2012-01-10"),
      only: ["missing"] as ("missing" | "failed")[],
    };
    const preview = await client.plan.preview.query(input);
    const other = await launch(client, { keys: ["weather/raw"], partitions: days("2012-01-04..2012-01-05") });
    await runner.finish(other);
    const confirmed = { ...input, planHash: preview.hash, at: preview.at, idempotencyKey: randomUUID() };
    const refused = await client.plan.launch.mutate(confirmed);
    expect(refused).toMatchObject({
      kind: "changed",
      changes: [
        {
          asset: { key: "weather/raw" },
          added: [],
          removed: [FIRST_DAY + 3, FIRST_DAY + 5],
          text: "removed 2012-01-04..2012-01-05 (2)",
        },
      ],
    });
    if (refused.kind !== "changed") throw new Error("expected a change");
    const unknown = await client.plan.launch.mutate({ ...confirmed, planHash: "f".repeat(64) });
    expect(unknown).toMatchObject({ kind: "changed", changes: null, preview: { hash: refused.preview.hash } });
    const launched = await client.plan.launch.mutate({
      ...confirmed,
      planHash: refused.preview.hash,
      at: refused.preview.at,
    });
    expect(launched).toMatchObject({ kind: "launched", created: true });
    if (launched.kind !== "launched") throw new Error("not launched");
    expect((await client.runs.get.query({ runId: launched.runId })).total).toBe(8);
    await runner.finish(launched.runId);
  });

  it("launches what the plan has become where none was confirmed", async () => {
    const { client } = test;
    const input = { keys: ["weather/raw"], partitions: days("2012-03-01..2012-03-05") };
    const { at } = await client.plan.preview.query(input);
    const other = await launch(client, { keys: ["weather/raw"], partitions: days("2012-03-04..2012-03-05") });
    const launched = await client.plan.launch.mutate({ ...input, at, idempotencyKey: randomUUID() });
    if (launched.kind !== "launched") throw new Error("not launched");
    // What the other run holds is left to it.
    expect((await client.runs.get.query({ runId: launched.runId })).total).toBe(3);
    await runner.finish(other);
    await runner.finish(launched.runId);
  });

  it("makes one run of the same launch sent many times at once", async () => {
    const { client } = test;
    const input = { keys: ["weather/raw"], partitions: days("2012-02-01..2012-02-03") };
    const { hash, at } = await client.plan.preview.query(input);
    const confirmed = { ...input, planHash: hash, at, idempotencyKey: randomUUID() };
    const answers = await Promise.all(Array.from({ length: 8 }, () => client.plan.launch.mutate(confirmed)));
    expect(new Set(answers.map((answer) => (answer.kind === "launched" ? answer.runId : null))).size).toBe(1);
    expect(answers.filter((answer) => answer.kind === "launched" && answer.created)).toHaveLength(1);
  });

  it("never queues a partition twice, however many launch it at once", async () => {
    const { client } = test;
    const input = { keys: ["weather/raw"], partitions: days("2012-02-10..2012-02-12") };
    const { hash, at } = await client.plan.preview.query(input);
    const answers = await Promise.all(
      Array.from({ length: 6 }, () =>
        client.plan.launch.mutate({ ...input, planHash: hash, at, idempotencyKey: randomUUID() }),
      ),
    );
    expect(answers.filter((answer) => answer.kind === "launched")).toHaveLength(1);
    const again = await client.plan.preview.query(input);
    expect(again).toMatchObject({
      total: 0,
      alreadyPlanned: 3,
      warnings: [{ code: "ALREADY_RUNNING", assetKey: "weather/raw" }],
    });
    await expect(
      client.plan.launch.mutate({ ...input, planHash: again.hash, at: again.at, idempotencyKey: randomUUID() }),
    ).rejects.toMatchObject({ data: { httpStatus: 400, heddle: { code: "PLAN_EMPTY" } } });
  });
});
