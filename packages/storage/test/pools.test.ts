import { randomUUID } from "node:crypto";
import type { PoolSnapshot } from "@heddle/core/internal";
import {
  admitRun,
  cancelRun,
  claimSteps,
  createRun,
  listPoolHolders,
  listPools,
  registerCodeVersion,
  revokeSteps,
  setPool,
  settleAndClaim,
  type Claim,
  type Database,
} from "@heddle/storage";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { launch } from "./fixtures/launched-run.ts";
import { plan, snapshotAsset, startWorker, succeed } from "./fixtures/run-fixtures.ts";
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

const newName = (): string => `p${randomUUID().slice(0, 8)}`;
const sizeOf = (claims: readonly Claim[]): number => claims.reduce((sum, { partitions }) => sum + partitions.size, 0);
const poolOf = async (name: string) => (await db.read("test", listPools)).find((pool) => pool.name === name);

/** A run of so many partitions that count against a pool. */
async function launchPooled(slots: number, options: { partitions?: number; each?: number } = {}) {
  const pool = newName();
  await setPool(db, { name: pool, slots });
  const run = await launch(db, {
    a: { partitions: options.partitions ?? 10, pools: [{ name: pool, slots: options.each ?? 1 }] },
  });
  return { ...run, pool };
}

describe("a pool", () => {
  test("lets so many steps run, and more as soon as some are over", async () => {
    const { claim, work, pool } = await launchPooled(3);
    const [first, second] = [await startWorker(db), await startWorker(db)];
    const held = await claim(first, 2);
    expect([sizeOf(held), sizeOf(await claim(second))]).toEqual([2, 1]);
    expect(sizeOf(await claim(second))).toBe(0);
    expect(await poolOf(pool)).toMatchObject({ slots: 3, used: 3, ready: 7 });
    // What a transaction sets free it may use itself.
    const { claims } = await work(
      first,
      held.flatMap((one) => succeed(one)),
    );
    expect(sizeOf(claims)).toBe(2);
    expect(await poolOf(pool)).toMatchObject({ used: 3, ready: 5 });
  });

  test("counts slots by weight, and never gives half a step", async () => {
    const { claim, pool } = await launchPooled(5, { each: 2 });
    expect(sizeOf(await claim(await startWorker(db)))).toBe(2);
    expect(await poolOf(pool)).toMatchObject({ slots: 5, used: 4 });
  });

  test("holds for all runs together", async () => {
    const pool = newName();
    await setPool(db, { name: pool, slots: 3 });
    const pools = [{ name: pool, slots: 1 }];
    const runs = [await launch(db, { a: { partitions: 4, pools } }), await launch(db, { b: { partitions: 4, pools } })];
    const codeVersionIds = runs.map(({ codeVersionId }) => codeVersionId);
    const claims = await claimSteps(db, { workerId: await startWorker(db), capacity: 100, codeVersionIds });
    expect(sizeOf(claims)).toBe(3);
    const holders = await db.read("test", (tx) => listPoolHolders(tx, { pools: [pool], limit: 10 }));
    expect(holders.reduce((sum, { slots }) => sum + slots, 0)).toBe(3);
  });

  test("is one of several that an asset counts against", async () => {
    const [wide, narrow] = [newName(), newName()];
    await setPool(db, { name: wide, slots: 8 });
    await setPool(db, { name: narrow, slots: 2 });
    const { claim } = await launch(db, {
      a: { partitions: 10, pools: [{ name: wide, slots: 1 }] },
      b: {
        partitions: 10,
        pools: [
          { name: wide, slots: 1 },
          { name: narrow, slots: 1 },
        ],
      },
    });
    await claim(await startWorker(db));
    expect([await poolOf(wide), await poolOf(narrow)]).toMatchObject([
      { used: 8 },
      { used: expect.toSatisfy((used: number) => used <= 2) },
    ]);
  });

  test("counts an execution that makes a chunk once", async () => {
    const pool = newName();
    await setPool(db, { name: pool, slots: 2 });
    const { claim } = await launch(db, { a: { partitions: 10, chunk: 3, pools: [{ name: pool, slots: 1 }] } });
    const claims = await claim(await startWorker(db));
    expect(claims.map(({ partitions }) => partitions.size)).toEqual([3, 3]);
    expect(await poolOf(pool)).toMatchObject({ used: 2, ready: 4 });
  });

  test("leaves what does not count against it alone", async () => {
    const pool = newName();
    await setPool(db, { name: pool, slots: 1 });
    const { claim } = await launch(db, {
      a: { partitions: 5 },
      b: { partitions: 5, pools: [{ name: pool, slots: 1 }] },
    });
    expect(sizeOf(await claim(await startWorker(db)))).toBe(6);
  });

  test("has its slots back when a run is revoked", async () => {
    const { claim, runId, pool } = await launchPooled(2);
    await claim(await startWorker(db));
    await cancelRun(db, runId);
    expect(await poolOf(pool)).toMatchObject({ used: 2 });
    await revokeSteps(db, runId);
    expect(await poolOf(pool)).toMatchObject({ used: 0, ready: 0 });
  });

  test("that nobody declares is no limit", async () => {
    const { claim } = await launch(db, { a: { partitions: 5, pools: [{ name: newName(), slots: 1 }] } });
    expect(sizeOf(await claim(await startWorker(db)))).toBe(5);
  });

  test("is never exceeded by workers that claim at the same time", async () => {
    const pools = [newName(), newName()].toSorted();
    for (const name of pools) await setPool(db, { name, slots: 4 });
    const [one = "", other = ""] = pools;
    const runs = await Promise.all([
      launch(db, { a: { partitions: 40, pools: [{ name: one, slots: 1 }] } }),
      launch(db, {
        b: {
          partitions: 40,
          pools: [
            { name: other, slots: 1 },
            { name: one, slots: 1 },
          ],
        },
      }),
      launch(db, { c: { partitions: 40, pools: [{ name: other, slots: 2 }] } }),
    ]);
    const codeVersionIds = runs.map(({ codeVersionId }) => codeVersionId);
    let made = 0;
    const work = async (): Promise<void> => {
      const workerId = await startWorker(db);
      let held: readonly Claim[] = [];
      for (let idle = 0; idle < 40;) {
        const outcomes = held.flatMap((claim) => succeed(claim));
        const { claims } = await settleAndClaim(db, { workerId, outcomes, capacity: 3, codeVersionIds });
        made += outcomes.length;
        idle = claims.length === 0 ? idle + 1 : 0;
        held = claims;
        const known = (await db.read("test", listPools)).filter(({ name }) => pools.includes(name));
        expect(known.filter(({ used, slots }) => used > slots)).toEqual([]);
        if (made === 120) return;
      }
    };
    await Promise.all(Array.from({ length: 6 }, work));
    expect(made).toBe(120);
  });
});

