import {
  admitAtOnce,
  admitRun,
  cancelRun,
  changeRunLimits,
  endRun,
  loadDaemonSnapshot,
  pauseRun,
  resumeRun,
  revokeSteps,
  type Claim,
  type Database,
} from "@heddle/storage";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  launch,
  launchAndClaim,
  readStatus,
  readTraces,
  settle,
  readAssets,
  readKinds,
} from "./fixtures/launched-run.ts";
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

test("nobody can change a run that there is not", async () => {
  for (const change of [cancelRun, pauseRun, resumeRun, revokeSteps, endRun])
    await expect(change(db, 999_999)).rejects.toMatchObject({ code: "RUN_UNKNOWN" });
  expect(await admitRun(db, 999_999, 10)).toBe(false);
});

test("a run that is over stays as it is, whatever is asked of it", async () => {
  const { runId, workerId, held } = await launchAndClaim(db, { a: {} });
  await settle(db, workerId, succeed(held));
  const before = await readTraces(db, runId);
  for (const change of [cancelRun, pauseRun, resumeRun, revokeSteps, endRun])
    expect(await change(db, runId)).toEqual({ runId, status: "success", changed: false });
  expect(await admitRun(db, runId, 1_000)).toBe(false);
  expect(await readTraces(db, runId)).toEqual(before);
});

describe("the order of a run", () => {
  test("is changed while it runs: what is claimed next comes from the other end, chunks and all", async () => {
    const { runId, claim } = await launch(db, { a: { partitions: 20_000 } }, { maxConcurrency: 6 });
    const workerId = await startWorker(db);
    const taken = async () =>
      (await claim(workerId, 2)).flatMap(({ partitions }) => [...partitions]).toSorted((a, b) => a - b);
    expect(await taken()).toEqual([0, 1]);
    expect(await changeRunLimits(db, { runId, order: "newest" })).toMatchObject({ changed: true });
    expect(await changeRunLimits(db, { runId, order: "newest" })).toMatchObject({ changed: false });
    expect(await taken()).toEqual([19_998, 19_999]);
    await changeRunLimits(db, { runId, order: "oldest", priority: 2 });
    expect(await taken()).toEqual([2, 3]);
    const [told] = (await readState(db)).events.filter(
      (event) => event.runId === runId && event.kind === "run_changed",
    );
    expect(told).toBeDefined();
  });
});

describe("changeRunLimits", () => {
  test("is heeded by the next claim, and takes nothing from what runs", async () => {
    const { runId, workerId, held, claim } = await launchAndClaim(db, { a: { partitions: 8 } }, { maxConcurrency: 2 });
    expect(held.partitions.size).toBe(2);
    expect(await claim(workerId)).toEqual([]);
    expect(await changeRunLimits(db, { runId, maxConcurrency: 5 })).toEqual({
      runId,
      status: "running",
      changed: true,
    });
    expect((await claim(workerId)).map(({ partitions }) => partitions.size)).toEqual([3]);
    await changeRunLimits(db, { runId, maxConcurrency: 4 });
    await settle(db, workerId, succeed(held, [0]));
    expect(await claim(workerId)).toEqual([]);
    await changeRunLimits(db, { runId, maxConcurrency: null });
    expect((await claim(workerId)).map(({ partitions }) => partitions.size)).toEqual([3]);
  });

  test("changes the priority alone, tells of it once, and leaves a run that is over as it is", async () => {
    const { runId, workerId, held } = await launchAndClaim(db, { a: {} }, { maxConcurrency: 3 });
    expect(await changeRunLimits(db, { runId, priority: 7 })).toMatchObject({ changed: true });
    expect(await changeRunLimits(db, { runId, priority: 7, maxConcurrency: 3 })).toMatchObject({ changed: false });
    const told = (await readState(db)).events.filter((event) => event.runId === runId && event.kind === "run_changed");
    expect(told).toHaveLength(1);
    const row = async () =>
      (
        await db.read(
          "limits",
          ({ sql }) => sql`select priority, max_concurrency as limit from run where id = ${runId}`,
        )
      )[0];
    expect(await row()).toEqual({ priority: 7, limit: 3 });
    await settle(db, workerId, succeed(held));
    expect(await changeRunLimits(db, { runId, priority: 1 })).toEqual({ runId, status: "success", changed: false });
    await expect(changeRunLimits(db, { runId: 999_999, priority: 1 })).rejects.toMatchObject({ code: "RUN_UNKNOWN" });
  });

  test("and claims at the same time: never more run than the limit that was in force", async () => {
    const { runId, claim } = await launch(db, { a: { partitions: 100 } }, { maxConcurrency: 1 });
    const workers = await Promise.all(Array.from({ length: 4 }, () => startWorker(db)));
    for (const limit of [3, 8, 20]) {
      await Promise.all([
        ...workers.map((workerId) => claim(workerId)),
        changeRunLimits(db, { runId, maxConcurrency: limit }),
        ...workers.map((workerId) => claim(workerId)),
      ]);
      // What is found wrong is found after each test: here the count must not exceed what is in force now.
      expect((await readAssets(db, runId))[0]?.sets.running.size).toBeLessThanOrEqual(limit);
    }
    for (const workerId of workers) await claim(workerId);
    expect((await readAssets(db, runId))[0]?.sets.running.size).toBe(20);
  });
});

