import { randomUUID } from "node:crypto";
import type { StoredValue } from "@heddle/core";
import { PartitionSet } from "@heddle/core/internal";
import { expect, test } from "vitest";
import {
  admitRun,
  claimCollection,
  createRun,
  findCollectableWipe,
  listWiped,
  lockLaunches,
  markCollected,
  markWipeCollected,
  reportPartitions,
  requestCollection,
  wipePartitions,
  type Claim,
  type Database,
  type StepOutcome,
} from "../src/index.ts";
import { readCurrentRuns } from "../src/read/current-runs.ts";
import { readPartitionSets } from "../src/read/partition-sets.ts";
import { readRunPlan } from "../src/read/run-plan.ts";
import { launchAndClaim, settle, type LaunchedRun } from "./fixtures/launched-run.ts";
import { succeed } from "./fixtures/run-fixtures.ts";
import { createTestDatabase } from "./support/index.ts";

type World = LaunchedRun & { readonly workerId: string; readonly held: Claim };

function publish(held: Claim, ordinals: Iterable<number> = held.partitions): StepOutcome[] {
  return succeed(held, ordinals).map((outcome) => {
    if (outcome.kind !== "success") return outcome;
    const key = `${held.assetKey}/p${outcome.ordinal}/${held.runId}-${held.claimId}.json`;
    const stored: StoredValue = { io: "json", objects: [{ key, bytes: 3, sha256: "0" }], dataVersion: "d" };
    return { ...outcome, stored };
  });
}

async function locate(db: Database, { codeVersionId }: World) {
  const [row] = await db.read(
    "place",
    ({ sql }) => sql<{ environmentId: number; codeLocationId: number }[]>`
      select (select id from environment where name = 'production') as "environmentId",
        code_location_id as "codeLocationId" from code_version where id = ${codeVersionId}`,
  );
  return row ?? { environmentId: 0, codeLocationId: 0 };
}

async function wipe(
  db: Database,
  world: World,
  { partitions, originKey = randomUUID() }: { readonly partitions: PartitionSet; readonly originKey?: string },
) {
  const { environmentId } = await locate(db, world);
  const { assetId, assetKey } = world.held;
  return wipePartitions(db, { environmentId, assetId, assetKey, partitions, reason: "wrong input", originKey });
}

/** What consumers find, in ordinals. */
async function current(db: Database, world: World) {
  const { environmentId } = await locate(db, world);
  const { assetId } = world.held;
  return db.read("current", async (tx) => {
    const pointers = await tx.sql<{ ordinal: number }[]>`
      select ordinal from asset_partition where environment_id = ${environmentId} and asset_id = ${assetId} order by 1`;
    const sets = (await readPartitionSets(tx, { environmentId, assetIds: [assetId] })).get(assetId);
    const runs = (await readCurrentRuns(tx, { environmentId, assetIds: [assetId] })).get(assetId) ?? [];
    return {
      pointers: pointers.map(({ ordinal }) => ordinal),
      materialized: [...(sets?.materialized ?? [])],
      failed: [...(sets?.failed ?? [])],
      byRuns: runs.flatMap(({ partitions }) => [...partitions]).toSorted((a, b) => a - b),
    };
  });
}

async function launchAgain(db: Database, world: World): Promise<Claim> {
  const plan = await readRunPlan(db, world.runId);
  const { runId } = await createRun(db, { plan, origin: { kind: "manual" }, environment: "production" });
  await admitRun(db, runId, 100);
  const held = (await world.claim(world.workerId)).find((claim) => claim.runId === runId);
  if (held === undefined) throw new Error("nothing was ready");
  return held;
}

test("a wipe makes partitions missing, once, tells it, and leaves the history", async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  const world = await launchAndClaim(db, { a: { partitions: 4 } });
  await settle(db, world.workerId, publish(world.held));
  const first = await wipe(db, world, { partitions: PartitionSet.range(1, 3), originKey: "once-and-only" });
  expect(first).toMatchObject({ changed: true });
  expect(await current(db, world)).toEqual({ pointers: [0, 3], materialized: [0, 3], failed: [], byRuns: [0, 3] });
  // Another one with the same key, and one that finds nothing, change nothing.
  expect([
    ...(await wipe(db, world, { partitions: PartitionSet.range(0, 4), originKey: "once-and-only" })).wiped,
  ]).toEqual([1, 2]);
  expect(await wipe(db, world, { partitions: PartitionSet.range(1, 3) })).toMatchObject({ changed: false });
  expect((await current(db, world)).pointers).toEqual([0, 3]);
  const events = await db.read("e", ({ sql }) => sql`select asset_id as id from event where kind = 'partitions_wiped'`);
  expect(events).toEqual([{ id: world.held.assetId }]);
  const kept = await db.read("m", ({ sql }) => sql`select from materialization where asset_id = ${world.held.assetId}`);
  expect(kept.count).toBe(4);
});

