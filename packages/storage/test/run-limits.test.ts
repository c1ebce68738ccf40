import { decide, type DaemonCommand, type RunLimits } from "@heddle/core/internal";
import { executeCommand, loadDaemonSnapshot, openDatabase, pauseRun, retryRun, type Database } from "@heddle/storage";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { launch, launchAndClaim, readStatus, settle } from "./fixtures/launched-run.ts";
import { fail, succeed } from "./fixtures/run-fixtures.ts";
import { findViolations } from "./model/invariants.ts";
import { readState } from "./model/read-state.ts";
import { createTestDatabase, type TestDatabase } from "./support/index.ts";

let database: TestDatabase;
let db: Database;

// What the daemon sees is of the whole database, so every test has one of its own.
beforeEach(async () => {
  database = await createTestDatabase();
  ({ db } = database);
});

afterEach(async () => {
  expect(findViolations(await readState(db))).toEqual([]);
  await database[Symbol.asyncDispose]();
});

async function actOnce(as: Database = db): Promise<DaemonCommand[]> {
  const commands = decide(await loadDaemonSnapshot(as));
  for (const command of commands) await executeCommand(as, command);
  return commands;
}

/** Lets time pass for one run. */
async function age(runId: number, ms: number): Promise<void> {
  await db.transaction("age", async ({ sql }) => {
    await sql`
      update run set created_at = created_at - ${ms} * interval '1 millisecond',
        started_at = started_at - ${ms} * interval '1 millisecond',
        limit_at = limit_at - ${ms} * interval '1 millisecond' where id = ${runId}`;
  });
}

async function readLate(runId: number): Promise<{ readonly limit: string; readonly action: string }[]> {
  return db.read("late", async ({ sql }) => {
    const rows = await sql<{ payload: { limit: string; action: string } }[]>`
      select payload from event where kind = 'run_late' and run_id = ${runId} order by id`;
    return rows.map(({ payload: { limit, action } }) => ({ limit, action }));
  });
}

async function readLimits(runId: number): Promise<{ limits: RunLimits | null; hasLook: boolean } | undefined> {
  return db.read("limits", async ({ sql }) => {
    const [row] = await sql<{ limits: RunLimits | null; hasLook: boolean }[]>`
      select limits, limit_at is not null as "hasLook" from run where id = ${runId}`;
    return row;
  });
}

test("a run without limits is never looked at", async () => {
  const { runId } = await launch(db, { a: {} });
  expect(await readLimits(runId)).toEqual({ limits: null, hasLook: false });
  expect((await loadDaemonSnapshot(db)).nextDueMs).toBeNull();
});

test("the daemon sleeps until the first limit could be exceeded, and no longer", async () => {
  await launch(
    db,
    { a: {} },
    { limits: { startWithinMs: 90_000, withinMs: 60_000, deadline: Date.now() + 3_600_000 } },
  );
  const { nextDueMs, limited } = await loadDaemonSnapshot(db);
  expect(limited).toEqual([]);
  expect(nextDueMs).toBeLessThanOrEqual(60_000);
  expect(nextDueMs).toBeGreaterThan(30_000);
});

describe("a run that waits for too long", () => {
  test("is canceled with the reason, and is over at once, because nothing of it runs", async () => {
    const { runId } = await launch(
      db,
      { a: { partitions: 3 } },
      { isAdmitted: false, limits: { startWithinMs: 60_000 } },
    );
    await age(runId, 61_000);
    const commands = await actOnce();
    expect(commands[0]).toEqual({ kind: "exceed_limits", runId, limits: ["start"] });
    expect(await readStatus(db, runId)).toBe("canceled");
    expect(await readLate(runId)).toEqual([{ limit: "start", action: "cancel" }]);
  });

  test("is canceled also when it was let in, and no worker takes its steps", async () => {
    const { runId } = await launch(db, { a: {} }, { limits: { startWithinMs: 60_000 } });
    await age(runId, 61_000);
    await actOnce();
    expect(await readStatus(db, runId)).toBe("canceled");
  });

  test("goes on where that is only to be told, and is told of once", async () => {
    const { runId } = await launch(db, { a: {} }, { limits: { startWithinMs: 60_000, onLateStart: "alert" } });
    await age(runId, 61_000);
    await actOnce();
    await actOnce();
    expect(await readStatus(db, runId)).toBe("running");
    expect(await readLate(runId)).toEqual([{ limit: "start", action: "alert" }]);
    expect(await readLimits(runId)).toMatchObject({ hasLook: false });
  });
});

