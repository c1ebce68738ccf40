import { createTestDatabase } from "./support/index.ts";
import type { StoredValue } from "@heddle/core";
import { expect, test } from "vitest";
import {
  admitRun,
  claimCollection,
  createRun,
  findAbandoned,
  findCollectableRun,
  finishCollection,
  listCollectableChunks,
  listSuperseded,
  loadCollectionStates,
  markCollected,
  markRunCollected,
  readCollections,
  requestCollection,
  type Claim,
  type Collector,
  type Database,
  type StepOutcome,
} from "../src/index.ts";
import { readRunPlan } from "../src/read/run-plan.ts";
import { endLease, launchAndClaim, settle, type LaunchedRun } from "./fixtures/launched-run.ts";
import { giveUp, startWorker, succeed } from "./fixtures/run-fixtures.ts";

const END = { hasFailed: false, result: { values: 1 }, hasListed: true, isWorthTelling: true };

function storedAt(key: string): StoredValue {
  return { io: "json", objects: [{ key, bytes: 3, sha256: "0" }], dataVersion: "d", location: `/store/${key}` };
}

/** Successes with a stored value each, under the key that an I/O manager would give it. */
function publish(held: Claim, ordinals: Iterable<number> = held.partitions): StepOutcome[] {
  return succeed(held, ordinals).map((outcome) =>
    outcome.kind === "success" ? { ...outcome, stored: storedAt(keyOf(held, outcome.ordinal)) } : outcome,
  );
}

function keyOf({ runId, claimId, assetKey }: Claim, ordinal: number): string {
  return `${assetKey}/p${ordinal}/${runId}-${claimId}.json`;
}

type World = LaunchedRun & { readonly workerId: string; readonly held: Claim };

/** Runs the plan once more and leaves the new claim to the test. */
async function launchAgain(db: Database, world: World): Promise<Claim> {
  const plan = await readRunPlan(db, world.runId);
  const { runId } = await createRun(db, { plan, origin: { kind: "manual" }, environment: "production" });
  await admitRun(db, runId, 100);
  const held = (await world.claim(world.workerId)).find((claim) => claim.runId === runId);
  if (held === undefined) throw new Error("nothing was ready");
  return held;
}

async function locationOf(db: Database, world: World): Promise<number> {
  const [row] = await db.read(
    "location",
    ({ sql }) => sql<{ id: number }[]>`
      select code_location_id as id from code_version where id = ${world.codeVersionId}`,
  );
  return row?.id ?? 0;
}

/** Asks for a collection and gives it to the worker of the test. */
async function begin(db: Database, world: World): Promise<Collector> {
  const codeLocationId = await locationOf(db, world);
  await requestCollection(db, { codeLocationId, graceMs: 0 });
  const claim = await claimCollection(db, world.workerId);
  expect(claim).toMatchObject({ codeLocationId, codeVersionId: world.codeVersionId, graceMs: 0 });
  return { codeLocationId, workerId: world.workerId };
}

/** What a run replaced and may be removed, as `ordinal of run`. */
async function superseded(db: Database, runId: number): Promise<string[]> {
  const found: string[] = [];
  for (const chunk of await listCollectableChunks(db, { runId, after: undefined, limit: 100 })) {
    for (const value of await listSuperseded(db, { chunk, after: undefined, limit: 100 }))
      found.push(`${value.ordinal} of ${value.runId}${value.isHeld ? ", held" : ""}`);
  }
  return found;
}

async function collectable(db: Database, world: World, graceMs = 0): Promise<number | undefined> {
  const codeLocationId = await locationOf(db, world);
  return (await findCollectableRun(db, { codeLocationId, graceMs, afterRunId: 0 }))?.runId;
}

test("a collection is asked for once, done by one worker, and taken over when that one dies", async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  const world = await launchAndClaim(db, { a: { partitions: 1 } });
  const codeLocationId = await locationOf(db, world);
  expect(await loadCollectionStates(db)).toEqual([
    { codeLocationId, requestedMsAgo: null, isOpen: false, failures: 0 },
  ]);
  const first = await begin(db, world);
  const second = { codeLocationId, workerId: await startWorker(db) };
  await requestCollection(db, { codeLocationId, graceMs: 77 });
  expect(await claimCollection(db, second.workerId)).toBeUndefined();
  // Whoever asks again after a lost answer gets what it has.
  expect(await claimCollection(db, first.workerId)).toMatchObject({ codeLocationId, graceMs: 0 });
  expect(await loadCollectionStates(db)).toMatchObject([{ isOpen: true }]);

  await endLease(db, first.workerId);
  expect(await claimCollection(db, second.workerId)).toMatchObject({ codeLocationId });
  await finishCollection(db, first, END);
  expect(await loadCollectionStates(db)).toMatchObject([{ isOpen: true }]);
  await finishCollection(db, second, { ...END, hasFailed: true });
  expect(await loadCollectionStates(db)).toMatchObject([{ isOpen: false, failures: 1 }]);
  expect(await claimCollection(db, second.workerId)).toBeUndefined();
  const collections = await db.read("collections", readCollections);
  expect(collections).toMatchObject([{ isOpen: false, failures: 1, result: { values: 1 } }]);
  const events = await db.read("events", ({ sql }) => sql`select payload from event where kind = 'collected'`);
  expect(events).toMatchObject([{ payload: { result: { values: 1 } } }]);
});

