import {
  PartitionSet,
  partitionScheme,
  planRun,
  resolveMapping,
  resolvePartitions,
  type AssetSnapshot,
  type MappingSpec,
  type PartitionSpace,
} from "@heddle/core";
import {
  admitRun,
  claimSteps,
  createRun,
  readStalePartitions,
  readStoredInputs,
  registerCodeVersion,
  settleSteps,
  type Claim,
  type Database,
  type JudgedAsset,
  type MaterializationInputs,
} from "@heddle/storage";
import fc from "fast-check";
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { deleteSomeOf, type EndedRun } from "../src/retention.ts";
import { PLANNED_AT, snapshotAsset, startWorker } from "./fixtures/run-fixtures.ts";
import { createTestDatabase, type TestDatabase } from "./support/index.ts";

/** Partitions of every asset of these tests, but for the last one, which has none. */
const COUNT = 5;
const IDENTITY: MappingSpec = { kind: "identity" };
const BEFORE: MappingSpec = { kind: "time-window", startOffset: -1, endOffset: -1, allowNonexistent: true };

let database: TestDatabase;
let db: Database;
let workerId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  ({ db } = database);
});

beforeEach(async () => {
  await database.db.drizzle
    .execute(`truncate asset, code_version, code_location, event, run, run_asset, run_chunk, claim,
    step, attempt, materialization, asset_partition, asset_chunk restart identity cascade`);
  workerId = await startWorker(db);
});

afterAll(() => database[Symbol.asyncDispose]());

/** `source` → `same`, which also reads its own partition before → `whole`, which reads all of `same`. */
function declareAssets(codeVersions: Readonly<Record<string, string>> = {}): AssetSnapshot[] {
  const days = {
    kind: "time-window" as const,
    cadence: "daily" as const,
    cron: "0 0 * * *",
    timeZone: "UTC",
    start: "2024-01-01T00:00:00",
    end: `2024-01-0${COUNT + 1}T00:00:00`,
    endOffset: 0,
    format: "%Y-%m-%d",
  };
  const dep = (upstream: string, mapping: MappingSpec) => ({
    name: upstream,
    upstream,
    mapping,
    rule: "declared",
    multiplicity: "many" as const,
  });
  return [
    { ...snapshotAsset("source"), partitions: days },
    { ...snapshotAsset("same"), partitions: days, deps: [dep("source", IDENTITY), dep("same", BEFORE)] },
    { ...snapshotAsset("whole"), deps: [dep("same", { kind: "all" })] },
  ].map((asset) => ({ ...asset, codeVersion: codeVersions[asset.key] ?? "v1" }));
}

interface World {
  assets: AssetSnapshot[];
  codeVersionId: number;
}

async function register(assets: AssetSnapshot[]): Promise<World> {
  const { codeVersionId } = await registerCodeVersion(db, {
    location: "test",
    directory: "/test",
    hash: randomUUID(),
    snapshot: { protocol: 1, assets },
    bundle: new Uint8Array(1),
  });
  return { assets, codeVersionId };
}

const spaceOf = (asset: AssetSnapshot): PartitionSpace => resolvePartitions(asset.partitions, { now: PLANNED_AT });

function find(world: World, key: string): AssetSnapshot {
  const asset = world.assets.find((each) => each.key === key);
  if (asset === undefined) throw new Error(`no asset ${key}`);
  return asset;
}

function mappingsOf(world: World, asset: AssetSnapshot) {
  return asset.deps.map(({ upstream, mapping }) => {
    const from = find(world, upstream);
    return { from, mapping: resolveMapping(mapping, { upstream: spaceOf(from), downstream: spaceOf(asset) }) };
  });
}

/** Launches a run of the nth partitions of assets. */
async function launch(world: World, targets: Readonly<Record<string, readonly number[]>>): Promise<number> {
  const none = PartitionSet.EMPTY;
  const partitions = new Map(
    world.assets.flatMap((asset): [string, PartitionSet][] => {
      const all = [...spaceOf(asset).all];
      const chosen = (targets[asset.key] ?? []).flatMap((nth) => all[nth % all.length] ?? []);
      return chosen.length === 0 ? [] : [[asset.key, PartitionSet.of(chosen)]];
    }),
  );
  const { assets } = world;
  const plan = planRun({
    assets,
    selected: [...partitions.keys()],
    targets: { kind: "each", partitions },
    // The definitions are closed, so that any instant will do; what is read is told by when it was planned.
    at: Date.now(),
    stateOf: () => ({ materialized: none, failed: none, running: none, stale: none }),
  });
  const { runId } = await createRun(db, { plan, origin: { kind: "manual" }, environment: "production" });
  await admitRun(db, runId, 1_000);
  return runId;
}