test("partitions that a run is making are refused, whole, and what it publishes stays", async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  const world = await launchAndClaim(db, { a: { partitions: 3 } });
  await settle(db, world.workerId, publish(world.held, [0]));
  await expect(wipe(db, world, { partitions: PartitionSet.range(0, 2) })).rejects.toMatchObject({
    code: "WIPE_PARTITIONS_BUSY",
    details: { runs: [world.runId] },
  });
  expect((await current(db, world)).pointers).toEqual([0]);
  // What is done of a run that goes on may be taken back.
  expect(await wipe(db, world, { partitions: PartitionSet.range(0, 1) })).toMatchObject({ changed: true });
  await settle(db, world.workerId, publish(world.held, [1, 2]));
  expect(await current(db, world)).toEqual({ pointers: [1, 2], materialized: [1, 2], failed: [], byRuns: [1, 2] });
});

test("of a wipe and a publication at the same time, either the wipe is refused or the publication comes first", async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  const world = await launchAndClaim(db, { a: { partitions: 12 } });
  for (let ordinal = 0; ordinal < 12; ordinal += 1) {
    const [settled, wiped] = await Promise.allSettled([
      settle(db, world.workerId, publish(world.held, [ordinal])),
      wipe(db, world, { partitions: PartitionSet.range(ordinal, ordinal + 1) }),
    ]);
    expect(settled.status).toBe("fulfilled");
    const isThere = (await current(db, world)).pointers.includes(ordinal);
    expect(isThere).toBe(wiped.status === "rejected" || !wiped.value.changed);
  }
  const { pointers, materialized, byRuns } = await current(db, world);
  expect(materialized).toEqual(pointers);
  expect(byRuns).toEqual(pointers);
});

test("values that were taken back are collected after the grace time, and what was made since stays", async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  const world = await launchAndClaim(db, { a: { partitions: 3 } });
  await settle(db, world.workerId, publish(world.held));
  await wipe(db, world, { partitions: PartitionSet.range(0, 2) });
  const again = await launchAgain(db, world);
  const { codeLocationId } = await locate(db, world);
  const find = (graceMs: number) => findCollectableWipe(db, { codeLocationId, graceMs, afterWipeId: 0 });
  await settle(db, world.workerId, publish(again, [0]));
  // The step that runs may have found what was there before.
  await settle(db, world.workerId, publish(again, [1, 2]));
  expect(await find(60_000)).toBeUndefined();
  const found = await find(0);
  expect([...(found?.partitions ?? [])]).toEqual([0, 1]);
  if (found === undefined) return;
  const list = () => listWiped(db, { wipe: found, after: undefined, limit: 10 });
  const values = await list();
  expect(values.map(({ ordinal, runId }) => [ordinal, runId])).toEqual([
    [0, world.runId],
    [1, world.runId],
  ]);
  await requestCollection(db, { codeLocationId, graceMs: 0 });
  await claimCollection(db, world.workerId);
  const collector = { codeLocationId, workerId: world.workerId };
  await markCollected(db, collector, { assetId: world.held.assetId, places: values });
  expect(await list()).toEqual([]);
  expect(await markWipeCollected(db, collector, found.wipeId)).toBe(true);
  expect(await find(0)).toBeUndefined();
});

test("a step that was claimed before a wipe keeps its values from being collected", async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  const world = await launchAndClaim(db, { a: { partitions: 2 } });
  await settle(db, world.workerId, publish(world.held, [0]));
  await wipe(db, world, { partitions: PartitionSet.range(0, 1) });
  const { codeLocationId } = await locate(db, world);
  expect(await findCollectableWipe(db, { codeLocationId, graceMs: 0, afterWipeId: 0 })).toBeUndefined();
});

test("a report is a run that is over at once; the value that is stored stays what consumers read", async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  const world = await launchAndClaim(db, { a: { partitions: 3 } });
  await settle(db, world.workerId, publish(world.held, [0, 1]));
  await db.transaction("x", ({ sql }) => sql`select 1`);
  const whole = await readRunPlan(db, world.runId);
  const plan = { ...whole, total: 2, assets: whole.assets.map((asset) => ({ ...asset, partitions: [0, 1, 2, 3] })) };
  const report = () =>
    db.transaction("report", async (tx) => {
      await lockLaunches(tx.sql);
      const more = { dataVersion: "v2", metadata: { rows: 41 }, note: "by hand", originKey: "report:1" };
      return reportPartitions(tx, { environment: "production", plan, ...more });
    });
  const { runId, created } = await report();
  expect(created).toBe(true);
  expect(await report()).toEqual({ runId, created: false });
  const rows = await db.read(
    "rows",
    ({ sql }) => sql`
      select ordinal, run_id as "runId", data_version as version, metadata,
        stored #>> '{objects,0,key}' like '%p' || ordinal || '%' as keeps
      from materialization where asset_id = ${world.held.assetId} and run_id = ${runId} order by ordinal`,
  );
  expect(rows).toEqual([
    { ordinal: 0, runId, version: "v2", metadata: { rows: 41 }, keeps: true },
    { ordinal: 2, runId, version: "v2", metadata: { rows: 41 }, keeps: null },
  ]);
  expect(await current(db, world)).toMatchObject({ materialized: [0, 1, 2], byRuns: [0, 1, 2] });
  const [run] = await db.read(
    "run",
    ({ sql }) => sql`select status, unfinished, total, origin from run where id = ${runId}`,
  );
  expect(run).toEqual({ status: "success", unfinished: 0, total: 2, origin: { kind: "report", note: "by hand" } });
});