describe("the slots of a pool", () => {
  test("can be raised, lowered and taken away while steps run", async () => {
    const { claim, pool } = await launchPooled(2);
    const workerId = await startWorker(db);
    expect(sizeOf(await claim(workerId))).toBe(2);
    expect(await setPool(db, { name: pool, slots: 3 })).toBe(true);
    expect(await setPool(db, { name: pool, slots: 3 })).toBe(false);
    expect(sizeOf(await claim(workerId))).toBe(1);
    await setPool(db, { name: pool, slots: 0 });
    expect(await poolOf(pool)).toMatchObject({ slots: 0, used: 3 });
    expect(sizeOf(await claim(workerId))).toBe(0);
    await setPool(db, { name: pool, slots: null });
    expect(await poolOf(pool)).toBeUndefined();
    expect(sizeOf(await claim(workerId))).toBe(7);
  });

  test("follow the definitions, unless a person has set them", async () => {
    const [kept, changed, gone] = [newName(), newName(), newName()];
    const location = newName();
    const load = (pools: readonly PoolSnapshot[]) =>
      registerCodeVersion(db, {
        location,
        directory: "/test",
        hash: randomUUID(),
        snapshot: { protocol: 1, assets: [], pools },
        bundle: new Uint8Array(1),
      });
    await load([kept, changed, gone].map((name) => ({ name, slots: 4 })));
    expect(await poolOf(gone)).toMatchObject({ slots: 4, declaredSlots: 4, isSet: false, location });
    await setPool(db, { name: changed, slots: 1 });
    await load([
      { name: kept, slots: 5 },
      { name: changed, slots: 6 },
    ]);
    expect(await poolOf(gone)).toBeUndefined();
    expect(await poolOf(kept)).toMatchObject({ slots: 5 });
    expect(await poolOf(changed)).toMatchObject({ slots: 1, declaredSlots: 6, isSet: true });
    await setPool(db, { name: changed, slots: null });
    expect(await poolOf(changed)).toMatchObject({ slots: 6, isSet: false });
    // What a person has set outlives the declaration.
    await setPool(db, { name: kept, slots: 2 });
    await load([]);
    expect(await poolOf(kept)).toMatchObject({ slots: 2, declaredSlots: null, location: null });
    expect(await poolOf(changed)).toBeUndefined();
  });

  test.each([
    [{ name: "runs", slots: 1 }, "POOL_INVALID"],
    [{ name: "a b", slots: 1 }, "POOL_INVALID"],
    [{ name: "fine", slots: -1 }, "POOL_INVALID"],
    [{ name: "fine", slots: 1.5 }, "POOL_INVALID"],
    [{ name: "unknown", slots: null }, "POOL_UNKNOWN"],
  ])("are refused when they cannot be meant: %j", async (pool, code) => {
    await expect(setPool(db, pool)).rejects.toMatchObject({ code });
  });
});

describe("a limit for", () => {
  test("a tag holds for assets and for runs that have it, also for runs that are open", async () => {
    const team = newName();
    const open = await launch(db, { a: { partitions: 5, tags: { team } } });
    await setPool(db, { name: `tag team=${team}`, slots: 2 });
    const byRun = await launch(db, { b: { partitions: 5 } }, { tags: { team } });
    const other = await launch(db, { c: { partitions: 5, tags: { team: "other" } } });
    const workerId = await startWorker(db);
    const codeVersionIds = [open, byRun].map(({ codeVersionId }) => codeVersionId);
    expect(sizeOf(await claimSteps(db, { workerId, capacity: 100, codeVersionIds }))).toBe(2);
    expect(sizeOf(await other.claim(workerId))).toBe(5);
  });

  test("a code location holds for all of its assets", async () => {
    const location = newName();
    const assets = [
      snapshotAsset(`${location}/a`, { partitions: 4 }),
      snapshotAsset(`${location}/b`, { partitions: 4 }),
    ];
    const { codeVersionId } = await registerCodeVersion(db, {
      location,
      directory: "/test",
      hash: randomUUID(),
      snapshot: { protocol: 1, assets },
      bundle: new Uint8Array(1),
    });
    await setPool(db, { name: `location ${location}`, slots: 3 });
    const { runId } = await createRun(db, {
      plan: plan(assets),
      origin: { kind: "manual" },
      environment: "production",
    });
    await admitRun(db, runId, 1_000);
    const claims = await claimSteps(db, {
      workerId: await startWorker(db),
      capacity: 100,
      codeVersionIds: [codeVersionId],
    });
    expect(sizeOf(claims)).toBe(3);
  });
});