describe("a run that comes after others", () => {
  test("begins when all of them are over, however they end, and keeps nobody else waiting", async () => {
    const first = await launchAndClaim(db, { a: {} });
    const second = await launch(db, { a: {} }, { isAdmitted: false });
    const later = await launch(db, { a: {} }, { isAdmitted: false, after: [first.runId, second.runId] });
    const queued = async () => (await loadDaemonSnapshot(db)).queued.map(({ runId }) => runId);
    expect(await queued()).toContain(second.runId);
    expect(await queued()).not.toContain(later.runId);
    expect(await admitRun(db, later.runId, 1_000)).toBe(false);
    await settle(db, first.workerId, succeed(first.held));
    expect(await admitRun(db, later.runId, 1_000)).toBe(false);
    await cancelRun(db, second.runId);
    expect(await queued()).toContain(later.runId);
    expect(await admitRun(db, later.runId, 1_000)).toBe(true);
  });

  test("can be paused, resumed and canceled while it waits", async () => {
    const first = await launch(db, { a: {} });
    const later = await launch(db, { a: {} }, { isAdmitted: false, after: [first.runId] });
    expect(await pauseRun(db, later.runId)).toMatchObject({ status: "paused", changed: true });
    expect(await resumeRun(db, later.runId)).toMatchObject({ status: "queued", changed: true });
    expect(await admitRun(db, later.runId, 1_000)).toBe(false);
    expect(await cancelRun(db, later.runId)).toMatchObject({ status: "canceled" });
    const third = await launch(db, { a: {} }, { isAdmitted: false, after: [first.runId, later.runId] });
    await pauseRun(db, third.runId);
    await cancelRun(db, first.runId);
    expect(await admitRun(db, third.runId, 1_000)).toBe(false);
    await resumeRun(db, third.runId);
    expect(await admitRun(db, third.runId, 1_000)).toBe(true);
  });
});

describe("revokeSteps", () => {
  test("takes nothing from a run that was not asked to stop", async () => {
    const { runId } = await launchAndClaim(db, { a: { partitions: 2 } });
    const before = await readTraces(db, runId);
    expect(await revokeSteps(db, runId)).toEqual({ runId, status: "running", changed: false });
    expect(await readTraces(db, runId)).toEqual(before);
  });

  test("ends a run whose workers do not answer", async () => {
    const { runId } = await launchAndClaim(db, { a: { partitions: 2 } });
    await cancelRun(db, runId);
    expect(await revokeSteps(db, runId)).toEqual({ runId, status: "canceled", changed: true });
    expect((await readAssets(db, runId))[0]?.sets.canceled.size).toBe(2);
  });
});

describe("admitAtOnce", () => {
  const atOnce = (runId: number) => db.transaction("admit at once", ({ sql }) => admitAtOnce(sql, runId));
  const setLimit = (slots: number) =>
    db.transaction(
      "limit",
      ({ sql }) => sql`
        insert into pool (name, slots) values ('runs', ${slots}) on conflict (name) do update set slots = excluded.slots`,
    );

  test("lets a run begin where there is room and nothing waits, and leaves the rest to the daemon", async () => {
    const { runId } = await launch(db, { a: {} }, { isAdmitted: false });
    await setLimit(0);
    expect(await atOnce(runId)).toBe(false);
    await setLimit(1_000);
    const other = await launch(db, { a: {} }, { isAdmitted: false });
    expect(await atOnce(other.runId)).toBe(false);
    await cancelRun(db, runId);
    expect(await atOnce(other.runId)).toBe(true);
    expect(await atOnce(other.runId)).toBe(false);
    expect(await readStatus(db, other.runId)).toBe("running");
    expect(await readKinds(db, other.runId)).toEqual(["run_created", "run_admitted"]);
  });

  test("knows no limit before a daemon has set one", async () => {
    await db.transaction("no limit", ({ sql }) => sql`delete from pool`);
    const { runId } = await launch(db, { a: {} }, { isAdmitted: false });
    expect(await atOnce(runId)).toBe(false);
    expect(await readStatus(db, runId)).toBe("queued");
  });
});

