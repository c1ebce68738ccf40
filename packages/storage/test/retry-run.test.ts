import { type JsonValue } from "@heddle/core";
import { PartitionSet, type RunPlan } from "@heddle/core/internal";
import {
  admitRun,
  cancelRun,
  claimSteps,
  createRun,
  retryRun,
  type Claim,
  type Database,
  type RetryScope,
  type Transaction,
} from "@heddle/storage";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { launch, launchAndClaim, readStatus, settle } from "./fixtures/launched-run.ts";
import { declare, fail, plan, snapshotAsset, startWorker, succeed } from "./fixtures/run-fixtures.ts";
import { findViolations } from "./model/invariants.ts";
import { readState, type RunState } from "./model/read-state.ts";
import { createTestDatabase, type TestDatabase } from "./support/index.ts";

let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  ({ db } = database);
});

afterEach(async () => expect(findViolations(await readState(db))).toEqual([]));
afterAll(() => database[Symbol.asyncDispose]());

async function readRun(runId: number): Promise<RunState | undefined> {
  return (await readState(db)).runs.find(({ id }) => id === runId);
}

const targetsOf = (run: RunState | undefined) =>
  run?.plan.assets.map(({ key, partitions }) => [key.split("/")[1], [...PartitionSet.fromRanges(partitions)]]);

/** A run in which the second of three partitions failed, and with it what depends on it. */
async function failInPart() {
  const run = await launchAndClaim(
    db,
    {
      a: { partitions: 3 },
      b: { partitions: 3, deps: { a: { kind: "identity" } } },
      c: { deps: { b: { kind: "all" } } },
    },
    { priority: 3, tags: { team: "x" }, maxConcurrency: 5 },
  );
  await settle(db, run.workerId, [...fail(run.held, { ordinals: [1] }), ...succeed(run.held, [0, 2])]);
  await settleAll(run.workerId, await run.claim(run.workerId));
  expect(await readStatus(db, run.runId)).toBe("failed");
  return run;
}

async function settleAll(workerId: string, claims: readonly Claim[]): Promise<void> {
  await settle(
    db,
    workerId,
    claims.flatMap((claim) => succeed(claim)),
  );
}

describe("retryRun refuses", () => {
  test("a run without failures", async () => {
    const { runId, workerId, held } = await launchAndClaim(db, { a: {} });
    await expect(retryRun(db, { runId, only: "from_failure" })).rejects.toMatchObject({ code: "RUN_NOTHING_TO_RETRY" });
    await settle(db, workerId, succeed(held));
    await expect(retryRun(db, { runId, only: "from_failure" })).rejects.toMatchObject({ code: "RUN_NOTHING_TO_RETRY" });
  });

  test("a run whose steps were canceled: nobody failed", async () => {
    const { runId, keyOf } = await launch(db, { a: {} });
    await cancelRun(db, runId);
    await expect(retryRun(db, { runId, only: "from_failure" })).rejects.toMatchObject({ code: "RUN_NOTHING_TO_RETRY" });
    // That is so whatever else is stated.
    const config = { [keyOf("a")]: { n: 1 } };
    await expect(retryRun(db, { runId, only: "failed", config })).rejects.toMatchObject({
      code: "RUN_NOTHING_TO_RETRY",
      hint: expect.stringContaining("--only unfinished"),
    });
  });

  test("a run whose failures later runs have made good", async () => {
    const run = await failInPart();
    const retry = await retryRun(db, { runId: run.runId, only: "from_failure" });
    await admitRun(db, retry.runId, 1_000);
    for (let claims = await run.claim(run.workerId); claims.length > 0; claims = await run.claim(run.workerId))
      await settleAll(run.workerId, claims);
    expect(await readStatus(db, retry.runId)).toBe("success");
    await expect(retryRun(db, { runId: run.runId, only: "from_failure" })).rejects.toMatchObject({
      code: "RUN_NOTHING_TO_RETRY",
    });
  });
});

test("a retry is a run of its own that does what failed and was skipped, in the same way, and nothing else", async () => {
  const run = await failInPart();
  const made = await retryRun(db, { runId: run.runId, only: "from_failure" });
  expect(made.created).toBe(true);
  const retry = await readRun(made.runId);
  expect(targetsOf(retry)).toEqual([
    ["a", [1]],
    ["b", [1]],
    ["c", [0]],
  ]);
  expect(retry?.plan.at).toBe((await readRun(run.runId))?.plan.at);
  const [row] = await db.read(
    "retry",
    ({ sql }) => sql`
    select priority, tags, max_concurrency as "maxConcurrency", code_version_id as code, origin from run where id = ${made.runId}`,
  );
  expect(row).toEqual({
    priority: 3,
    tags: { team: "x" },
    maxConcurrency: 5,
    code: run.codeVersionId,
    origin: { kind: "retry", runId: run.runId, only: "from_failure" },
  });
  expect(await readStatus(db, run.runId)).toBe("failed");
});

