import {
  asset,
  dailyPartitions,
  definitions,
  dynamicPartitions,
  hourlyPartitions,
  staticPartitions,
} from "@heddle/core";
import { PARTITION_STATUSES, snapshotDefinitions, type DefinitionsSnapshot } from "@heddle/core/internal";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { launch } from "./launch.ts";
import { StepRunner } from "./step-runner.ts";
import { register, startTestServer, type TestServer } from "./test-server.ts";

let test: TestServer;
let runner: StepRunner;

beforeAll(async () => {
  test = await startTestServer();
  runner = await StepRunner.start(test.db);
});

beforeEach(() => register(test.db, declare(days("2024-01-01"))));

afterAll(() => test[Symbol.asyncDispose]());

type Cut = NonNullable<Parameters<typeof asset>[0]["partitions"]>;

const days = (start: string) => dailyPartitions({ start, end: "2024-01-06" });

/** `raw` → `copy` → `last`, all cut alike. */
function declare(partitions: Cut): DefinitionsSnapshot {
  const raw = asset({ key: "raw", partitions, materialize: () => 1 });
  const copy = asset({ key: "copy", partitions, deps: { raw }, materialize: () => 1 });
  const last = asset({ key: "last", partitions, deps: { copy }, materialize: () => 1 });
  return snapshotDefinitions(definitions({ assets: [raw, copy, last] }), {
    codeVersionOf: () => "v1",
    projectDirectory: "/",
  });
}

async function readAsset(key: string) {
  const found = await test.client.assets.get.query({ key });
  if (found.kind === "unknown") throw new Error(`${key} is unknown`);
  return found;
}

const named = (code: number) => PARTITION_STATUSES[code];

describe("what a changed definition leaves behind", () => {
  it("is told apart where the start has moved, and can be opened by its key", async () => {
    const runId = await launch(test.client, { keys: ["raw"] });
    await runner.finish(runId);
    expect((await readAsset("raw")).former).toEqual({ count: 0, partitions: [], text: "" });
    await register(test.db, declare(days("2024-01-03")));
    const { former, formerDefinitions, counts } = await readAsset("raw");
    expect(former).toMatchObject({ count: 2, text: "2024-01-01..2024-01-02 (2)" });
    expect([formerDefinitions, counts.fresh]).toEqual([[], 3]);
    const [ordinal = 0] = former.partitions;
    const detail = await test.client.partitions.detail.query({ key: "raw", ordinal });
    expect(detail).toMatchObject({ partitionKey: "2024-01-01", exists: false, supersededAt: null });
    expect(detail.materializations).toMatchObject([{ runId, attemptId: expect.stringMatching(`^${runId}-`) }]);
  });

  it("keeps a definition of its own where partitions are numbered otherwise, with its runs and its history", async () => {
    const runId = await launch(test.client, { keys: ["raw"] });
    await runner.finish(runId);
    const before = await readAsset("raw");
    await register(test.db, declare(hourlyPartitions({ start: "2024-01-01T00:00", end: "2024-01-01T03:00" })));
    const now = await readAsset("raw");
    expect(now.id).not.toBe(before.id);
    expect(now).toMatchObject({ total: 3, counts: { missing: 3 }, former: { count: 0 } });
    expect(now.formerDefinitions).toMatchObject([{ assetId: before.id, scheme: "daily", materialized: 5 }]);
    expect(now.formerDefinitions[0]?.description).toContain("daily from 2024-01-01");

    const status = await test.client.partitions.status.query({ key: "raw", assetId: before.id });
    expect(status).toMatchObject({ asset: { id: before.id }, total: 5, counts: { fresh: 5, missing: 0 } });
    const [ordinal = 0] = status.all;
    const detail = await test.client.partitions.detail.query({ key: "raw", ordinal, assetId: before.id });
    expect(detail).toMatchObject({ partitionKey: "2024-01-01", exists: false, upstream: [], downstream: [] });
    expect([detail.supersededAt !== null, detail.materializations.length > 0]).toEqual([true, true]);
    // The run is still shown with the partitions that it made.
    const step = await test.client.runs.step.query({ runId, asset: "raw", ordinal });
    expect(step).toMatchObject({ partitionKey: "2024-01-01", status: "success", asset: { id: before.id } });
    expect((await test.client.runs.steps.query({ runId, asset: "raw" })).items).toHaveLength(5);
    expect((await test.client.runs.list.query({ asset: "raw" })).items.map(({ id }) => id)).toContain(runId);
    await expect(
      test.client.partitions.status.query({ key: "raw", assetId: (await readAsset("copy")).id }),
    ).rejects.toMatchObject({ data: { heddle: { code: "ASSET_UNKNOWN" } } });
  });

  it("names keys that are gone, static and dynamic ones", async () => {
    await register(test.db, declare(staticPartitions(["north", "south", "west"])));
    await runner.finish(await launch(test.client, { keys: ["raw"] }));
    await register(test.db, declare(staticPartitions(["west", "east"])));
    expect((await readAsset("raw")).former.text).toBe("north..south (2)");
    await register(test.db, declare(dynamicPartitions({ name: "users" })));
    await test.client.partitions.add.mutate({ definition: "users", keys: ["ann", "bob"] });
    await runner.finish(await launch(test.client, { keys: ["raw"] }));
    await test.client.partitions.remove.mutate({ definition: "users", keys: ["ann"] });
    expect((await readAsset("raw")).former.text).toBe("ann");
    // The newest of the former definitions comes first.
    const schemes = (await readAsset("raw")).formerDefinitions.map(({ scheme }) => scheme);
    expect(schemes[0]).toBe("static");
    expect(schemes).toContain("daily");
  });
});