describe("pauseRun", () => {
  test("lets nothing more begin, and a run that is paused can end", async () => {
    const { runId, workerId, held, claim } = await launchAndClaim(db, { a: { partitions: 2 } });
    expect(await pauseRun(db, runId)).toMatchObject({ status: "paused", changed: true });
    expect(await pauseRun(db, runId)).toMatchObject({ changed: false });
    await settle(db, workerId, giveUp(held, "released", [0]));
    expect(await claim(workerId)).toEqual([]);
    await settle(db, workerId, succeed(held, [1]));
    expect(await readStatus(db, runId)).toBe("paused");
    await resumeRun(db, runId);
    expect(await admitRun(db, runId, 1_000)).toBe(true);
    const [again] = await claim(workerId);
    if (again === undefined) throw new Error("nothing was ready");
    await pauseRun(db, runId);
    await settle(db, workerId, succeed(again));
    expect(await readStatus(db, runId)).toBe("success");
  });

  test("of a queued run keeps it from being admitted, until it is resumed", async () => {
    const { runId } = await launch(db, { a: {} }, { isAdmitted: false });
    await pauseRun(db, runId);
    expect(await admitRun(db, runId, 1_000)).toBe(false);
    expect(await resumeRun(db, runId)).toMatchObject({ status: "queued", changed: true });
    expect(await resumeRun(db, runId)).toMatchObject({ changed: false });
    expect(await admitRun(db, runId, 1_000)).toBe(true);
    expect(await admitRun(db, runId, 1_000)).toBe(false);
  });

  test("keeps the instant at which a run began", async () => {
    const { runId } = await launch(db, { a: {} });
    const startedAt = async () =>
      (
        await db.read("started", ({ sql }) => sql<{ at: Date }[]>`select started_at as at from run where id = ${runId}`)
      )[0]?.at;
    const began = await startedAt();
    expect(began).toBeInstanceOf(Date);
    await pauseRun(db, runId);
    await resumeRun(db, runId);
    await admitRun(db, runId, 1_000);
    expect(await startedAt()).toEqual(began);
  });
});

test("endRun leaves a run with open steps alone, and ends one that was forgotten", async () => {
  const { runId, workerId, held } = await launchAndClaim(db, { a: {} });
  expect(await endRun(db, runId)).toEqual({ runId, status: "running", changed: false });
  await settle(db, workerId, succeed(held));
  // As if the transaction that took the last step away had not ended it.
  await db.transaction("forget", async ({ sql }) => {
    await sql`alter table run disable trigger run_final`;
    await sql`update run set status = 'running', ended_at = null where id = ${runId}`;
    await sql`alter table run enable trigger run_final`;
    await sql`delete from event where run_id = ${runId} and kind = 'run_ended'`;
  });
  const [one, other] = await Promise.all([endRun(db, runId), endRun(db, runId)]);
  expect([one.status, other.status, Number(one.changed) + Number(other.changed)]).toEqual(["success", "success", 1]);
});

test("a worker that settles and one that cancels never wait for each other crosswise", async () => {
  const runs = await Promise.all(
    Array.from({ length: 6 }, () => launch(db, { a: { partitions: 20 }, b: { deps: { a: { kind: "all" } } } })),
  );
  const workers = await Promise.all(Array.from({ length: 4 }, () => startWorker(db)));
  const claims: { readonly index: number; readonly claim: Claim }[] = [];
  for (const [index, run] of runs.entries())
    claims.push(...(await run.claim(workers[index % 4] ?? "")).map((claim) => ({ index, claim })));
  await Promise.all([
    ...workers.map((workerId, at) =>
      settle(
        db,
        workerId,
        claims.filter(({ index }) => index % 4 === at).flatMap(({ claim }) => succeed(claim)),
      ),
    ),
    ...runs.slice(0, 3).map(({ runId }) => cancelRun(db, runId)),
    ...runs.slice(3).map(({ runId }) => pauseRun(db, runId)),
  ]);
  for (const { runId } of runs)
    expect(["canceled", "paused", "running", "canceling"]).toContain(await readStatus(db, runId));
});