test("it is known when the stores were looked through last, unless that is to be done again at once", async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  const world = await launchAndClaim(db, { a: { partitions: 1 } });
  const collector = await begin(db, world);
  const again = async (options?: { readonly isThorough: boolean }): Promise<number | null | undefined> => {
    await requestCollection(db, { codeLocationId: collector.codeLocationId, graceMs: 0 }, options);
    return (await claimCollection(db, world.workerId))?.listedMsAgo;
  };
  await finishCollection(db, collector, { ...END, hasListed: false });
  expect(await again()).toBeNull();
  await finishCollection(db, collector, END);
  expect(await again()).toBeLessThan(60_000);
  // One that did not look through them keeps what was known.
  await finishCollection(db, collector, { ...END, hasListed: false });
  expect(await again()).toBeLessThan(60_000);
  await finishCollection(db, collector, END);
  expect(await again({ isThorough: true })).toBeNull();
});

test("what later materializations took the place of is found, removed once, and stays as history", async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  const world = await launchAndClaim(db, { a: { partitions: 4 } });
  await settle(db, world.workerId, publish(world.held));
  const again = await launchAgain(db, world);
  await settle(db, world.workerId, [...publish(again, [1, 2]), ...giveUp(again, "canceled", [0, 3])]);
  expect(await superseded(db, world.runId)).toEqual([]);
  expect(await superseded(db, again.runId)).toEqual([`1 of ${world.runId}`, `2 of ${world.runId}`]);

  const collector = await begin(db, world);
  const { assetId } = world.held;
  const removed = { assetId, places: [{ ordinal: 1, runId: world.runId }] };
  const other = { ...collector, workerId: await startWorker(db) };
  expect(await markCollected(db, other, removed)).toBe(false);
  expect(await superseded(db, again.runId)).toHaveLength(2);
  expect(await markCollected(db, collector, removed)).toBe(true);
  expect(await markCollected(db, collector, removed)).toBe(true);
  expect(await superseded(db, again.runId)).toEqual([`2 of ${world.runId}`]);
  const rows = await db.read(
    "rows",
    ({ sql }) => sql`
      select ordinal, collected_at is not null as "isCollected" from materialization
      where run_id = ${world.runId} order by ordinal`,
  );
  expect(rows).toMatchObject([0, 1, 2, 3].map((ordinal) => ({ ordinal, isCollected: ordinal === 1 })));
});

test("a run is looked through until it is known to be done", async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  const world = await launchAndClaim(db, { a: { partitions: 1 } });
  await settle(db, world.workerId, publish(world.held));
  expect(await collectable(db, world)).toBe(world.runId);
  const collector = await begin(db, world);
  expect(await markRunCollected(db, { ...collector, workerId: await startWorker(db) }, world.runId)).toBe(false);
  expect(await collectable(db, world)).toBe(world.runId);
  expect(await markRunCollected(db, collector, world.runId)).toBe(true);
  expect(await collectable(db, world)).toBeUndefined();
});

test("nothing is removed that was replaced within the grace time, or while a step that was claimed goes on", async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  const world = await launchAndClaim(db, { a: { partitions: 1 } });
  await settle(db, world.workerId, publish(world.held));
  const reader = await launchAndClaim(db, { b: {} });
  const again = await launchAgain(db, world);
  await settle(db, world.workerId, publish(again));
  // The reader was claimed before `a` was made again, so that it may read what was there before.
  expect(await collectable(db, world)).toBe(world.runId);
  expect(
    await findCollectableRun(db, { codeLocationId: await locationOf(db, world), graceMs: 0, afterRunId: world.runId }),
  ).toBeUndefined();
  await settle(db, reader.workerId, succeed(reader.held));
  expect(
    await findCollectableRun(db, { codeLocationId: await locationOf(db, world), graceMs: 0, afterRunId: world.runId }),
  ).toEqual({ runId: again.runId });
  expect(await collectable(db, world, 3_600_000)).toBeUndefined();
});

