import { loadDaemonSnapshot, releaseBackoff, type Database } from "@heddle/storage";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { endBackoff, launchAndClaim, settle } from "./fixtures/launched-run.ts";
import { fail, succeed } from "./fixtures/run-fixtures.ts";
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

const delayed = { retry: { attempts: 2, delayMs: 600_000, maxDelayMs: 600_000 } };

test("a failed step waits for its delay, by database time, and no longer", async () => {
  const { runId, workerId, held, claim } = await launchAndClaim(db, { a: delayed });
  expect(await settle(db, workerId, fail(held))).toEqual(["retrying"]);
  expect(await releaseBackoff(db)).toBe(0);
  expect(await claim(workerId)).toEqual([]);
  await endBackoff(db, runId);
  expect(await releaseBackoff(db)).toBe(1);
  expect(await releaseBackoff(db)).toBe(0);
  const [again] = await claim(workerId);
  expect(again?.attempts).toEqual(new Map([[0, 2]]));
  expect(again === undefined ? [] : await settle(db, workerId, succeed(again))).toEqual(["published"]);
});

test("a run that another transaction holds is left for the next time, without waiting for it", async () => {
  const held = await launchAndClaim(db, { a: { ...delayed, partitions: 2 } });
  const free = await launchAndClaim(db, { a: { ...delayed, partitions: 3 } });
  for (const run of [held, free]) {
    await settle(db, run.workerId, fail(run.held));
    await endBackoff(db, run.runId);
  }
  const released = await db.transaction("hold a run", async ({ sql }) => {
    await sql`select from run where id = ${held.runId} for no key update`;
    return releaseBackoff(db);
  });
  expect(released).toBe(3);
  expect(await releaseBackoff(db)).toBe(2);
});

test("several at once release every step once", async () => {
  const { runId, workerId, held } = await launchAndClaim(db, { a: { ...delayed, partitions: 40 } });
  await settle(db, workerId, fail(held));
  await endBackoff(db, runId);
  const counts = await Promise.all([1, 2, 3, 4].map(() => releaseBackoff(db)));
  expect(counts.toSorted((a, b) => a - b)).toEqual([0, 0, 0, 40]);
});

test("a snapshot says how long nothing will be due", async () => {
  await db.transaction("no leases", ({ sql }) => sql`update worker set ended_at = clock_timestamp()`);
  expect((await loadDaemonSnapshot(db)).nextDueMs).toBeNull();
  const { runId, workerId, held } = await launchAndClaim(db, { a: delayed });
  const lease = (await loadDaemonSnapshot(db)).nextDueMs ?? 0;
  expect(lease).toBeGreaterThan(500_000);
  expect(lease).toBeLessThanOrEqual(600_000);
  await settle(db, workerId, fail(held));
  await db.transaction(
    "soon",
    ({ sql }) => sql`update step set retry_at = clock_timestamp() + interval '1 minute' where run_id = ${runId}`,
  );
  const soon = (await loadDaemonSnapshot(db)).nextDueMs ?? 0;
  expect(soon).toBeGreaterThan(0);
  expect(soon).toBeLessThanOrEqual(60_000);
  await endBackoff(db, runId);
  expect(await loadDaemonSnapshot(db)).toMatchObject({ nextDueMs: 0, hasDueSteps: true });
});

test("whoever sleeps until something is due hears of a step that has to wait", async () => {
  const { workerId, held } = await launchAndClaim(db, { a: delayed });
  const { promise, resolve } = Promise.withResolvers<string>();
  await using _listening = await db.listen("heddle_run", () => resolve("heard"));
  await settle(db, workerId, fail(held));
  expect(await promise).toBe("heard");
});
