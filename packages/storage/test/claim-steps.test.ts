import { PartitionSet } from "@heddle/core/internal";
import { claimSteps, endWorker, pauseRun, resumeRun, type Claim, type Database } from "@heddle/storage";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { endLease, launch, settle } from "./fixtures/launched-run.ts";
import { giveUp, startWorker, succeed } from "./fixtures/run-fixtures.ts";
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

const sizeOf = (claims: readonly Claim[]): number => claims.reduce((sum, { partitions }) => sum + partitions.size, 0);

describe("nothing is given", () => {
  test("to a worker that nobody knows, whose lease is over, or that has ended", async () => {
    const { claim } = await launch(db, { a: { partitions: 3 } });
    const [over, ended] = [await startWorker(db), await startWorker(db)];
    await endLease(db, over);
    await endWorker(db, ended);
    for (const workerId of ["00000000-0000-4000-8000-000000000000", over, ended])
      expect(await claim(workerId)).toEqual([]);
  });

  test("of runs that wait for admission or are paused", async () => {
    const workerId = await startWorker(db);
    const waiting = await launch(db, { a: {} }, { isAdmitted: false });
    expect(await waiting.claim(workerId)).toEqual([]);
    const paused = await launch(db, { a: {} });
    await pauseRun(db, paused.runId);
    expect(await paused.claim(workerId)).toEqual([]);
    await resumeRun(db, paused.runId);
    expect(await paused.claim(workerId)).toEqual([]);
  });

  test("of code that the worker cannot run, and to one that has no room", async () => {
    const { claim, codeVersionId } = await launch(db, { a: {} });
    const workerId = await startWorker(db);
    expect(await claimSteps(db, { workerId, capacity: 10, codeVersionIds: [codeVersionId + 1_000] })).toEqual([]);
    expect(await claimSteps(db, { workerId, capacity: 10, codeVersionIds: [] })).toEqual([]);
    expect(await claim(workerId, 0)).toEqual([]);
    expect(await claim(workerId, 1)).toHaveLength(1);
  });
});

test("nothing is given of a run that is paused while somebody waits for it", async () => {
  const { runId, claim } = await launch(db, { a: { partitions: 2 } });
  const workerId = await startWorker(db);
  const setStatus = (status: string) =>
    db.transaction("set status", ({ sql }) => sql`update run set status = ${status} where id = ${runId}`);
  const { promise: isPausing, resolve: tellPausing } = Promise.withResolvers<void>();
  const { promise: isWaiting, resolve: tellWaiting } = Promise.withResolvers<void>();
  const pausing = db.transaction("pause slowly", async ({ sql }) => {
    await sql`update run set status = 'paused' where id = ${runId}`;
    tellPausing();
    await isWaiting;
  });
  await isPausing;
  const claiming = claim(workerId);
  await waitForLock();
  tellWaiting();
  await pausing;
  expect(await claiming).toEqual([]);
  await setStatus("running");
});