test("what a later run has made in the meantime is left out", async () => {
  const run = await launchAndClaim(db, { a: { partitions: 3 } });
  await settle(db, run.workerId, fail(run.held));
  const state = await readRun(run.runId);
  if (state === undefined) throw new Error("the run is gone");
  const other = await createRun(db, { plan: state.plan, origin: { kind: "manual" }, environment: "production" });
  await admitRun(db, other.runId, 1_000);
  const [held] = await run.claim(run.workerId);
  if (held === undefined) throw new Error("nothing was ready");
  await settle(db, run.workerId, [...succeed(held, [0, 2]), ...fail(held, { ordinals: [1] })]);
  const retry = await retryRun(db, { runId: run.runId, only: "from_failure" });
  expect(targetsOf(await readRun(retry.runId))).toEqual([["a", [1]]]);
});

test("what another open run holds is left to it, and the retry begins when that run is over", async () => {
  const run = await failInPart();
  const state = await readRun(run.runId);
  if (state === undefined) throw new Error("the run is gone");
  const held = new Map([[run.keyOf("a"), PartitionSet.of([1])]]);
  const assets = ["a", "b", "c"].map((name, index) =>
    snapshotAsset(run.keyOf(name), { partitions: index < 2 ? 3 : undefined }),
  );
  const some = plan(
    assets,
    new Map([...held, [run.keyOf("b"), PartitionSet.EMPTY], [run.keyOf("c"), PartitionSet.EMPTY]]),
  );
  const { codeVersionId } = run;
  const launchOther = () =>
    createRun(db, { plan: some, origin: { kind: "manual" }, environment: "production", codeVersionId });
  const other = await launchOther();
  await expect(retryRun(db, { runId: run.runId, only: "failed" })).rejects.toMatchObject({
    code: "RUN_NOTHING_TO_RETRY",
    details: { heldBy: [other.runId] },
  });
  const retry = await retryRun(db, { runId: run.runId, only: "from_failure" });
  expect(targetsOf(await readRun(retry.runId))).toEqual([
    ["b", [1]],
    ["c", [0]],
  ]);
  expect((await readRun(retry.runId))?.after).toEqual([other.runId]);
  expect(await admitRun(db, retry.runId, 1_000)).toBe(false);
  await cancelRun(db, other.runId);
  expect(await admitRun(db, retry.runId, 1_000)).toBe(true);
  await cancelRun(db, retry.runId);
  // All of it once more: nothing is left out, and it waits for the one who holds a part of it.
  const third = await launchOther();
  const again = await retryRun(db, { runId: run.runId, only: "all" });
  expect(targetsOf(await readRun(again.runId))).toEqual([
    ["a", [0, 1, 2]],
    ["b", [0, 1, 2]],
    ["c", [0]],
  ]);
  expect((await readRun(again.runId))?.after).toEqual([third.runId]);
});

test("a scope of its own: only what failed; all that did not succeed; or everything, with other config", async () => {
  const run = await launchAndClaim(db, {
    a: { partitions: 4 },
    b: { partitions: 4, deps: { a: { kind: "identity" } } },
  });
  await settle(db, run.workerId, [...succeed(run.held, [0]), ...fail(run.held, { ordinals: [1] })]);
  for (const only of ["unfinished", "all"] as const)
    await expect(retryRun(db, { runId: run.runId, only })).rejects.toMatchObject({ code: "RUN_OPEN" });
  await cancelRun(db, run.runId, { force: true });
  const targets = async (only: RetryScope, config?: Record<string, JsonValue>) => {
    const { runId } = await retryRun(db, { runId: run.runId, only, ...(config && { config }) });
    const made = await readRun(runId);
    await cancelRun(db, runId);
    return { targets: targetsOf(made), config: made?.plan.assets.map((asset) => asset.config) };
  };
  expect((await targets("failed")).targets).toEqual([["a", [1]]]);
  expect((await targets("from_failure")).targets).toEqual([
    ["a", [1]],
    ["b", [1]],
  ]);
  expect((await targets("unfinished")).targets).toEqual([
    ["a", [1, 2, 3]],
    ["b", [0, 1, 2, 3]],
  ]);
  expect(await targets("all", { [run.keyOf("a")]: { fast: true } })).toEqual({
    targets: [
      ["a", [0, 1, 2, 3]],
      ["b", [0, 1, 2, 3]],
    ],
    config: [{ fast: true }, undefined],
  });
  await expect(targets("failed", { nobody: 1 })).rejects.toMatchObject({ code: "PLAN_CONFIG_INVALID" });
});

