import { type JsonValue } from "@heddle/core";
import { PartitionSet } from "@heddle/core/internal";
import {
  admitRun,
  cancelRun,
  createRun,
  expireWorkers,
  pauseRun,
  revokeSteps,
  type Database,
  type StepOutcome,
} from "@heddle/storage";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { endLease, launch, launchAndClaim, readStatus, readTraces, settle } from "./fixtures/launched-run.ts";
import { fail, giveUp, startWorker, succeed } from "./fixtures/run-fixtures.ts";
import { findViolations } from "./model/invariants.ts";
import { readState, type AssetState } from "./model/read-state.ts";
import { createTestDatabase, type TestDatabase } from "./support/index.ts";

let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  ({ db } = database);
});

afterEach(async () => expect(findViolations(await readState(db))).toEqual([]));
afterAll(() => database[Symbol.asyncDispose]());

async function readAssets(runId: number): Promise<AssetState[]> {
  return (await readState(db)).assets.filter((asset) => asset.runId === runId);
}

describe("nothing is changed by", () => {
  test("a worker whose steps were taken away when its lease was over", async () => {
    const { runId, workerId, held } = await launchAndClaim(db, { a: { partitions: 3, retry: { attempts: 9 } } });
    await endLease(db, workerId);
    await expireWorkers(db);
    const before = await readTraces(db, runId);
    const outcomes = [...succeed(held, [0]), ...fail(held, { ordinals: [1] }), ...giveUp(held, "released", [2])];
    // What it lost was settled when it was taken away: its attempts are recorded as failed, and that is the answer.
    expect(await settle(db, workerId, outcomes)).toEqual(["already", "already", "already"]);
    expect(await readTraces(db, runId)).toEqual(before);
  });

  test("a worker that was ended and still holds claims, until the sweep takes them back", async () => {
    const { runId, workerId, held } = await launchAndClaim(db, { a: { partitions: 2 } });
    await db.transaction(
      "end it",
      ({ sql }) => sql`update worker set ended_at = clock_timestamp() where id = ${workerId}`,
    );
    const before = await readTraces(db, runId);
    expect(await settle(db, workerId, succeed(held))).toEqual(["fenced", "fenced"]);
    expect(await readTraces(db, runId)).toEqual(before);
  });

  test("a worker that others work for by now", async () => {
    const { runId, workerId, held, claim } = await launchAndClaim(db, { a: { partitions: 2 } });
    expect(await settle(db, workerId, giveUp(held, "released"))).toEqual(["released", "released"]);
    const other = await startWorker(db);
    const [taken] = await claim(other);
    const before = await readTraces(db, runId);
    expect(await settle(db, workerId, succeed(held))).toEqual(["fenced", "fenced"]);
    expect(await settle(db, workerId, taken === undefined ? [] : succeed(taken))).toEqual(["fenced", "fenced"]);
    expect(await readTraces(db, runId)).toEqual(before);
  });

  test("a worker that nobody knows, or claims of which it was never told", async () => {
    const { runId, workerId, held } = await launchAndClaim(db, { a: { partitions: 2 } });
    const before = await readTraces(db, runId);
    const stranger = "00000000-0000-4000-8000-000000000000";
    expect(await settle(db, stranger, succeed(held))).toEqual(["fenced", "fenced"]);
    const wrong: StepOutcome[] = [
      ...succeed({ ...held, claimId: held.claimId + 1_000 }, [0]),
      ...succeed({ ...held, assetId: held.assetId + 1_000 }, [0]),
      ...succeed({ ...held, runId: held.runId + 1_000 }, [0]),
      ...succeed(held, [2]),
    ];
    expect(await settle(db, workerId, wrong)).toEqual(["fenced", "fenced", "fenced", "fenced"]);
    expect(await readTraces(db, runId)).toEqual(before);
  });

  test("settling again what was settled before", async () => {
    const { runId, workerId, held } = await launchAndClaim(db, { a: { partitions: 3 } });
    const outcomes = [...succeed(held, [0]), ...fail(held, { ordinals: [1] })];
    expect(await settle(db, workerId, outcomes)).toEqual(["published", "failed"]);
    const before = await readTraces(db, runId);
    expect(await settle(db, workerId, outcomes)).toEqual(["already", "already"]);
    // Whatever it says the second time.
    expect(await settle(db, workerId, [...fail(held, { ordinals: [0] }), ...succeed(held, [1])])).toEqual([
      "already",
      "already",
    ]);
    expect(await readTraces(db, runId)).toEqual(before);
  });

  test("a step that comes after its run was canceled", async () => {
    const { runId, workerId, held } = await launchAndClaim(db, { a: { partitions: 3 } });
    await cancelRun(db, runId);
    const outcomes = [...succeed(held, [0]), ...fail(held, { ordinals: [1] }), ...giveUp(held, "canceled", [2])];
    expect(await settle(db, workerId, outcomes)).toEqual(["canceled", "canceled", "canceled"]);
    const { materializations, attempts } = await readState(db);
    expect([...materializations, ...attempts].filter((row) => row.runId === runId)).toEqual([]);
    expect(await readStatus(db, runId)).toBe("canceled");
    expect(await settle(db, workerId, outcomes)).toEqual(["fenced", "fenced", "fenced"]);
  });

  test("a step of a canceled run that was taken away", async () => {
    const { runId, workerId, held } = await launchAndClaim(db, { a: { partitions: 2 } });
    await cancelRun(db, runId);
    await revokeSteps(db, runId);
    const before = await readTraces(db, runId);
    expect(await settle(db, workerId, succeed(held))).toEqual(["fenced", "fenced"]);
    expect(await readTraces(db, runId)).toEqual(before);
  });
});