/** What a step reads, as a worker finds it out. */
async function readInputs(world: World, claim: Claim, ordinal: number): Promise<MaterializationInputs> {
  const asset = find(world, claim.assetKey);
  const requests = mappingsOf(world, asset).map(({ from, mapping }) => ({
    assetKey: from.key,
    scheme: partitionScheme(from.partitions),
    partitions: mapping.upstreamOf(PartitionSet.of([ordinal])).partitions,
  }));
  const stored = await readStoredInputs(db, 1, requests);
  return stored.flatMap(({ assetId, byOrdinal }) =>
    [...byOrdinal.values()].map((input) => ({
      assetId: assetId ?? 0,
      partitions: [input.ordinal, input.ordinal + 1],
      runId: input.runId,
    })),
  );
}

/** Claims some steps and settles them, with the data version that `dataVersionOf` draws. */
async function work(world: World, capacity: number, dataVersion: string): Promise<number> {
  const claims = await claimSteps(db, { workerId, capacity });
  const outcomes = [];
  for (const claim of claims) {
    for (const ordinal of claim.partitions) {
      const inputs = await readInputs(world, claim, ordinal);
      const { runId, assetId, claimId } = claim;
      outcomes.push({
        runId,
        assetId,
        claimId,
        ordinal,
        kind: "success" as const,
        startedAt: PLANNED_AT,
        durationMs: 1,
        stored: null,
        dataVersion: dataVersion === "" ? null : dataVersion,
        metadata: null,
        inputs,
        checks: [],
      });
    }
  }
  await settleSteps(db, { workerId, outcomes });
  return outcomes.length;
}

async function make(
  world: World,
  targets: Readonly<Record<string, readonly number[]>>,
  dataVersion = "d",
): Promise<number> {
  const runId = await launch(world, targets);
  while ((await work(world, 100, dataVersion)) > 0);
  return runId;
}

/** Which partitions are stale, by asset key: the nth. */
async function readStale(world: World): Promise<Record<string, number[]>> {
  const ids = await readIds();
  const assets = world.assets.map((asset): JudgedAsset => ({
    id: ids.get(asset.key) ?? 0,
    key: asset.key,
    codeVersion: asset.codeVersion,
    all: spaceOf(asset).all,
    deps: mappingsOf(world, asset).map(({ from, mapping }) => ({
      upstreamId: ids.get(from.key) ?? 0,
      mapping,
      isSuccessive: from.key === asset.key,
    })),
  }));
  const stale = await db.read("stale", (tx) => readStalePartitions(tx, { environmentId: 1, assets }));
  return Object.fromEntries(
    world.assets.flatMap((asset) => {
      const all = [...spaceOf(asset).all];
      const nth = [...(stale.get(ids.get(asset.key) ?? 0) ?? [])].map((ordinal) => all.indexOf(ordinal));
      return nth.length === 0 ? [] : [[asset.key, nth]];
    }),
  );
}

async function readIds(): Promise<Map<string, number>> {
  const rows = await db.read("ids", ({ sql }) => sql<{ id: number; key: string }[]>`select id, key from asset`);
  return new Map(rows.map(({ id, key }) => [key, id]));
}

const ALL = [0, 1, 2, 3, 4];

test("what was made in one run, or in one after the other, is up to date", async () => {
  const world = await register(declareAssets());
  await make(world, { source: ALL, same: ALL, whole: [0] });
  expect(await readStale(world)).toEqual({});
  await make(world, { same: [1, 2, 3, 4], whole: [0] });
  expect(await readStale(world)).toEqual({});
});

test("an input that was made anew and came out different makes stale what read it, and what read that", async () => {
  const world = await register(declareAssets());
  await make(world, { source: ALL, same: ALL, whole: [0] }, "one");
  await make(world, { source: [3] }, "one");
  expect(await readStale(world)).toEqual({});
  await make(world, { source: [3] }, "two");
  expect(await readStale(world)).toEqual({ same: [3, 4], whole: [0] });
  await make(world, { same: [3] }, "two");
  expect(await readStale(world)).toEqual({ same: [4], whole: [0] });
  await make(world, { same: [4], whole: [0] }, "two");
  expect(await readStale(world)).toEqual({});
});

test("data whose version nobody knows is never taken to be the same", async () => {
  const world = await register(declareAssets());
  await make(world, { source: [0], same: [0] }, "");
  await make(world, { source: [0] }, "");
  expect(await readStale(world)).toEqual({ same: [0] });
});

test("an upstream partition that has come since makes stale what would read it now", async () => {
  const world = await register(declareAssets());
  await make(world, { source: [0, 1], same: [0, 1], whole: [0] });
  await make(world, { source: [2], same: [2] });
  expect(await readStale(world)).toEqual({ whole: [0] });
});

test("other code makes stale what the old one made, partition by partition", async () => {
  const before = await register(declareAssets());
  await make(before, { source: ALL, same: ALL, whole: [0] });
  const world = await register(declareAssets({ source: "v2" }));
  expect(await readStale(world)).toEqual({ source: ALL, same: ALL, whole: [0] });
  await make(world, { source: [0, 1], same: [0] });
  expect(await readStale(world)).toEqual({ source: [2, 3, 4], same: [2, 3, 4], whole: [0] });
});

