import {
  admitRun,
  cancelRun,
  claimSteps,
  createRun,
  expireWorkers,
  openDatabase,
  readOwnedClaims,
  releaseBackoff,
  retryRun,
  settleAndClaim,
  settleSteps,
  type Database,
} from "@heddle/storage";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { endBackoff, endLease, launch, launchAndClaim, readStatus, settle } from "./fixtures/launched-run.ts";
import { fail, plan, snapshotAsset, startWorker, succeed } from "./fixtures/run-fixtures.ts";
import { findViolations } from "./model/invariants.ts";
import { readState } from "./model/read-state.ts";
import {
  createTestDatabase,
  startTcpProxy,
  type ProxyFault,
  type TcpProxy,
  type TestDatabase,
} from "./support/index.ts";

let database: TestDatabase;
let db: Database;
let proxy: TcpProxy;
/** The same database by way of the proxy. */
let faulty: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  ({ db } = database);
  proxy = await startTcpProxy(database.url);
  faulty = await openDatabase({ url: proxy.url, applicationName: "faulty" });
});

afterEach(async () => expect(findViolations(await readState(db))).toEqual([]));
afterAll(async () => {
  await faulty[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

/** The answer to the commit of a transaction that writes gets lost; the texts are those on the wire. */
const LOST_ANSWER: ProxyFault = { kind: "drop-reply", text: "commit\0", after: "read write" };

/** Does something of which the first transaction that writes is committed, and never answered. */
async function withLostAnswer<T>(act: () => Promise<T>): Promise<T> {
  const { accepted } = proxy;
  proxy.setFault(LOST_ANSWER);
  const result = await act();
  // The answer was indeed lost: a connection had to be made anew.
  expect(proxy.accepted).toBeGreaterThan(accepted);
  return result;
}

async function countEvents(runId: number, kind: string): Promise<number> {
  return (await readState(db)).events.filter((event) => event.runId === runId && event.kind === kind).length;
}

describe("when the answer to a commit is lost,", () => {
  test("what was settled is settled once, and the answer says so", async () => {
    const { runId, workerId, held } = await launchAndClaim(db, { a: { partitions: 3, retry: { attempts: 2 } } });
    const outcomes = [...succeed(held, [0]), ...fail(held, { ordinals: [1] })];
    const { results } = await withLostAnswer(() => settleSteps(faulty, { workerId, outcomes }));
    expect(results).toEqual(["already", "already"]);
    expect(await countEvents(runId, "materialized")).toBe(1);
    expect((await readState(db)).attempts.filter((attempt) => attempt.runId === runId)).toHaveLength(1);
  });

  test("what ran ahead is published once, and what runs ahead has one claim, which the same call tells", async () => {
    const deps = { deps: { a: { kind: "identity" } as const } };
    const { runId, workerId, held, work } = await launchAndClaim(db, {
      a: { partitions: 3 },
      b: { partitions: 3, ...deps },
    });
    const { reserved } = await settleAndClaim(db, { workerId, outcomes: [], capacity: 0, reserve: 2 });
    const assetId = (await readState(db)).assets.find(
      (asset) => asset.runId === runId && asset.position === 1,
    )?.assetId;
    const [first, second] = reserved.map((claimId, ordinal) => ({ ...held, assetId: assetId ?? 0, claimId, ordinal }));
    if (first === undefined || second === undefined) throw new Error("no ids were reserved");
    const [success] = succeed(held, [0]);
    if (success?.kind !== "success") throw new Error("it is no success");
    const outcomes = [...succeed(held, [0, 1]), { ...success, ...first, isAhead: true }];
    const input = { workerId, outcomes, ahead: [second], capacity: 0 };
    const { results, claims } = await withLostAnswer(() => settleAndClaim(faulty, input));
    expect(results).toEqual(["already", "already", "already"]);
    expect(claims).toMatchObject([{ claimId: second.claimId }]);
    expect((await work(workerId, succeed(claims[0] ?? held))).results).toEqual(["published"]);
  });

  test("claims that nobody was told of are handed over by the same call", async () => {
    const { codeVersionId } = await launch(db, { a: { partitions: 4 } });
    const workerId = await startWorker(db);
    const wish = { workerId, capacity: 3, codeVersionIds: [codeVersionId] };
    const claims = await withLostAnswer(() => claimSteps(faulty, wish));
    expect(claims.map(({ partitions }) => partitions.size)).toEqual([3]);
    expect((await readState(db)).claims.filter((claim) => claim.workerId === workerId)).toHaveLength(1);
    expect(claims[0]?.assetKey).toMatch(/\/a$/u);
  });

  test("steps that were settled, tried again and claimed in one commit are handed over with their attempts", async () => {
    const { workerId, held, codeVersionId } = await launchAndClaim(db, {
      a: { partitions: 2, retry: { attempts: 2 } },
    });
    const input = { workerId, outcomes: fail(held), capacity: 10, codeVersionIds: [codeVersionId] };
    const { results, claims } = await withLostAnswer(() => settleAndClaim(faulty, input));
    expect(results).toEqual(["already", "already"]);
    expect(claims.map(({ attempts }) => attempts)).toEqual([
      new Map([
        [0, 2],
        [1, 2],
      ]),
    ]);
  });

  test("a call that only settles leaves claims in doubt to the next one that can hand them over", async () => {
    const { codeVersionId, claim } = await launch(db, { a: { partitions: 4 } });
    const workerId = await startWorker(db);
    const [held] = await claim(workerId, 1);
    if (held === undefined) throw new Error("nothing was ready");
    // The answer is lost, and then nobody answers for long enough to give up.
    proxy.setFault({ ...LOST_ANSWER, next: "hang-up" });
    const giving = claimSteps(faulty, { workerId, capacity: 2, codeVersionIds: [codeVersionId] });
    await expect(giving).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE" });
    proxy.setFault({ kind: "none" });
    expect(await settleSteps(faulty, { workerId, outcomes: succeed(held) })).toEqual({ results: ["published"] });
    const claims = await claimSteps(faulty, { workerId, capacity: 2, codeVersionIds: [codeVersionId] });
    expect(claims.map(({ partitions }) => partitions.size)).toEqual([2]);
    expect((await readState(db)).claims.filter((row) => row.workerId === workerId)).toHaveLength(1);
  }, 60_000);

  test("claims in doubt that the worker has found by itself are not handed over again", async () => {
    const { codeVersionId } = await launch(db, { a: { partitions: 2 } });
    const workerId = await startWorker(db);
    proxy.setFault({ ...LOST_ANSWER, next: "hang-up" });
    const giving = claimSteps(faulty, { workerId, capacity: 2, codeVersionIds: [codeVersionId] });
    await expect(giving).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE" });
    proxy.setFault({ kind: "none" });
    const [owned] = await readOwnedClaims(db, workerId);
    if (owned === undefined) throw new Error("nothing was claimed");
    const outcomes = [...owned.partitions].map((ordinal) => ({ ...owned, ordinal, kind: "released" as const }));
    expect(await settleAndClaim(faulty, { workerId, outcomes, capacity: 0 })).toEqual({
      results: ["released", "released"],
      claims: [],
      mayHaveMore: false,
      reserved: [],
    });
  }, 60_000);

  test("a run with an origin key is made once", async () => {
    const run = await launch(db, { a: {} });
    const made = plan([snapshotAsset(run.keyOf("a"))]);
    const options = { plan: made, origin: { kind: "manual" }, originKey: "launched once", environment: "production" };
    const first = await withLostAnswer(() => createRun(faulty, options));
    expect(first.created).toBe(false);
    expect((await readState(db)).runs.filter(({ originKey }) => originKey === "launched once")).toHaveLength(1);
    expect(await createRun(db, options)).toEqual(first);
  });

  test("a run without one is not made twice: the call fails, and says that it does not know", async () => {
    const run = await launch(db, { a: {} });
    const made = plan([snapshotAsset(run.keyOf("a"))]);
    const before = (await readState(db)).runs.length;
    proxy.setFault(LOST_ANSWER);
    const options = { plan: made, origin: { kind: "manual" }, environment: "production" };
    await expect(createRun(faulty, options)).rejects.toMatchObject({ code: "DATABASE_OUTCOME_UNKNOWN" });
    expect((await readState(db)).runs).toHaveLength(before + 1);
  });

  test("a run is admitted, canceled and retried once", async () => {
    const run = await launch(db, { a: {} }, { isAdmitted: false });
    await withLostAnswer(() => admitRun(faulty, run.runId, 1_000));
    expect(await countEvents(run.runId, "run_admitted")).toBe(1);
    await withLostAnswer(() => cancelRun(faulty, run.runId));
    expect(await countEvents(run.runId, "run_canceling")).toBe(1);
    expect(await readStatus(db, run.runId)).toBe("canceled");
    const failed = await launchAndClaim(db, { a: {} });
    await settle(db, failed.workerId, fail(failed.held));
    const retry = await withLostAnswer(() => retryRun(faulty, { runId: failed.runId, only: "failed" }));
    expect(await retryRun(db, { runId: failed.runId, only: "failed" })).toEqual({ runId: retry.runId, created: false });
  });

  test("a dead worker's steps are taken back once, and steps in back-off are released once", async () => {
    const { runId, workerId } = await launchAndClaim(db, { a: { partitions: 3 } });
    await endLease(db, workerId);
    await withLostAnswer(() => expireWorkers(faulty));
    expect((await readState(db)).attempts.filter((attempt) => attempt.runId === runId)).toHaveLength(3);
    await endBackoff(db, runId);
    await withLostAnswer(() => releaseBackoff(faulty));
    expect((await readState(db)).assets.find((asset) => asset.runId === runId)?.sets.ready.size).toBe(3);
  });
});