test("a lease that is over, and that nobody has ended, costs nothing of what was done", async () => {
  const { runId, workerId, held, claim, work } = await launchAndClaim(
    db,
    { a: { partitions: 4 } },
    { partitions: new Map([["a", PartitionSet.range(0, 2)]]) },
  );
  await endLease(db, workerId);
  const { results, claims } = await work(workerId, succeed(held, [0]));
  expect(results).toEqual(["published"]);
  expect(claims).toEqual([]);
  expect(await claim(workerId)).toEqual([]);
  await expireWorkers(db);
  expect((await readAssets(runId))[0]?.sets).toMatchObject({ success: PartitionSet.of([0]) });
});

test("one batch may name a step twice: the first counts", async () => {
  const { workerId, held } = await launchAndClaim(db, { a: { partitions: 1 } });
  expect(await settle(db, workerId, [...succeed(held), ...fail(held), ...succeed(held)])).toEqual([
    "published",
    "already",
    "already",
  ]);
});

test("two calls at once settle each step once", async () => {
  const { workerId, held } = await launchAndClaim(db, { a: { partitions: 50 } });
  const all = await Promise.all(Array.from({ length: 6 }, () => settle(db, workerId, succeed(held))));
  for (const ordinal of held.partitions) {
    const answers = all.map((results) => results[ordinal]);
    expect(answers.filter((answer) => answer === "published")).toHaveLength(1);
    expect(answers.filter((answer) => answer === "already")).toHaveLength(5);
  }
});

test("runs that overlap may publish the same partition in one batch; the last becomes current", async () => {
  const first = await launch(db, { a: { partitions: 3 } });
  const second = await launchSame(first);
  const workerId = await startWorker(db);
  const claims = await first.claim(workerId);
  expect(claims.map(({ runId }) => runId)).toEqual([first.runId, second]);
  const results = await settle(
    db,
    workerId,
    claims.flatMap((claim) => succeed(claim)),
  );
  expect(new Set(results)).toEqual(new Set(["published"]));
  const { pointers } = await readState(db);
  const assetId = claims[0]?.assetId;
  expect(pointers.filter((pointer) => pointer.assetId === assetId).map(({ runId }) => runId)).toEqual([
    second,
    second,
    second,
  ]);
});

test("runs that overlap may publish at the same time, and the asset's sets lose nothing", async () => {
  const first = await launch(db, { a: { partitions: 64 } });
  await launchSame(first);
  const workerId = await startWorker(db);
  const claims = await first.claim(workerId);
  for (let from = 0; from < 64; from += 8) {
    // Each run publishes other partitions than the other one at the same time.
    const [ahead, back] = [PartitionSet.range(from, from + 8), PartitionSet.range(56 - from, 64 - from)];
    await Promise.all(
      claims.map((claim) => settle(db, workerId, succeed(claim, claim.runId === first.runId ? ahead : back))),
    );
    const { assetChunks } = await readState(db);
    const assetId = claims[0]?.assetId;
    const made = assetChunks.filter((row) => row.assetId === assetId).map(({ materialized }) => materialized);
    expect(made).toEqual([PartitionSet.range(0, from + 8).union(PartitionSet.range(56 - from, 64))]);
  }
});

