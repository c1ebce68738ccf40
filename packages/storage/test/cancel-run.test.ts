import { PartitionSet } from "@heddle/core/internal";
import {
  beatWorker,
  cancelRun,
  executeCommand,
  loadDaemonSnapshot,
  releaseBackoff,
  type Database,
} from "@heddle/storage";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  endBackoff,
  launch,
  launchAndClaim,
  readStatus,
  settle,
  readAssets,
  readKinds,
} from "./fixtures/launched-run.ts";
import { fail, giveUp, succeed } from "./fixtures/run-fixtures.ts";
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

describe("cancelRun", () => {
  test("ends a run of which nothing runs, at once", async () => {
    const run = await launch(db, { a: { partitions: 3 }, b: { deps: { a: { kind: "all" } } } }, { isAdmitted: false });
    expect(await cancelRun(db, run.runId)).toEqual({ runId: run.runId, status: "canceled", changed: true });
    expect((await readAssets(db, run.runId)).map(({ sets }) => sets.canceled.size)).toEqual([3, 1]);
    expect(await readKinds(db, run.runId)).toEqual([
      "run_created",
      "run_canceling",
      "steps_canceled",
      "steps_canceled",
      "run_ended",
    ]);
  });

  test("keeps what was published, cancels what waits, and waits for what runs", async () => {
    const { runId, workerId, held, claim } = await launchAndClaim(db, {
      a: { partitions: 4, retry: { attempts: 2, delayMs: 60_000 } },
      b: { partitions: 4, deps: { a: { kind: "identity" } } },
    });
    await settle(db, workerId, [...succeed(held, [0]), ...fail(held, { ordinals: [1] })]);
    expect(await cancelRun(db, runId)).toMatchObject({ status: "canceling", changed: true });
    expect(await cancelRun(db, runId)).toMatchObject({ status: "canceling", changed: false });
    expect((await readAssets(db, runId)).map(({ sets }) => sets)).toMatchObject([
      { success: PartitionSet.of([0]), canceled: PartitionSet.of([1]), running: PartitionSet.of([2, 3]) },
      { canceled: PartitionSet.range(0, 4) },
    ]);
    expect(await claim(workerId)).toEqual([]);
    await endBackoff(db, runId);
    expect(await releaseBackoff(db)).toBe(0);
    expect(await settle(db, workerId, giveUp(held, "canceled", [2, 3]))).toEqual(["canceled", "canceled"]);
    expect(await readStatus(db, runId)).toBe("canceled");
  });

  test("and a publication: whichever commits first wins, and never both", async () => {
    for (let round = 0; round < 10; round += 1) {
      const { runId, workerId, held } = await launchAndClaim(db, { a: {} });
      const [[answer], canceled] = await Promise.all([settle(db, workerId, succeed(held)), cancelRun(db, runId)]);
      const made = (await readState(db)).materializations.filter((row) => row.runId === runId);
      expect([answer, canceled.changed, made.length]).toEqual(
        answer === "published" ? ["published", false, 1] : ["canceled", true, 0],
      );
    }
  });

  test("tells workers, again and again if need be", async () => {
    const { runId } = await launchAndClaim(db, { a: {} });
    const heard: string[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    await using _listening = await db.listen("heddle_cancel", (payload) => {
      if (payload === String(runId)) heard.push(payload);
      if (heard.length === 2) resolve();
    });
    await cancelRun(db, runId);
    await executeCommand(db, { kind: "repeat_cancel", runId });
    await promise;
    expect(heard).toHaveLength(2);
  });
});

describe("cancelRun by force", () => {
  test("ends the run at once, and what its workers publish later is refused", async () => {
    const { runId, workerId, held } = await launchAndClaim(db, {
      a: { partitions: 3 },
      b: { deps: { a: { kind: "all" } } },
    });
    await settle(db, workerId, succeed(held, [0]));
    expect(await cancelRun(db, runId, { force: true })).toEqual({ runId, status: "canceled", changed: true });
    expect(await settle(db, workerId, succeed(held, [1, 2]))).toEqual(["fenced", "fenced"]);
    expect((await readAssets(db, runId)).map(({ sets }) => [sets.success.size, sets.canceled.size])).toEqual([
      [1, 2],
      [0, 1],
    ]);
    expect(await cancelRun(db, runId, { force: true })).toMatchObject({ status: "canceled", changed: false });
  });

  test("takes the steps of a run away that was asked in vain", async () => {
    const { runId, workerId, held } = await launchAndClaim(db, { a: { partitions: 2 } });
    await cancelRun(db, runId);
    expect(await cancelRun(db, runId, { force: true })).toEqual({ runId, status: "canceled", changed: true });
    expect(await settle(db, workerId, giveUp(held, "canceled"))).toEqual(["fenced", "fenced"]);
  });

  test("and a publication: whichever commits first wins, and never both", async () => {
    for (let round = 0; round < 10; round += 1) {
      const { runId, workerId, held } = await launchAndClaim(db, { a: {} });
      const [[answer], canceled] = await Promise.all([
        settle(db, workerId, succeed(held)),
        cancelRun(db, runId, { force: true }),
      ]);
      const made = (await readState(db)).materializations.filter((row) => row.runId === runId);
      expect([answer, canceled.status, made.length]).toEqual(
        answer === "published" ? ["published", "success", 1] : ["fenced", "canceled", 0],
      );
    }
  });
});

describe("cancelRun that lets finish", () => {
  test("publishes what ran, tries nothing again, and lets nothing else begin", async () => {
    const { runId, workerId, held, claim } = await launchAndClaim(
      db,
      {
        a: { partitions: 6, retry: { attempts: 3, delayMs: 0 } },
        b: { partitions: 6, deps: { a: { kind: "identity" } } },
      },
      { maxConcurrency: 4 },
    );
    expect(await cancelRun(db, runId, { letFinish: true })).toMatchObject({ status: "canceling", changed: true });
    expect(await cancelRun(db, runId, { letFinish: true })).toMatchObject({ changed: false });
    expect((await beatWorker(db, { id: workerId, leaseMs: 60_000 })).cancelRuns).toEqual([]);
    expect((await loadDaemonSnapshot(db)).canceling.filter((run) => run.runId === runId)).toEqual([]);
    expect(await settle(db, workerId, succeed(held, [0, 1]))).toEqual(["published", "published"]);
    expect(await settle(db, workerId, fail(held, { ordinals: [2] }))).toEqual(["canceled"]);
    expect(await claim(workerId)).toEqual([]);
    expect(await readStatus(db, runId)).toBe("canceling");
    expect(await settle(db, workerId, giveUp(held, "released", [3]))).toEqual(["canceled"]);
    expect(await readStatus(db, runId)).toBe("canceled");
    expect((await readAssets(db, runId)).map(({ sets }) => [sets.success.size, sets.canceled.size])).toEqual([
      [2, 4],
      [0, 6],
    ]);
    expect((await readState(db)).materializations.filter((row) => row.runId === runId)).toHaveLength(2);
  });

  test("ends at once a run of which nothing runs", async () => {
    const { runId } = await launch(db, { a: { partitions: 3 } });
    expect(await cancelRun(db, runId, { letFinish: true })).toEqual({ runId, status: "canceled", changed: true });
  });

  test("stops them after all when it is canceled once more, and takes them away by force", async () => {
    const { runId, workerId, held } = await launchAndClaim(db, { a: { partitions: 2 } });
    await cancelRun(db, runId, { letFinish: true });
    expect(await cancelRun(db, runId)).toEqual({ runId, status: "canceling", changed: true });
    expect(await cancelRun(db, runId)).toMatchObject({ changed: false });
    expect((await beatWorker(db, { id: workerId, leaseMs: 60_000 })).cancelRuns).toEqual([runId]);
    expect(await settle(db, workerId, succeed(held, [0]))).toEqual(["canceled"]);
    expect(await cancelRun(db, runId, { force: true })).toMatchObject({ status: "canceled" });
  });
});
