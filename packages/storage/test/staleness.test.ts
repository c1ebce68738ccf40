import { PartitionSet } from "@heddle/core/internal";
import {
  isStalenessChange,
  judgeStaleness,
  readStaleness,
  readStalenessEvents,
  readStalenessLag,
  readStalenessState,
  recordStaleness,
  wipePartitions,
  type AssetChange,
  type Database,
} from "@heddle/storage";
import fc from "fast-check";
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startWorker } from "./fixtures/run-fixtures.ts";
import {
  byKey,
  COUNT,
  declareAssets,
  forget,
  judgedAssets,
  launch,
  make,
  readIds,
  readStale,
  register,
  spaceOf,
  work,
  type World,
} from "./fixtures/stale-world.ts";
import { createTestDatabase, type TestDatabase } from "./support/index.ts";

let database: TestDatabase;
let db: Database;
let workerId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  ({ db } = database);
});

async function empty(): Promise<void> {
  await db.drizzle.execute(`truncate asset, code_version, code_location, event, run, run_asset, run_chunk, claim, wipe,
    step, attempt, materialization, asset_partition, asset_chunk, asset_staleness, staleness_round restart identity cascade`);
}

beforeEach(async () => {
  await empty();
  workerId = await startWorker(db);
});

afterAll(() => database[Symbol.asyncDispose]());

/** One round of judging, as a daemon does it. Says whether there is more to do. */
async function judge(world: World, limit = 1_000): Promise<boolean> {
  const ids = await readIds(world);
  const assets = judgedAssets(world, ids).map((asset) => ({
    id: asset.id,
    definition: JSON.stringify(world.assets.find(({ key }) => key === asset.key)),
    upstreamIds: asset.deps.map(({ upstreamId }) => upstreamId).filter((id) => id !== asset.id),
    judged: () => asset,
  }));
  const { version, ...round } = await db.read("judge", async (tx) => {
    const state = await readStalenessState(tx, 1);
    const { events, cursor } = await readStalenessEvents(tx, { after: state.cursor, limit: 1_000 });
    const changes = new Map<number, AssetChange>();
    for (const event of events) {
      if (event.assetId === null || event.partitions === null || !isStalenessChange(event)) continue;
      const before = changes.get(event.assetId)?.partitions ?? PartitionSet.EMPTY;
      changes.set(event.assetId, { partitions: before.union(event.partitions), isOther: false });
    }
    const verdict = await judgeStaleness(tx, { environmentId: 1, assets, rows: state.rows, changes, limit });
    return { version: state.version, cursor, ...verdict };
  });
  await recordStaleness(db, { environmentId: 1, expectedVersion: version, at: new Date(), ...round });
  return round.isPartial;
}

/** What is known, as {@link readStale} tells it. */
async function known(world: World): Promise<Record<string, number[]>> {
  const rows = await db.read("known", (tx) => readStaleness(tx, { environmentId: 1 }));
  return byKey(world, await readIds(world), new Map([...rows].map(([id, { stale }]) => [id, stale])));
}

const wipe = async (world: World, key: string, nth: readonly number[]): Promise<void> => {
  const asset = world.assets.find((one) => one.key === key);
  const id = (await readIds(world)).get(key);
  if (asset === undefined || id === undefined) throw new Error(`no asset ${key}`);
  const all = [...spaceOf(asset).all];
  const partitions = PartitionSet.of(nth.flatMap((at) => all[at] ?? []));
  await wipePartitions(db, {
    environmentId: 1,
    assetId: id,
    assetKey: key,
    partitions,
    reason: null,
    originKey: randomUUID(),
  });
};

const ALL = [0, 1, 2, 3, 4];

test("what is found is what judging everything finds, and by which reason", async () => {
  const world = await register({ db, workerId }, declareAssets());
  await make(world, { source: ALL, same: ALL, whole: [0] }, "one");
  await judge(world);
  expect(await known(world)).toEqual({});
  await make(world, { source: [3] }, "two");
  await judge(world);
  expect(await known(world)).toEqual({ same: [3, 4], whole: [0] });
  const ids = await readIds(world);
  const rows = await db.read("known", (tx) => readStaleness(tx, { environmentId: 1 }));
  expect(rows.get(ids.get("same") ?? 0)).toMatchObject({ inputs: { size: 1 }, code: { size: 0 }, stale: { size: 2 } });
  await make(world, { same: [3, 4], whole: [0] }, "two");
  await judge(world);
  expect(await known(world)).toEqual({});
});