test("another scope while a retry is open is another run, which leaves to the first what that one does", async () => {
  const run = await failInPart();
  const first = await retryRun(db, { runId: run.runId, only: "failed" });
  const second = await retryRun(db, { runId: run.runId, only: "from_failure" });
  expect([second.created, targetsOf(await readRun(second.runId))]).toEqual([
    true,
    [
      ["b", [1]],
      ["c", [0]],
    ],
  ]);
  expect((await readRun(second.runId))?.after).toEqual([first.runId]);
});

test("who retries at the same time, or while a retry is open, gets the same run", async () => {
  const run = await failInPart();
  const all = await Promise.all([1, 2, 3, 4].map(() => retryRun(db, { runId: run.runId, only: "from_failure" })));
  expect(new Set(all.map(({ runId }) => runId)).size).toBe(1);
  expect(all.filter(({ created }) => created)).toHaveLength(1);
  const again = await retryRun(db, { runId: run.runId, only: "from_failure", originKey: "another" });
  expect(again).toEqual({ runId: all[0]?.runId, created: false });
});

test("a retry that was canceled is over: the next one is a new run", async () => {
  const run = await failInPart();
  const first = await retryRun(db, { runId: run.runId, only: "from_failure" });
  await cancelRun(db, first.runId);
  const second = await retryRun(db, { runId: run.runId, only: "from_failure" });
  expect([second.created, second.runId === first.runId]).toEqual([true, false]);
});

describe("a retry by the definitions in force", () => {
  const codeOf = async (runId: number) =>
    (await db.read("code", ({ sql }) => sql`select code_version_id as code from run where id = ${runId}`))[0];

  test("is planned anew within the transaction, and has their code", async () => {
    const run = await failInPart();
    const keys = ["a", "b", "c"].map(run.keyOf);
    const codeVersionId = await declare(
      db,
      keys.map((key, index) => snapshotAsset(key, { partitions: index < 2 ? 3 : undefined })),
      run.keyOf("a").split("/")[0],
    );
    const seen: RunPlan[] = [];
    const renew = async (_tx: Transaction, narrowed: RunPlan): Promise<RunPlan> => {
      seen.push(narrowed);
      return { ...narrowed, order: "newest" };
    };
    const retry = await retryRun(db, { runId: run.runId, only: "from_failure", renew });
    expect(await codeOf(retry.runId)).toEqual({ code: codeVersionId });
    expect(seen.map(({ total }) => total)).toEqual([3]);
    expect((await readRun(retry.runId))?.plan.order).toBe("newest");
  });

  test("is as the run was where its code is in force", async () => {
    const run = await failInPart();
    const before = await codeOf(run.runId);
    const renew = () => Promise.reject(new Error("there is nothing to renew"));
    const retry = await retryRun(db, { runId: run.runId, only: "from_failure", renew });
    expect(await codeOf(retry.runId)).toEqual(before);
  });

  test("that cannot be planned makes no run", async () => {
    const run = await failInPart();
    const keys = ["a", "b", "c"].map(run.keyOf);
    await declare(
      db,
      keys.map((key, index) => snapshotAsset(key, { partitions: index < 2 ? 3 : undefined })),
      run.keyOf("a").split("/")[0],
    );
    const count = async () => (await readState(db)).runs.length;
    const before = await count();
    const renew = () => Promise.reject(new Error("they are others"));
    await expect(retryRun(db, { runId: run.runId, only: "from_failure", renew })).rejects.toThrow("they are others");
    expect(await count()).toBe(before);
  });
});

test("an environment of its own is kept", async () => {
  const assets = [snapshotAsset("elsewhere")];
  await declare(db, assets, "elsewhere");
  const made = await createRun(db, { plan: plan(assets), origin: { kind: "manual" }, environment: "pr-12" });
  await admitRun(db, made.runId, 1_000);
  const workerId = await startWorker(db);
  const codes = await db.read(
    "code",
    ({ sql }) => sql<{ code: number }[]>`select code_version_id as code from run where id = ${made.runId}`,
  );
  const claims = await claimSteps(db, { workerId, capacity: 1, codeVersionIds: codes.map(({ code }) => code) });
  await settle(
    db,
    workerId,
    claims.flatMap((claim) => fail(claim)),
  );
  const retry = await retryRun(db, { runId: made.runId, only: "from_failure" });
  expect((await readRun(retry.runId))?.environmentId).toBe((await readRun(made.runId))?.environmentId);
});