/** Launches another run of the same plan. */
async function launchSame(run: { readonly runId: number }): Promise<number> {
  const state = (await readState(db)).runs.find(({ id }) => id === run.runId);
  if (state === undefined) throw new Error("the run is gone");
  const { runId } = await createRun(db, { plan: state.plan, origin: { kind: "manual" }, environment: "production" });
  await admitRun(db, runId, 1_000);
  return runId;
}

describe("a success", () => {
  test("becomes current with all that is told of it, and its checks with it", async () => {
    const { runId, workerId, held } = await launchAndClaim(db, { a: { partitions: 2 } });
    const [outcome] = succeed(held, [1]);
    if (outcome?.kind !== "success") throw new Error("a success was asked for");
    const check = { severity: "warn", blocking: false, description: "many", metadata: { rows: 7 } } as const;
    const full: StepOutcome = {
      ...outcome,
      durationMs: 12.6,
      stored: { io: "json", objects: [], dataVersion: "d1", location: "a/1" },
      metadata: { rows: 7 },
      inputs: [{ assetId: 1, partitions: [0, 2], runId: 3 }],
      checks: [
        { ...check, name: "rows", passed: false },
        { ...check, name: "nulls", passed: true },
      ],
    };
    expect(await settle(db, workerId, [full])).toEqual(["published"]);
    const [row] = await db.read(
      "made",
      ({ sql }) => sql`
      select m.stored, m.metadata, m.inputs, m.duration_ms as "durationMs", m.data_version as "dataVersion", m.attempt,
        m.claim_id as "claimId",
        array(select name || ' ' || passed from check_result where run_id = ${runId} order by id) as checks,
        (select duration_ms from run_asset where run_id = ${runId}) as "totalMs"
      from asset_partition p join materialization m using (asset_id, ordinal, run_id)
      where p.asset_id = ${held.assetId} and p.ordinal = 1`,
    );
    expect(row).toEqual({
      stored: { io: "json", objects: [], dataVersion: "d1", location: "a/1" },
      metadata: { rows: 7 },
      inputs: [{ assetId: 1, partitions: [0, 2], runId: 3 }],
      durationMs: 13,
      dataVersion: "d1",
      attempt: 1,
      claimId: held.claimId,
      checks: ["rows false", "nulls true"],
      // What estimates are made from.
      totalMs: 13,
    });
  });

  test("is stored whatever its function wrote into its metadata", async () => {
    const { workerId, held } = await launchAndClaim(db, { a: { partitions: 4 } });
    const hostile: JsonValue[] = ["\0", "\uD800", { "k\0": ["\uDC00x", null] }, "fine ☃ \u{1F9F5}"];
    const outcomes = succeed(held).map((outcome, index): StepOutcome => {
      if (outcome.kind !== "success") return outcome;
      return { ...outcome, dataVersion: `v\0${index}`, metadata: { value: hostile[index] ?? null } };
    });
    expect(new Set(await settle(db, workerId, outcomes))).toEqual(new Set(["published"]));
    const rows = await db.read(
      "stored",
      ({ sql }) =>
        sql`select metadata -> 'value' as value from materialization where claim_id = ${held.claimId} order by ordinal`,
    );
    expect(rows.map(({ value }) => value)).toEqual([
      "\uFFFD",
      "\uFFFD",
      { "k\uFFFD": ["\uFFFDx", null] },
      "fine ☃ \u{1F9F5}",
    ]);
  });

  test("wakes what waits for it, and what it wakes can be claimed in the same transaction", async () => {
    const { runId, workerId, held, work } = await launchAndClaim(db, {
      a: { partitions: 2 },
      b: { deps: { a: { kind: "all" } } },
    });
    const half = await work(workerId, succeed(held, [0]));
    expect(half).toMatchObject({ results: ["published"], claims: [] });
    const whole = await work(workerId, succeed(held, [1]));
    expect(whole.claims).toMatchObject([{ runId, partitions: PartitionSet.of([0]), attempts: new Map() }]);
    expect(
      await settle(
        db,
        workerId,
        whole.claims.flatMap((claim) => succeed(claim)),
      ),
    ).toEqual(["published"]);
    expect(await readStatus(db, runId)).toBe("success");
  });
});