test("what a run holds is judged when it has ended", async () => {
  const world = await register({ db, workerId }, declareAssets());
  await make(world, { source: ALL, same: ALL, whole: [0] }, "one");
  await judge(world);
  await launch(world, { same: [3, 4] });
  await make(world, { source: [3] }, "two");
  await judge(world);
  const ids = await readIds(world);
  const pending = async () =>
    (await db.read("known", (tx) => readStaleness(tx, { environmentId: 1 }))).get(ids.get("same") ?? 0)?.pending.size;
  // The second launch has worked off the first one too.
  expect(await pending()).toBe(0);
  await launch(world, { same: [1, 2] });
  await launch(world, { source: [1] });
  await work(world, 1, "three");
  await work(world, 1, "three");
  await judge(world);
  while ((await work(world, 100, "three")) > 0);
  await judge(world);
  expect(await pending()).toBe(0);
  expect(await known(world)).toEqual(await readStale(world));
});

test("no more is looked up at once than is allowed, and the rest follows", async () => {
  const world = await register({ db, workerId }, declareAssets());
  await make(world, { source: ALL, same: ALL, whole: [0] }, "one");
  await judge(world);
  await make(world, { source: ALL }, "two");
  expect(await judge(world, 2)).toBe(true);
  const ids = await readIds(world);
  const rows = await db.read("known", (tx) => readStaleness(tx, { environmentId: 1 }));
  expect(rows.get(ids.get("same") ?? 0)).toMatchObject({ inputs: { size: 2 }, pending: { size: 3 } });
  let rounds = 0;
  while (await judge(world, 2)) rounds += 1;
  expect(rounds).toBeGreaterThan(0);
  expect(await known(world)).toEqual({ same: ALL, whole: [0] });
});

test("of two daemons that judge at once one takes effect, and how old it is can be told", async () => {
  const world = await register({ db, workerId }, declareAssets());
  const lag = () => db.read("lag", (tx) => readStalenessLag(tx, 1));
  expect(await lag()).toBeInstanceOf(Date);
  await judge(world);
  expect(await lag()).toBeNull();
  await make(world, { source: ALL, same: ALL, whole: [0] }, "one");
  expect(await lag()).toBeInstanceOf(Date);
  await Promise.all([judge(world), judge(world)]);
  const { version } = await db.read("state", (tx) => readStalenessState(tx, 1));
  expect(version).toBe(2);
  expect(await lag()).toBeNull();
  const round = { environmentId: 1, cursor: "0.0", at: new Date(), rows: [], gone: [], changed: new Map() };
  expect(await recordStaleness(db, { ...round, expectedVersion: 1 })).toBe("superseded");
});

const someOf = fc.uniqueArray(fc.nat(COUNT - 1), { maxLength: COUNT });
const move = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("launch" as const), source: someOf, same: someOf, whole: someOf }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("work" as const),
      capacity: fc.integer({ min: 1, max: 6 }),
      version: fc.constantFrom("x", "x", "y", ""),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("judge" as const), limit: fc.integer({ min: 0, max: 4 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("code" as const),
      key: fc.constantFrom("source", "same", "whole"),
      version: fc.constantFrom("v1", "v2"),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("reads" as const),
      same: fc.constantFrom("none", "source", "both"),
      shift: fc.integer({ min: -1, max: 1 }),
      count: fc.integer({ min: 2, max: COUNT }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("wipe" as const),
      key: fc.constantFrom("source", "same", "whole"),
      nth: someOf,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("forget" as const), nth: fc.nat(3) }) },
);

test("whatever happens between rounds, what is known in the end is what judging everything finds", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(move, { minLength: 3, maxLength: 20 }), async (moves) => {
      await empty();
      const codeVersions: Record<string, string> = {};
      let shape: Parameters<typeof declareAssets>[1] = {};
      let world = await register({ db, workerId }, declareAssets());
      for (const each of moves) {
        if (each.kind === "launch") {
          const { source, same, whole } = each;
          if (source.length + same.length + whole.length > 0) await launch(world, { source, same, whole });
        } else if (each.kind === "work") await work(world, each.capacity, each.version);
        else if (each.kind === "judge") await judge(world, each.limit);
        else if (each.kind === "code") {
          codeVersions[each.key] = each.version;
          world = await register(world, declareAssets(codeVersions, shape));
        } else if (each.kind === "reads") {
          shape = { reads: each.same, shift: each.shift, count: each.count };
          world = await register(world, declareAssets(codeVersions, shape));
        } else if (each.kind === "wipe") {
          // Refused while a run makes them.
          await wipe(world, each.key, each.nth).catch(() => undefined);
        } else await forget(world, each.nth);
      }
      // Runs that hold something are worked off.
      for (let idle = 0; idle < 2;) idle = (await work(world, 100, "z")) === 0 ? idle + 1 : 0;
      while (await judge(world, 3));
      await judge(world);
      expect(await known(world)).toEqual(await readStale(world));
    }),
    { numRuns: 80 },
  );
}, 240_000);