/** Waits until some transaction waits for a lock of another. */
async function waitForLock(): Promise<void> {
  const isWaited = async (): Promise<boolean> => {
    const rows = await db.read(
      "waiting",
      ({ sql }) => sql`
      select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows.length > 0;
  };
  await expect.poll(isWaited, { timeout: 20_000 }).toBe(true);
}

describe("limits", () => {
  test("of the worker are kept, and what is left can be claimed later", async () => {
    const { claim } = await launch(db, { a: { partitions: 10 }, b: { partitions: 10 } });
    const workerId = await startWorker(db);
    expect(sizeOf(await claim(workerId, 13))).toBe(13);
    expect(sizeOf(await claim(workerId, 13))).toBe(7);
    expect(sizeOf(await claim(workerId, 13))).toBe(0);
  });

  test("of one asset in one claim are kept", async () => {
    const { claim, codeVersionId } = await launch(db, { a: { partitions: 10 }, b: { partitions: 2 } });
    const workerId = await startWorker(db);
    const claims = await claimSteps(db, {
      workerId,
      capacity: 100,
      perAsset: () => 3,
      codeVersionIds: [codeVersionId],
    });
    expect(claims.map(({ partitions }) => partitions.size).toSorted((a, b) => a - b)).toEqual([2, 3]);
    expect(sizeOf(await claim(workerId))).toBe(7);
  });

  test("of the run are kept by all workers together, and a place is free when a step has ended", async () => {
    const { claim, work } = await launch(db, { a: { partitions: 30 } }, { maxConcurrency: 4 });
    const workers = await Promise.all([1, 2, 3, 4, 5].map(() => startWorker(db)));
    const claimed = await Promise.all(workers.map((workerId) => claim(workerId, 3)));
    expect(sizeOf(claimed.flat())).toBe(4);
    const at = claimed.findIndex((claims) => claims.length > 0);
    const [held] = claimed[at] ?? [];
    const workerId = workers[at];
    if (held === undefined || workerId === undefined) throw new Error("nobody was given anything");
    const [first] = held.partitions;
    const next = await work(workerId, succeed(held, [first ?? -1]));
    expect([next.results, sizeOf(next.claims)]).toEqual([["published"], 1]);
  });
});

test("no step is given twice, whoever asks at the same time, and every step is given", async () => {
  const { claim } = await launch(db, { a: { partitions: 120 }, b: { partitions: 120 }, c: {} });
  const workers = await Promise.all([1, 2, 3, 4, 5, 6].map(() => startWorker(db)));
  const all: Claim[] = [];
  for (let round = 0; round < 20 && sizeOf(all) < 241; round += 1) {
    for (const claims of await Promise.all(workers.map((workerId) => claim(workerId, 25)))) all.push(...claims);
  }
  const steps = all.flatMap(({ assetId, partitions }) => [...partitions].map((ordinal) => `${assetId}/${ordinal}`));
  expect(steps).toHaveLength(241);
  expect(new Set(steps).size).toBe(241);
});

test("what is furthest downstream goes first, so that runs come to an end before they spread", async () => {
  const { claim, work } = await launch(db, {
    a: { partitions: 4 },
    b: { partitions: 4, deps: { a: { kind: "identity" } } },
  });
  const workerId = await startWorker(db);
  const [held] = await claim(workerId, 2);
  if (held === undefined) throw new Error("nothing was ready");
  const { claims } = await work(workerId, succeed(held));
  expect(claims.map(({ assetKey, partitions }) => [assetKey.slice(-1), partitions])).toEqual([
    ["b", PartitionSet.range(0, 2)],
    ["a", PartitionSet.range(2, 4)],
  ]);
});

test("runs share a worker: by priority, and among equals evenly", async () => {
  // Of one project, so that one call may claim of all of them.
  const low = await launch(db, { a: { partitions: 20 } }, { priority: 0 });
  const equal = await launch(db, { a: { partitions: 20 } }, { priority: 0 });
  const high = await launch(db, { a: { partitions: 5 } }, { priority: 1 });
  const workerId = await startWorker(db);
  const codeVersionIds = [low, equal, high].map((run) => run.codeVersionId);
  const claims = await claimSteps(db, { workerId, capacity: 15, codeVersionIds });
  const sizes = new Map(claims.map(({ runId, partitions }) => [runId, partitions.size]));
  expect(sizes).toEqual(
    new Map([
      [high.runId, 5],
      [low.runId, 5],
      [equal.runId, 5],
    ]),
  );
});

test("a run that is held by another transaction is waited for when there is nothing else, and otherwise left out", async () => {
  const [held, free] = [await launch(db, { a: { partitions: 2 } }), await launch(db, { a: { partitions: 2 } })];
  const workerId = await startWorker(db);
  const codeVersionIds = [held.codeVersionId, free.codeVersionId];
  const { promise: release, resolve } = Promise.withResolvers<void>();
  const { promise: isHeld, resolve: tellHeld } = Promise.withResolvers<void>();
  const holding = db.transaction("hold a run", async ({ sql }) => {
    await sql`select from run where id = ${held.runId} for no key update`;
    tellHeld();
    await release;
  });
  await isHeld;
  const free2 = await db.transaction("claim beside", async () =>
    claimSteps(db, { workerId, capacity: 2, codeVersionIds }),
  );
  expect(free2.map(({ runId }) => runId)).toEqual([free.runId]);
  const waiting = held.claim(workerId);
  resolve();
  await holding;
  expect(sizeOf(await waiting)).toBe(2);
});

test("what was handed back is given again with the same number of the attempt", async () => {
  const { claim } = await launch(db, { a: { partitions: 2 } });
  const workerId = await startWorker(db);
  const [held] = await claim(workerId);
  if (held === undefined) throw new Error("nothing was ready");
  await settle(db, workerId, giveUp(held, "released"));
  const [again] = await claim(workerId);
  expect(again).toMatchObject({ partitions: held.partitions, attempts: new Map() });
  expect(again?.claimId).not.toBe(held.claimId);
});