test("runs that retention has removed are judged by what their partitions have recorded", async () => {
  const world = await register(declareAssets());
  await make(world, { source: ALL }, "one");
  await make(world, { same: ALL, whole: [0] }, "one");
  await make(world, { source: [4] }, "two");
  await db.transaction("retention", async ({ sql }) => {
    await sql`delete from run_chunk`;
    await sql`delete from run_asset`;
    await sql`delete from run`;
  });
  expect(await readStale(world)).toEqual({ same: [4], whole: [0] });
});

/** The same by definition, one partition after the other, from the tables as they are. */
async function judgeNaively(world: World): Promise<Record<string, number[]>> {
  const ids = await readIds();
  const rows = await db.read(
    "current",
    ({ sql }) => sql<
      { assetId: number; ordinal: number; runId: number; inputs: MaterializationInputs | null; code: string }[]
    >`
      select p.asset_id as "assetId", p.ordinal, p.run_id as "runId", m.inputs, (
        select each ->> 'codeVersion' from jsonb_array_elements(v.snapshot -> 'assets') each
        where each ->> 'key' = (select key from asset where id = p.asset_id)
      ) as code
      from asset_partition p join materialization m using (asset_id, ordinal, run_id)
      join code_version v on v.id = m.code_version_id`,
  );
  const versions = await db.read(
    "versions",
    ({ sql }) => sql<{ name: string; version: string | null }[]>`
      select concat_ws('/', asset_id, ordinal, run_id) as name, data_version as version from materialization`,
  );
  const versionOf = new Map(versions.map(({ name, version }) => [name, version]));
  const current = new Map(rows.map((row) => [`${row.assetId}/${row.ordinal}`, row]));
  const stale = new Set<string>();
  for (let before = -1; before < stale.size;) {
    before = stale.size;
    for (const asset of world.assets) {
      const assetId = ids.get(asset.key) ?? 0;
      for (const ordinal of spaceOf(asset).all) {
        const own = current.get(`${assetId}/${ordinal}`);
        if (own === undefined) continue;
        if (own.code !== asset.codeVersion) stale.add(`${assetId}/${ordinal}`);
        for (const { from, mapping } of mappingsOf(world, asset)) {
          const upstreamId = ids.get(from.key) ?? 0;
          for (const read of mapping.upstreamOf(PartitionSet.of([ordinal])).partitions) {
            const now = current.get(`${upstreamId}/${read}`);
            if (now === undefined) continue;
            const recorded = (own.inputs ?? []).find(
              (input) => input.assetId === upstreamId && PartitionSet.fromRanges(input.partitions).has(read),
            )?.runId;
            const [then, today] = [recorded, now.runId].map((run) => versionOf.get(`${upstreamId}/${read}/${run}`));
            const isSame = recorded === now.runId || (typeof then === "string" && then === today);
            if (!isSame || stale.has(`${upstreamId}/${read}`)) stale.add(`${assetId}/${ordinal}`);
          }
        }
      }
    }
  }
  return Object.fromEntries(
    world.assets.flatMap((asset) => {
      const all = [...spaceOf(asset).all];
      const nth = all.flatMap((ordinal, at) => (stale.has(`${ids.get(asset.key)}/${ordinal}`) ? [at] : []));
      return nth.length === 0 ? [] : [[asset.key, nth]];
    }),
  );
}

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
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("code" as const),
      key: fc.constantFrom("source", "same", "whole"),
      version: fc.constantFrom("v1", "v2"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("forget" as const), nth: fc.nat(3) }) },
);

test("whatever runs do, also at the same time, it is what a look at every single partition finds", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(move, { minLength: 3, maxLength: 16 }), async (moves) => {
      await db.drizzle.execute(`truncate asset, code_version, code_location, event, run, run_asset, run_chunk, claim,
        step, attempt, materialization, asset_partition, asset_chunk restart identity cascade`);
      let world = await register(declareAssets());
      const codeVersions: Record<string, string> = {};
      for (const each of moves) {
        if (each.kind === "launch") {
          const { source, same, whole } = each;
          if (source.length + same.length + whole.length > 0) await launch(world, { source, same, whole });
        } else if (each.kind === "work") await work(world, each.capacity, each.version);
        else if (each.kind === "code") {
          codeVersions[each.key] = each.version;
          world = await register(declareAssets(codeVersions));
        } else await forget(each.nth);
      }
      expect(await readStale(world)).toEqual(await judgeNaively(world));
    }),
    { numRuns: 80 },
  );
}, 120_000);

/** Removes a run that is over, as retention does. */
async function forget(nth: number): Promise<void> {
  await db.transaction("forget", async ({ sql }) => {
    const [run] = await sql<EndedRun[]>`
      select id, environment_id as "environmentId", ended_at as "endedAt", false as "awaitsCollection" from run where ended_at is not null
      order by id limit 1 offset ${nth} for update`;
    if (run !== undefined) while (!(await deleteSomeOf(sql, run, 4)));
  });
}
