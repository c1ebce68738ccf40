import { PartitionSet } from "@heddle/core/internal";
import { type Database, type MaterializationInputs } from "@heddle/storage";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startWorker } from "./fixtures/run-fixtures.ts";
import {
  COUNT,
  declareAssets,
  forget,
  launch,
  make,
  mappingsOf,
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

beforeEach(async () => {
  await database.db.drizzle
    .execute(`truncate asset, code_version, code_location, event, run, run_asset, run_chunk, claim,
    step, attempt, materialization, asset_partition, asset_chunk restart identity cascade`);
  workerId = await startWorker(db);
});

afterAll(() => database[Symbol.asyncDispose]());

const ALL = [0, 1, 2, 3, 4];

test("what was made in one run, or in one after the other, is up to date", async () => {
  const world = await register({ db, workerId }, declareAssets());
  await make(world, { source: ALL, same: ALL, whole: [0] });
  expect(await readStale(world)).toEqual({});
  await make(world, { same: [1, 2, 3, 4], whole: [0] });
  expect(await readStale(world)).toEqual({});
});

test("an input that was made anew and came out different makes stale what read it, and what read that", async () => {
  const world = await register({ db, workerId }, declareAssets());
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
  const world = await register({ db, workerId }, declareAssets());
  await make(world, { source: [0], same: [0] }, "");
  await make(world, { source: [0] }, "");
  expect(await readStale(world)).toEqual({ same: [0] });
});

test("an upstream partition that has come since makes stale what would read it now", async () => {
  const world = await register({ db, workerId }, declareAssets());
  await make(world, { source: [0, 1], same: [0, 1], whole: [0] });
  await make(world, { source: [2], same: [2] });
  expect(await readStale(world)).toEqual({ whole: [0] });
});

test("other code makes stale what the old one made, partition by partition", async () => {
  const before = await register({ db, workerId }, declareAssets());
  await make(before, { source: ALL, same: ALL, whole: [0] });
  const world = await register({ db, workerId }, declareAssets({ source: "v2" }));
  expect(await readStale(world)).toEqual({ source: ALL, same: ALL, whole: [0] });
  await make(world, { source: [0, 1], same: [0] });
  expect(await readStale(world)).toEqual({ source: [2, 3, 4], same: [2, 3, 4], whole: [0] });
});

test("runs that retention has removed are judged by what their partitions have recorded", async () => {
  const world = await register({ db, workerId }, declareAssets());
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
  const ids = await readIds(world);
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
      let world = await register({ db, workerId }, declareAssets());
      const codeVersions: Record<string, string> = {};
      for (const each of moves) {
        if (each.kind === "launch") {
          const { source, same, whole } = each;
          if (source.length + same.length + whole.length > 0) await launch(world, { source, same, whole });
        } else if (each.kind === "work") await work(world, each.capacity, each.version);
        else if (each.kind === "code") {
          codeVersions[each.key] = each.version;
          world = await register({ db, workerId }, declareAssets(codeVersions));
        } else await forget(world, each.nth);
      }
      expect(await readStale(world)).toEqual(await judgeNaively(world));
    }),
    { numRuns: 80 },
  );
}, 120_000);
