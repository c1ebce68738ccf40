import { decide, type DaemonCommand } from "@heddle/core/internal";
import {
  admitRun,
  cancelRun,
  executeCommand,
  loadDaemonSnapshot,
  openDatabase,
  pauseRun,
  type Database,
} from "@heddle/storage";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { endBackoff, endLease, launch, launchAndClaim, readStatus, settle } from "./fixtures/launched-run.ts";
import { fail } from "./fixtures/run-fixtures.ts";
import { findViolations } from "./model/invariants.ts";
import { readState } from "./model/read-state.ts";
import { createTestDatabase, type TestDatabase } from "./support/index.ts";

let database: TestDatabase;
let db: Database;

// A snapshot is of the whole database, so every test has one of its own.
beforeEach(async () => {
  database = await createTestDatabase();
  ({ db } = database);
});

afterEach(async () => {
  expect(findViolations(await readState(db))).toEqual([]);
  await database[Symbol.asyncDispose]();
});

async function actOnce(as: Database = db, maxAdmittedRuns = 3): Promise<DaemonCommand[]> {
  const commands = decide(await loadDaemonSnapshot(as), { maxAdmittedRuns });
  for (const command of commands) await executeCommand(as, command);
  return commands;
}

test("there is nothing to decide in a new database", async () => {
  const snapshot = await loadDaemonSnapshot(db);
  expect(snapshot).toEqual({
    admitted: new Map(),
    queued: [],
    lostWorkers: [],
    hasDueSteps: false,
    canceling: [],
    limited: [],
    finished: [],
    nextDueMs: null,
  });
});

test("a snapshot tells what there is to decide on", async () => {
  const late = await launchAndClaim(db, { a: { retry: { attempts: 2, delayMs: 60_000 } } });
  await settle(db, late.workerId, fail(late.held));
  await endBackoff(db, late.runId);
  const lost = await launchAndClaim(db, { a: {} });
  await endLease(db, lost.workerId);
  const stopped = await launchAndClaim(db, { a: {} });
  await cancelRun(db, stopped.runId);
  const nightly = await launch(
    db,
    { a: {} },
    { isAdmitted: false, origin: { kind: "schedule", name: "nightly" }, priority: 2 },
  );
  const snapshot = await loadDaemonSnapshot(db);
  expect(snapshot).toMatchObject({
    admitted: new Map([["manual", 3]]),
    queued: [{ runId: nightly.runId, priority: 2, origin: "schedule:nightly", waitedMs: expect.any(Number) }],
    lostWorkers: [lost.workerId],
    hasDueSteps: true,
    canceling: [{ runId: stopped.runId }],
    limited: [],
    finished: [],
  });
  expect(snapshot.canceling[0]?.ageMs).toBeGreaterThanOrEqual(0);
});

test("the head of every origin's queue is seen, however many runs another one has launched", async () => {
  const first = await launch(db, { a: {} }, { isAdmitted: false, origin: { kind: "manual" } });
  await db.transaction("many", async ({ sql }) => {
    await sql`
      insert into run (environment_id, status, origin, code_version_id, plan, plan_hash, total, unfinished, priority)
      select environment_id, status, '{"kind": "schedule", "name": "often"}', code_version_id, '{}', plan_hash, 1, 1, 1
      from run, generate_series(1, 300)`;
  });
  const { queued } = await loadDaemonSnapshot(db);
  expect(queued.filter(({ origin }) => origin === "schedule:often")).toHaveLength(100);
  expect(queued.some(({ runId }) => runId === first.runId)).toBe(true);
  await db.transaction("tidy", ({ sql }) => sql`delete from run where origin ->> 'name' = 'often'`);
});