describe("a failure", () => {
  test("that is final skips what depends on it, and its siblings go on", async () => {
    const { runId, workerId, held, claim } = await launchAndClaim(db, {
      a: { partitions: 3 },
      b: { partitions: 3, deps: { a: { kind: "identity" } } },
      c: { deps: { b: { kind: "all" } } },
    });
    expect(await settle(db, workerId, [...fail(held, { ordinals: [1] }), ...succeed(held, [0, 2])])).toEqual([
      "failed",
      "published",
      "published",
    ]);
    const sets = (await readAssets(runId)).map((asset) => asset.sets);
    expect(sets).toMatchObject([
      { failed: PartitionSet.of([1]), success: PartitionSet.of([0, 2]) },
      { skipped: PartitionSet.of([1]), ready: PartitionSet.of([0, 2]) },
      { skipped: PartitionSet.of([0]) },
    ]);
    const claims = await claim(workerId);
    await settle(
      db,
      workerId,
      claims.flatMap((each) => succeed(each)),
    );
    expect(await readStatus(db, runId)).toBe("failed");
  });

  test("is tried again as the policy says, with the number of the attempt, and the errors are kept", async () => {
    const { runId, workerId, held, work } = await launchAndClaim(db, { a: { retry: { attempts: 3 } } });
    const second = await work(workerId, fail(held));
    expect(second).toMatchObject({ results: ["retrying"], claims: [{ attempts: new Map([[0, 2]]) }] });
    const third = await work(
      workerId,
      second.claims.flatMap((claim) => fail(claim)),
    );
    expect(third).toMatchObject({ results: ["retrying"], claims: [{ attempts: new Map([[0, 3]]) }] });
    const last = await work(
      workerId,
      third.claims.flatMap((claim) => fail(claim)),
    );
    expect(last).toMatchObject({ results: ["failed"], claims: [] });
    const rows = await db.read(
      "attempts",
      ({ sql }) => sql`
      select number, cause, error ->> 'message' as message, fingerprint is not null as "isGrouped" from attempt
      where run_id = ${runId} order by number`,
    );
    expect(rows).toEqual(
      [1, 2, 3].map((number) => ({ number, cause: "error", message: "no luck with 0", isGrouped: true })),
    );
    expect(await readStatus(db, runId)).toBe("failed");
  });

  test("keeps what was current before", async () => {
    const first = await launchAndClaim(db, { a: {} });
    await settle(db, first.workerId, succeed(first.held));
    const second = await launchSame(first);
    const [held] = await first.claim(first.workerId);
    expect(held === undefined ? [] : await settle(db, first.workerId, fail(held))).toEqual(["failed"]);
    const { pointers } = await readState(db);
    expect(pointers.find(({ assetId }) => assetId === held?.assetId)?.runId).toBe(first.runId);
    expect(await readStatus(db, second)).toBe("failed");
  });
});

test("what is handed back costs no attempt, and neither does a cancellation that nobody asked for", async () => {
  const { runId, workerId, held, claim } = await launchAndClaim(db, { a: { partitions: 2 } });
  expect(await settle(db, workerId, [...giveUp(held, "released", [0]), ...giveUp(held, "canceled", [1])])).toEqual([
    "released",
    "released",
  ]);
  const [again] = await claim(workerId);
  expect(again).toMatchObject({ partitions: PartitionSet.range(0, 2), attempts: new Map() });
  expect((await readState(db)).attempts.filter((attempt) => attempt.runId === runId)).toEqual([]);
});

test("steps of a paused run are settled, and nothing more of it begins", async () => {
  const { runId, workerId, held, work } = await launchAndClaim(db, {
    a: {},
    b: { deps: { a: { kind: "unpartitioned" } } },
  });
  await pauseRun(db, runId);
  const { results, claims } = await work(workerId, succeed(held));
  expect([results, claims]).toEqual([["published"], []]);
  expect((await readAssets(runId))[1]?.sets.ready.size).toBe(1);
});
