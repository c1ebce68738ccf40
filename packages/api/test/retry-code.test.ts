import { asset, assetCheck, dailyPartitions, definitions, hourlyPartitions, pass } from "@heddle/core";
import { snapshotDefinitions, type DefinitionsSnapshot } from "@heddle/core/internal";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { launch } from "./launch.ts";
import { StepRunner } from "./step-runner.ts";
import { register, startTestServer, type TestServer } from "./test-server.ts";

let test: TestServer;
let runner: StepRunner;

beforeAll(async () => {
  test = await startTestServer();
  runner = await StepRunner.start(test.db);
});
beforeEach(() => register(test.db, declare()));
afterAll(() => test[Symbol.asyncDispose]());

interface Declared {
  readonly version?: string;
  readonly attempts?: number;
  readonly isHourly?: boolean;
  readonly readsSide?: boolean;
  readonly withoutCopy?: boolean;
  readonly withoutCheck?: boolean;
}

/** `raw` → `copy`, five days; `side` has no partitions. */
function declare({
  version = "v1",
  attempts = 1,
  isHourly = false,
  readsSide = false,
  withoutCopy = false,
  withoutCheck = false,
}: Declared = {}): DefinitionsSnapshot {
  const partitions = isHourly
    ? hourlyPartitions({ start: "2024-01-01T00:00", end: "2024-01-01T05:00" })
    : dailyPartitions({ start: "2024-01-01", end: "2024-01-06" });
  const side = asset({ key: "side", materialize: () => 1 });
  const raw = asset({ key: "raw", partitions, retry: { attempts }, materialize: () => 1 });
  const cut = { key: "copy", partitions, materialize: () => 1 };
  const copy = readsSide ? asset({ ...cut, deps: { raw, side } }) : asset({ ...cut, deps: { raw } });
  const good = assetCheck({ asset: raw, name: "good", check: () => pass() });
  const made = definitions({
    assets: withoutCopy ? [side, raw] : [side, raw, copy],
    checks: withoutCheck ? [] : [good],
  });
  return snapshotDefinitions(made, { codeVersionOf: () => version, projectDirectory: "/" });
}

const THIRD = 19_725;

/** A run of both in which the third day of `raw` failed, and that of `copy` was skipped. */
async function failInPart(): Promise<number> {
  const runId = await launch(test.client, { keys: ["raw", "copy"] });
  await runner.finish(runId, ({ assetKey, ordinal }) =>
    assetKey === "raw" && ordinal === THIRD ? { fails: { cause: "error", message: "a mistake" } } : {},
  );
  return runId;
}

const progressOf = async (runId: number) => (await test.client.runs.get.query({ runId })).progress;

it("runs the code in force and goes by its definitions, so that what was corrected counts", async () => {
  const runId = await failInPart();
  expect((await progressOf(runId)).map(({ codeChanged }) => codeChanged)).toEqual([false, false]);
  await register(test.db, declare({ version: "v2", attempts: 3, readsSide: true }));
  expect((await progressOf(runId)).map(({ codeChanged }) => codeChanged)).toEqual([true, true]);
  await runner.finish(await launch(test.client, { keys: ["side"] }));

  const retry = await test.client.runs.retry.mutate({ runId });
  const run = await test.client.runs.get.query({ runId: retry.runId });
  expect(run).toMatchObject({ total: 2, origin: { kind: "retry", runId } });
  expect(run.progress.map(({ asset: { key }, codeVersion, attempts }) => [key, codeVersion, attempts])).toEqual([
    ["raw", "v2", 3],
    ["copy", "v2", 1],
  ]);
  await runner.finish(retry.runId);
  expect((await test.client.runs.get.query({ runId: retry.runId })).status).toBe("success");
  const made = await test.client.partitions.detail.query({ key: "copy", ordinal: THIRD });
  expect(made.materializations[0]).toMatchObject({ runId: retry.runId });
});

it("runs the code of the run where that is asked for", async () => {
  const runId = await failInPart();
  await register(test.db, declare({ version: "v2", attempts: 3 }));
  const retry = await test.client.runs.retry.mutate({ runId, code: "same" });
  const progress = await progressOf(retry.runId);
  expect(progress.map(({ codeVersion, attempts }) => [codeVersion, attempts])).toEqual([
    ["v1", 1],
    ["v1", 1],
  ]);
  await test.client.runs.cancel.mutate({ runId: retry.runId });
});

it.each([
  ["an asset is gone", { withoutCopy: true }, '"copy" is not declared any more'],
  ["an asset has other partitions", { isHourly: true }, '"raw" has other partitions now'],
])("says so where %s, and launches nothing", async (_name, change, what) => {
  const runId = await failInPart();
  await register(test.db, declare({ version: "v3", ...change }));
  await expect(test.client.runs.retry.mutate({ runId })).rejects.toMatchObject({
    message: `run ${runId} cannot be retried with the code in force: ${what}`,
    data: { httpStatus: 409, heddle: { code: "RUN_DEFINITIONS_CHANGED" } },
  });
});

it("runs the checks in force, and says which of them is gone", async () => {
  await runner.finish(await launch(test.client, { keys: ["raw"] }));
  const asked = { assets: [{ key: "raw" }], partitions: { kind: "newest" as const } };
  const { runs } = await test.client.checks.run.mutate({ ...asked, idempotencyKey: crypto.randomUUID() });
  const runId = runs[0]?.runId ?? 0;
  await test.client.runs.cancel.mutate({ runId });
  await register(test.db, declare({ version: "v2", withoutCheck: true }));
  await expect(test.client.runs.retry.mutate({ runId, only: "unfinished" })).rejects.toMatchObject({
    message: `run ${runId} cannot be retried with the code in force: "raw" has no check "good" any more`,
  });
  await register(test.db, declare({ version: "v3" }));
  const retry = await test.client.runs.retry.mutate({ runId, only: "unfinished" });
  const progress = await progressOf(retry.runId);
  expect(progress).toMatchObject([{ codeVersion: "v3", checks: ["good"] }]);
  await test.client.runs.cancel.mutate({ runId: retry.runId });
});