test("what a run has made and may read itself is held until that run is over", async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  const world = await launchAndClaim(db, { a: { partitions: 2 } });
  await settle(db, world.workerId, publish(world.held, [0]));
  const again = await launchAgain(db, world);
  await settle(db, world.workerId, publish(again));
  expect(await superseded(db, again.runId)).toEqual([`0 of ${world.runId}, held`]);
  await settle(db, world.workerId, publish(world.held, [1]));
  expect(await superseded(db, again.runId)).toEqual([`0 of ${world.runId}`]);
  // The one that was replaced last was made by the later run.
  expect(await superseded(db, world.runId)).toEqual([`1 of ${again.runId}`]);
});

test("a value that any environment points to is current", async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  const world = await launchAndClaim(db, { a: { partitions: 1 } });
  await settle(db, world.workerId, publish(world.held));
  const again = await launchAgain(db, world);
  await settle(db, world.workerId, publish(again));
  await db.transaction("share", async ({ sql }) => {
    await sql`insert into environment (name) values ('pr-12')`;
    await sql`
      insert into asset_partition (environment_id, asset_id, ordinal, run_id)
      select id, ${world.held.assetId}, 0, ${world.runId} from environment where name = 'pr-12'`;
  });
  expect(await superseded(db, again.runId)).toEqual([]);
  await db.transaction("unshare", ({ sql }) => sql`delete from asset_partition where run_id = ${world.runId}`);
  expect(await superseded(db, again.runId)).toEqual([`0 of ${world.runId}`]);
});

test("the row of a removed value goes when its run is not kept any more", async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  const world = await launchAndClaim(db, { a: { partitions: 1 } });
  await settle(db, world.workerId, publish(world.held));
  const again = await launchAgain(db, world);
  await settle(db, world.workerId, publish(again));
  await db.transaction("forget", async ({ sql }) => {
    await sql`delete from run where id = ${world.runId}`;
  });
  expect(await superseded(db, again.runId)).toEqual([`0 of ${world.runId}`]);
  const collector = await begin(db, world);
  await markCollected(db, collector, { assetId: world.held.assetId, places: [{ ordinal: 0, runId: world.runId }] });
  const rows = await db.read("rows", ({ sql }) => sql`select run_id as "runId" from materialization`);
  expect(rows).toMatchObject([{ runId: again.runId }]);
});

test("abandoned is what an attempt of a run of this deployment has written, and nothing names", async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  const world = await launchAndClaim(db, { a: { partitions: 3 } });
  const { held, runId } = world;
  const listed = (
    claim: Claim,
    ordinal: number,
    overrides: { key?: string; modifiedAt?: number; partitionKey?: string | null } = {},
  ) => ({
    key: keyOf(claim, ordinal),
    assetKey: claim.assetKey,
    partitionKey: `p${ordinal}`,
    runId: claim.runId,
    modifiedAt: Date.now(),
    ...overrides,
  });
  const orphan = listed(held, 0, { key: "orphan" });
  await settle(db, world.workerId, publish(held, [0, 1]));
  // Its run goes on: somebody may publish it yet.
  expect(await findAbandoned(db, [orphan])).toEqual(new Set());
  await settle(db, world.workerId, publish(held, [2]));

  const DAY = 86_400_000;
  const kept = [
    listed(held, 0),
    listed(held, 2),
    listed(held, 0, { key: "of another deployment", modifiedAt: Date.now() - 2 * DAY }),
    listed(held, 0, { key: "from the future", modifiedAt: Date.now() + 2 * DAY }),
    listed(held, 0, { key: "not a partition", partitionKey: "p99" }),
    listed(held, 0, { key: "without a partition", partitionKey: null }),
    { ...orphan, key: "of no run", runId: runId + 100 },
    { ...orphan, key: "of no asset", assetKey: "nobody" },
  ];
  expect(await findAbandoned(db, [...kept, orphan])).toEqual(new Set(["orphan"]));

  // What was collected and still lies there, because somebody has put it back, goes as well.
  const again = await launchAgain(db, world);
  await settle(db, world.workerId, publish(again));
  expect(await findAbandoned(db, [listed(held, 1), listed(again, 1)])).toEqual(new Set());
  const collector = await begin(db, world);
  await markCollected(db, collector, { assetId: held.assetId, places: [{ ordinal: 1, runId }] });
  expect(await findAbandoned(db, [listed(held, 1), listed(again, 1)])).toEqual(new Set([keyOf(held, 1)]));
});
