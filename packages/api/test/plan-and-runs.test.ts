import { PARTITION_STATUSES, type PartitionStatus } from "@heddle/core/internal";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
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

const status = (name: PartitionStatus) => PARTITION_STATUSES.indexOf(name);

/** What `partitions.status` answers as runs: a status, and the days after the first one at which it begins and ends. */
const daysBy = (...runs: readonly (readonly [PartitionStatus, start: number, end: number])[]) =>
  runs.flatMap(([name, start, end]) => [status(name), FIRST_DAY + start, FIRST_DAY + end]);

/** Days since 1970-01-01 of the first of January 2012. */
const FIRST_DAY = 15_340;

describe("from a plan to its results", () => {
  it("previews, launches, follows and explains", async () => {
    const { client } = test;
    const input = {
      keys: ["weather/raw", "weather/summary"],
      partitions: { kind: "text" as const, text: "2012-01-01..2012-02-29" },
    };
    const preview = await client.plan.preview.query(input);
    expect(preview).toMatchObject({ total: 62, effect: "Materialize 62 partitions of 2 assets", alreadyPlanned: 0 });
    expect(preview.assets.map(({ asset, count, text, reason }) => [asset.key, count, text, reason])).toEqual([
      ["weather/raw", 60, "2012-01-01..2012-02-29 (60)", "selected"],
      ["weather/summary", 2, "2012-01..2012-02 (2)", "selected"],
    ]);

    const launch = {
      ...input,
      planHash: preview.hash,
      at: preview.at,
      idempotencyKey: "click-0001",
      tags: { why: "test" },
    };
    const launched = await client.plan.launch.mutate(launch);
    expect(launched).toMatchObject({ kind: "launched", created: true });
    expect(await client.plan.launch.mutate(launch)).toEqual({ ...launched, created: false });
    if (launched.kind !== "launched") throw new Error("not launched");
    const { runId } = launched;

    expect((await client.partitions.status.query({ key: "weather/raw" })).runs).toEqual(
      daysBy(["queued", 0, 60], ["missing", 60, 91]),
    );

    await runner.admit(runId);
    const claims = await runner.claim(40);
    expect((await client.assets.status.query({})).codes).toContain(status("running"));
    const detail = await client.runs.get.query({ runId });
    expect(detail).toMatchObject({ status: "running", total: 62, assetCount: 2, tags: { why: "test" } });
    expect(detail.counts).toMatchObject({ running: 40, ready: 20, waiting: 2 });
    await runner.settle(claims, ({ ordinal }) =>
      ordinal === FIRST_DAY + 3 ? { fails: { cause: "error", message: `no data for station ${ordinal}` } } : {},
    );
    await runner.finish(runId, ({ ordinal }) =>
      ordinal === FIRST_DAY + 3 ? { fails: { cause: "error", message: `no data for station ${ordinal}` } } : {},
    );

    const ended = await client.runs.get.query({ runId });
    expect(ended).toMatchObject({ status: "failed", blockers: [] });
    expect(ended.counts).toMatchObject({ success: 60, failed: 1, skipped: 1 });
    expect(ended.failures).toHaveLength(1);
    expect(ended.failures[0]).toMatchObject({
      cause: "error",
      count: 2,
      example: {
        asset: { key: "weather/raw" },
        partitionKey: "2012-01-04",
        error: { message: `no data for station ${FIRST_DAY + 3}` },
      },
    });

    expect((await client.partitions.status.query({ key: "weather/raw" })).runs).toEqual(
      daysBy(["fresh", 0, 3], ["failed", 3, 4], ["fresh", 4, 60], ["missing", 60, 91]),
    );
  });

  it("shows equal failures by the first partition that failed for good", async () => {
    const { client } = test;
    const input = { keys: ["weather/raw"], partitions: { kind: "text" as const, text: "2012-03-01..2012-03-20" } };
    const { hash, at } = await client.plan.preview.query(input);
    const launched = await client.plan.launch.mutate({ ...input, planHash: hash, at, idempotencyKey: "click-0002" });
    if (launched.kind !== "launched") throw new Error("not launched");
    // The second day succeeds when it is tried again; all from the fifth on fail, the latest ones last.
    await runner.finish(launched.runId, ({ ordinal, attempt }) => {
      const day = ordinal - FIRST_DAY - 60;
      const isLost = day >= 4 || (day === 1 && attempt === 1);
      return isLost ? { fails: { cause: "error", message: `no data for station ${ordinal}` } } : {};
    });
    const { failures } = await client.runs.get.query({ runId: launched.runId });
    expect(failures).toMatchObject([
      {
        count: 33,
        failedSteps: 16,
        example: { partitionKey: "2012-03-05", attempt: 2, asset: { key: "weather/raw" } },
      },
    ]);
  });
});
