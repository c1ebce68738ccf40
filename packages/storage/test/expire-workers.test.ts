import { MAX_LOSSES, MAX_LOSSES_IN_COMPANY, MAX_SUSPECTS, PartitionSet } from "@heddle/core/internal";
import {
  beatWorker,
  cancelRun,
  endWorker,
  executeCommand,
  expireWorkers,
  releaseBackoff,
  type Database,
  readRunFailures,
} from "@heddle/storage";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { endBackoff, endLease, launch, launchAndClaim, readStatus, readTraces } from "./fixtures/launched-run.ts";
import { startWorker } from "./fixtures/run-fixtures.ts";
import { findViolations } from "./model/invariants.ts";
import { readState } from "./model/read-state.ts";
import { createTestDatabase, type TestDatabase } from "./support/index.ts";

let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  ({ db } = database);
});

afterEach(async () => expect(findViolations(await readState(db))).toEqual([]));
afterAll(() => database[Symbol.asyncDispose]());

/** Lets a worker die with what it holds, until there is nothing more to claim. */
async function dieUntilFailed(run: Awaited<ReturnType<typeof launch>>): Promise<number> {
  for (let deaths = 0; deaths < 20; deaths += 1) {
    const workerId = await startWorker(db);
    if ((await run.claim(workerId)).length === 0) return deaths;
    await endLease(db, workerId);
    expect(await expireWorkers(db)).toBe(1);
    await endBackoff(db, run.runId);
    await releaseBackoff(db);
  }
  return Infinity;
}

test("a worker that is alive keeps what it holds", async () => {
  const { runId, workerId } = await launchAndClaim(db, { a: { partitions: 3 } });
  const before = await readTraces(db, runId);
  await executeCommand(db, { kind: "expire_worker", workerId });
  expect(await expireWorkers(db)).toBe(0);
  expect(await readTraces(db, runId)).toEqual(before);
});

test("a worker that beats before the sweep comes keeps what it holds", async () => {
  const { runId, workerId } = await launchAndClaim(db, { a: { partitions: 3 } });
  await endLease(db, workerId);
  expect(await beatWorker(db, { id: workerId, leaseMs: 60_000 })).toMatchObject({ alive: true });
  const before = await readTraces(db, runId);
  await executeCommand(db, { kind: "expire_worker", workerId });
  expect(await readTraces(db, runId)).toEqual(before);
});

test("what a dead worker held is tried again, once, whoever sweeps at the same time", async () => {
  const { runId, workerId } = await launchAndClaim(db, { a: { partitions: 5 } });
  await endLease(db, workerId);
  const swept = await Promise.all([1, 2, 3].map(() => expireWorkers(db)));
  expect(swept.reduce((sum, count) => sum + count, 0)).toBe(1);
  const { attempts, assets, workers } = await readState(db);
  expect(attempts.filter((attempt) => attempt.runId === runId)).toHaveLength(5);
  expect(assets.find((asset) => asset.runId === runId)?.sets.backoff.size).toBe(5);
  expect(workers.find(({ id }) => id === workerId)?.hasEnded).toBe(true);
  expect(await beatWorker(db, { id: workerId, leaseMs: 60_000 })).toMatchObject({ alive: false });
});

test("a step that ends one worker after another is poison, and what depends on it is skipped: the run ends", async () => {
  const run = await launch(db, { a: {}, b: { deps: { a: { kind: "unpartitioned" } } } });
  expect(await dieUntilFailed(run)).toBe(MAX_LOSSES);
  expect(await readStatus(db, run.runId)).toBe("failed");
  const { steps, assets } = await readState(db);
  expect(steps.find((step) => step.runId === run.runId)).toMatchObject({
    losses: MAX_LOSSES,
    errors: 0,
    cause: "poison",
  });
  expect(assets.filter((asset) => asset.runId === run.runId)[1]?.sets.skipped).toEqual(PartitionSet.of([0]));
  const failures = await db.read("failures", (tx) => readRunFailures(tx, { runId: run.runId, limit: 10 }));
  expect(failures).toMatchObject([{ cause: "worker_lost", failedSteps: 1, poisonSteps: 1 }]);
});

test("steps that are lost with many others get more chances", async () => {
  const run = await launch(db, { a: { partitions: MAX_SUSPECTS + 1 } });
  expect(await dieUntilFailed(run)).toBe(MAX_LOSSES_IN_COMPANY);
});

test("a canceled run ends with the worker that never confirmed", async () => {
  const { runId, workerId } = await launchAndClaim(db, { a: { partitions: 2 } });
  await cancelRun(db, runId);
  expect(await readStatus(db, runId)).toBe("canceling");
  await endLease(db, workerId);
  await expireWorkers(db);
  expect(await readStatus(db, runId)).toBe("canceled");
  expect((await readState(db)).attempts.filter((attempt) => attempt.runId === runId)).toEqual([]);
});

test("a worker that gives its lease up with steps in hand is swept at once", async () => {
  const { runId, workerId } = await launchAndClaim(db, { a: { partitions: 2 } });
  await endWorker(db, workerId);
  expect(await expireWorkers(db)).toBe(1);
  expect((await readState(db)).assets.find((asset) => asset.runId === runId)?.sets.running.size).toBe(0);
});

test("a worker that ended in order and left steps behind costs them nothing", async () => {
  const { runId, workerId } = await launchAndClaim(db, { a: { partitions: 2 } });
  await db.transaction(
    "end it",
    ({ sql }) => sql`update worker set ended_at = clock_timestamp() where id = ${workerId}`,
  );
  expect(await expireWorkers(db)).toBe(1);
  const { assets, attempts } = await readState(db);
  expect(assets.find((asset) => asset.runId === runId)?.sets.ready.size).toBe(2);
  expect(attempts.filter((attempt) => attempt.runId === runId)).toEqual([]);
});

test("steps of several runs are taken back in one sweep", async () => {
  const runs = [await launch(db, { a: { partitions: 2 } }), await launch(db, { a: { partitions: 3 } })];
  const workerId = await startWorker(db);
  for (const run of runs) await run.claim(workerId);
  await endLease(db, workerId);
  expect(await expireWorkers(db)).toBe(1);
  const { assets } = await readState(db);
  expect(runs.map(({ runId }) => assets.find((asset) => asset.runId === runId)?.sets.backoff.size)).toEqual([2, 3]);
});