test("a run that began in time is not stopped by its start limit, and the next limit is waited for", async () => {
  const limits = { startWithinMs: 60_000, runTimeoutMs: 600_000 };
  const { runId, workerId, held } = await launchAndClaim(db, { a: {} }, { limits });
  await age(runId, 61_000);
  expect(await actOnce()).toEqual([{ kind: "await_limit", runId }]);
  const { nextDueMs } = await loadDaemonSnapshot(db);
  // The lease of the worker ends first: what is waited for is not due any more.
  expect(nextDueMs).toBeGreaterThan(0);
  await age(runId, 540_000);
  await actOnce();
  expect(await readStatus(db, runId)).toBe("canceling");
  expect(await readLate(runId)).toEqual([{ limit: "timeout", action: "cancel" }]);
  // What its worker had finished comes too late.
  expect(await settle(db, workerId, succeed(held))).toEqual(["canceled"]);
  expect(await readStatus(db, runId)).toBe("canceled");
});

test("a time-out counts from when a run is let in, and goes on while it is paused", async () => {
  const { runId } = await launch(db, { a: {} }, { isAdmitted: false, limits: { runTimeoutMs: 60_000 } });
  await db.transaction("long ago", ({ sql }) => sql`update run set limit_at = clock_timestamp() where id = ${runId}`);
  expect((await actOnce()).map(({ kind }) => kind)).toEqual(["await_limit", "admit_run"]);
  await pauseRun(db, runId);
  await age(runId, 61_000);
  await actOnce();
  expect(await readStatus(db, runId)).toBe("canceled");
});

test("a missed deadline is told and changes nothing else, unless it is to cancel", async () => {
  const told = await launchAndClaim(db, { a: {} }, { limits: { withinMs: 60_000 } });
  const stopped = await launchAndClaim(
    db,
    { a: {} },
    { limits: { deadline: Date.now() - 1_000, onDeadline: "cancel" } },
  );
  await age(told.runId, 61_000);
  await actOnce();
  expect(await readStatus(db, told.runId)).toBe("running");
  expect(await readLate(told.runId)).toEqual([{ limit: "deadline", action: "alert" }]);
  expect(await readStatus(db, stopped.runId)).toBe("canceling");
  expect(await settle(db, told.workerId, succeed(told.held))).toEqual(["published"]);
  await settle(db, stopped.workerId, succeed(stopped.held));
});

test("a run that ends in time exceeds nothing", async () => {
  const { runId, workerId, held } = await launchAndClaim(db, { a: {} }, { limits: { withinMs: 60_000 } });
  await settle(db, workerId, succeed(held));
  await age(runId, 61_000);
  expect(await actOnce()).toEqual([]);
  expect(await readLate(runId)).toEqual([]);
});

test("several daemons that act at once tell of a limit once, and cancel once", async () => {
  const { runId } = await launch(db, { a: { partitions: 5 } }, { limits: { startWithinMs: 1_000, withinMs: 1_000 } });
  await age(runId, 2_000);
  await using second = await openDatabase({ url: database.url, applicationName: "second daemon" });
  await Promise.all([actOnce(db), actOnce(second), actOnce(db), actOnce(second)]);
  expect(await readLate(runId)).toEqual([
    { limit: "start", action: "cancel" },
    { limit: "deadline", action: "alert" },
  ]);
  const kinds = (await readState(db)).events.filter((event) => event.runId === runId).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === "run_canceling")).toHaveLength(1);
});

test("a retry takes the limits over that count from its own launch", async () => {
  const limits = { startWithinMs: 60_000, withinMs: 60_000, onDeadline: "cancel" } as const;
  const { runId, workerId, held } = await launchAndClaim(db, { a: {} }, { limits });
  await settle(db, workerId, fail(held));
  const retried = await retryRun(db, { runId, only: "failed" });
  expect(await readLimits(retried.runId)).toEqual({ limits: { startWithinMs: 60_000 }, hasLook: true });
});