describe("a skipped step", () => {
  it("says which step upstream failed, through any number of steps between, wherever it is shown", async () => {
    const runId = await launch(test.client, { keys: ["raw", "copy", "last"] });
    const detail = await readAsset("raw");
    const { all } = await test.client.partitions.status.query({ key: "raw" });
    const bad = (all[0] ?? 0) + 1;
    await runner.finish(runId, ({ assetKey, ordinal }) =>
      assetKey === "raw" && ordinal === bad ? { fails: { cause: "error", message: "no data" } } : {},
    );
    const because = {
      asset: { id: detail.id, key: "raw" },
      ordinal: bad,
      partitionKey: "2024-01-02",
      status: "failed",
      message: "raw [2024-01-02] failed",
    };
    const step = await test.client.runs.step.query({ runId, asset: "last", ordinal: bad });
    expect(step).toMatchObject({ status: "skipped", skippedBecause: because });
    const run = await test.client.runs.get.query({ runId });
    expect(run.progress.map(({ skippedBecause }) => skippedBecause)).toEqual([null, because, because]);
    const { items } = await test.client.runs.steps.query({ runId, statuses: ["skipped", "success"] });
    expect(new Set(items.map(({ status, message }) => `${status} ${message}`))).toEqual(
      new Set(["success null", "skipped raw [2024-01-02] failed"]),
    );
    const open = await test.client.partitions.detail.query({ key: "raw", ordinal: bad });
    expect(open.failedAttempts).toMatchObject([{ runId, attemptId: expect.any(String), workerId: runner.workerId }]);
    expect(named(open.code)).toBe("failed");
    expect(open.stoppedSteps).toEqual([]);
    const last = await test.client.partitions.detail.query({ key: "last", ordinal: bad });
    expect(last.stoppedSteps).toMatchObject([{ runId, status: "skipped", skippedBecause: because }]);
  });

  it("of one that was canceled before a step began, its partition tells", async () => {
    const runId = await launch(test.client, { keys: ["raw"] });
    await test.client.runs.cancel.mutate({ runId });
    const { all } = await test.client.partitions.status.query({ key: "raw" });
    const { stoppedSteps } = await test.client.partitions.detail.query({ key: "raw", ordinal: all[0] ?? 0 });
    expect(stoppedSteps[0]).toMatchObject({ runId, status: "canceled", skippedBecause: null });
  });
});

describe("a run that waits for others", () => {
  it("says for which, until they are over", async () => {
    const first = await launch(test.client, { keys: ["raw"] });
    await runner.admit(first);
    const [claim] = await runner.claim();
    const { hash, at, after } = await test.client.plan.preview.query({ keys: ["raw"], overlap: "wait" });
    expect(after).toMatchObject([{ id: first }]);
    const launched = await test.client.plan.launch.mutate({
      keys: ["raw"],
      overlap: "wait",
      planHash: hash,
      at,
      idempotencyKey: "waits for the first",
    });
    if (launched.kind !== "launched") throw new Error("the plan changed");
    const { runId } = launched;
    expect(await test.client.runs.get.query({ runId })).toMatchObject({
      status: "queued",
      after: [{ id: first, status: "running" }],
      blockers: expect.arrayContaining([{ reason: "after_runs", message: `It begins when run ${first} is over.` }]),
    });
    if (claim === undefined) throw new Error("nothing was ready");
    const detail = await test.client.partitions.detail.query({ key: "raw", ordinal: [...claim.partitions][0] ?? 0 });
    expect(detail.openSteps).toMatchObject([
      { runId, status: "ready", attemptId: null },
      { runId: first, status: "running", attemptId: `${first}-${claim.claimId}`, workerId: runner.workerId },
    ]);
    await runner.settle([claim]);
    await runner.finish(runId);
    expect(await test.client.runs.get.query({ runId })).toMatchObject({ status: "success", blockers: [] });
  });
});