describe("two daemons that act at once", () => {
  test("admit no more runs than there are places for, and each run once", async () => {
    const runs = await Promise.all(Array.from({ length: 8 }, () => launch(db, { a: {} }, { isAdmitted: false })));
    await using second = await openDatabase({ url: database.url, applicationName: "second daemon" });
    await Promise.all([actOnce(db), actOnce(second), actOnce(db), actOnce(second)]);
    const statuses = await Promise.all(runs.map(({ runId }) => readStatus(db, runId)));
    expect(statuses.filter((status) => status === "running")).toHaveLength(3);
    const { events } = await readState(db);
    expect(events.filter(({ kind }) => kind === "run_admitted")).toHaveLength(3);
    const oldest = runs
      .map(({ runId }) => runId)
      .toSorted((a, b) => a - b)
      .slice(0, 3);
    expect(new Set(oldest.map((runId) => statuses[runs.findIndex((run) => run.runId === runId)]))).toEqual(
      new Set(["running"]),
    );
  });

  test("keep to the limit even where they decided to admit more than that together", async () => {
    const runs = await Promise.all(Array.from({ length: 9 }, () => launch(db, { a: {} }, { isAdmitted: false })));
    await using second = await openDatabase({ url: database.url, applicationName: "second daemon" });
    const admitted = await Promise.all(
      runs.map(({ runId }, index) => admitRun(index % 2 === 0 ? db : second, runId, 3)),
    );
    expect(admitted.filter(Boolean)).toHaveLength(3);
    const statuses = await Promise.all(runs.map(({ runId }) => readStatus(db, runId)));
    expect(statuses.filter((status) => status === "running")).toHaveLength(3);
  });

  test("carry the same commands out once", async () => {
    const late = await launchAndClaim(db, { a: { partitions: 5, retry: { attempts: 2, delayMs: 60_000 } } });
    await settle(db, late.workerId, fail(late.held, { ordinals: [0, 1] }));
    await endBackoff(db, late.runId);
    await endLease(db, late.workerId);
    const stopped = await launchAndClaim(db, { a: { partitions: 3 } });
    await cancelRun(db, stopped.runId);
    await db.transaction(
      "long ago",
      ({ sql }) =>
        sql`update run set cancel_requested_at = clock_timestamp() - interval '1 minute' where id = ${stopped.runId}`,
    );
    await using second = await openDatabase({ url: database.url, applicationName: "second daemon" });
    const commands = decide(await loadDaemonSnapshot(db));
    expect(commands.map(({ kind }) => kind)).toEqual(["expire_worker", "revoke_steps", "release_backoff"]);
    for (const command of commands) await Promise.all([db, second].map((daemon) => executeCommand(daemon, command)));
    const { events, attempts, assets } = await readState(db);
    expect(attempts.filter(({ runId }) => runId === late.runId)).toHaveLength(5);
    // The lost ones wait for a moment, which may be over by now.
    const sets = assets.find(({ runId }) => runId === late.runId)?.sets;
    expect([sets?.ready.has(0), sets?.ready.has(1), sets?.ready.union(sets.backoff).size]).toEqual([true, true, 5]);
    expect(events.filter(({ runId, kind }) => runId === stopped.runId && kind === "run_ended")).toHaveLength(1);
    expect(await readStatus(db, stopped.runId)).toBe("canceled");
  });
});

test("a decision that does not hold any more changes nothing", async () => {
  const paused = await launch(db, { a: {} }, { isAdmitted: false });
  const commands = decide(await loadDaemonSnapshot(db));
  await pauseRun(db, paused.runId);
  for (const command of commands) await executeCommand(db, command);
  expect(await readStatus(db, paused.runId)).toBe("paused");
});

test("a place that a paused run gives up goes to the next", async () => {
  const [one, other] = [
    await launch(db, { a: {} }, { isAdmitted: false }),
    await launch(db, { a: {} }, { isAdmitted: false }),
  ];
  await actOnce(db, 1);
  expect(await readStatus(db, one.runId)).toBe("running");
  expect(await actOnce(db, 1)).toEqual([]);
  await pauseRun(db, one.runId);
  await actOnce(db, 1);
  expect(await readStatus(db, other.runId)).toBe("running");
});
