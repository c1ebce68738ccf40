import {
  cronPartitions,
  dailyPartitions,
  hourlyPartitions,
  multiPartitions,
  resolvePartitions,
  staticPartitions,
} from "@heddle/core";
import {
  PartitionSet,
  partitionScheme,
  planRun,
  type AssetSnapshot,
  type PartitionsSpec,
  type RunPlan,
} from "@heddle/core/internal";
import {
  admitRun,
  claimSteps,
  createRun,
  getCodeVersion,
  readDefinitions,
  readStoredInputs,
  registerCodeVersion,
  settleSteps,
  type Claim,
  type Database,
  type DeclaredAsset,
} from "@heddle/storage";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PLANNED_AT, snapshotAsset, startWorker, succeed } from "./fixtures/run-fixtures.ts";
import { createTestDatabase, type TestDatabase } from "./support/index.ts";

let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  ({ db } = database);
});

afterAll(() => database[Symbol.asyncDispose]());

/** Puts assets in force as the code `hash` of a code location. */
async function register(location: string, hash: string, assets: readonly AssetSnapshot[]) {
  const snapshot = { protocol: 1 as const, assets };
  const { codeVersionId } = await registerCodeVersion(db, {
    location,
    directory: "/test",
    hash,
    snapshot,
    bundle: new Uint8Array(1),
  });
  return { codeVersionId, assets: (await getCodeVersion(db, codeVersionId))?.snapshot.assets ?? [] };
}

function cut(key: string, partitions: PartitionsSpec | null, deps: AssetSnapshot["deps"] = []): AssetSnapshot {
  return { ...snapshotAsset(key), partitions, deps };
}

/** Every row of an asset, what is in force first. */
async function rowsOf(key: string): Promise<DeclaredAsset[]> {
  const { assets } = await db.read("rows", readDefinitions);
  return assets
    .filter((asset) => asset.key === key)
    .toSorted((a, b) => Number(a.supersededAt !== null) - Number(b.supersededAt !== null) || a.id - b.id);
}

/** The keys of an asset's definition in force by ordinal. */
async function ordinalsOf(key: string): Promise<Record<string, number>> {
  const [asset] = await rowsOf(key);
  const space = resolvePartitions(asset?.definition.partitions ?? null, { now: PLANNED_AT });
  return Object.fromEntries([...space.all].map((ordinal) => [space.keyOf(ordinal) ?? "", ordinal]));
}

function planOf(assets: readonly AssetSnapshot[], partitions: Readonly<Record<string, PartitionSet>>): RunPlan {
  const none = PartitionSet.EMPTY;
  return planRun({
    assets,
    selected: Object.keys(partitions),
    targets: { kind: "each", partitions: new Map(Object.entries(partitions)) },
    at: PLANNED_AT,
    stateOf: () => ({ materialized: none, failed: none, running: none, stale: none }),
  });
}

async function launch(plan: RunPlan, codeVersionId?: number): Promise<number> {
  const options = codeVersionId === undefined ? {} : { codeVersionId };
  const { runId } = await createRun(db, { plan, origin: { kind: "manual" }, environment: "production", ...options });
  await admitRun(db, runId, 1_000);
  return runId;
}

async function claimOf(codeVersionId: number): Promise<{ workerId: string; claims: readonly Claim[] }> {
  const workerId = await startWorker(db);
  return { workerId, claims: await claimSteps(db, { workerId, capacity: 1_000, codeVersionIds: [codeVersionId] }) };
}

async function materialize(
  { codeVersionId, assets }: { readonly codeVersionId: number; readonly assets: readonly AssetSnapshot[] },
  key: string,
  partitions: PartitionSet,
) {
  const runId = await launch(planOf(assets, { [key]: partitions }), codeVersionId);
  const { workerId, claims } = await claimOf(codeVersionId);
  await settleSteps(db, { workerId, outcomes: claims.flatMap((claim) => succeed(claim)) });
  return runId;
}

async function pointersOf(assetId: number): Promise<number[]> {
  const rows = await db.read(
    "pointers",
    ({ sql }) => sql<{ ordinal: number }[]>`select ordinal from asset_partition where asset_id = ${assetId} order by 1`,
  );
  return rows.map(({ ordinal }) => ordinal);
}

const days = (start: string) => dailyPartitions({ start, end: "2025-01-05" }).spec;

test("moving the start, the end or the key format of a definition keeps the asset and every ordinal", async () => {
  await register("start", "v1", [cut("start/a", days("2025-01-01"))]);
  const before = await ordinalsOf("start/a");
  await register("start", "v2", [cut("start/a", days("2024-12-30"))]);
  const after = await ordinalsOf("start/a");
  expect(Object.keys(after)).toHaveLength(6);
  expect(after).toMatchObject(before);
  expect(await rowsOf("start/a")).toHaveLength(1);
  const ticks = (start: string) => cronPartitions({ cron: "0 6,18 * * *", start, end: "2025-01-05T00:00" }).spec;
  await register("ticks", "v1", [cut("ticks/a", ticks("2025-01-01T00:00"))]);
  const first = await ordinalsOf("ticks/a");
  await register("ticks", "v2", [cut("ticks/a", ticks("2024-12-01T00:00"))]);
  expect(await ordinalsOf("ticks/a")).toMatchObject(first);
  expect(await rowsOf("ticks/a")).toHaveLength(1);
});

test("static keys keep their ordinals however they are ordered, removed, added and brought back", async () => {
  const keys = (...all: string[]) => [cut("static/a", staticPartitions(all).spec)];
  await register("static", "v1", keys("a", "b", "c"));
  expect(await ordinalsOf("static/a")).toEqual({ a: 0, b: 1, c: 2 });
  await register("static", "v2", keys("c", "new", "a"));
  expect(await ordinalsOf("static/a")).toEqual({ c: 2, new: 3, a: 0 });
  await register("static", "v3", keys("other"));
  expect(await ordinalsOf("static/a")).toEqual({ other: 4 });
  await register("static", "v4", keys("b", "new", "a", "c"));
  expect(await ordinalsOf("static/a")).toEqual({ b: 1, new: 3, a: 0, c: 2 });
  const rows = await rowsOf("static/a");
  expect(rows.map(({ numbering }) => numbering?.keys[""])).toEqual([["a", "b", "c", "new", "other"]]);
});

test("another cadence, and another dimension, get a row of their own; the old one comes back with its history", async () => {
  const daily = await register("cadence", "daily", [cut("cadence/a", days("2025-01-01"))]);
  const [first] = await rowsOf("cadence/a");
  const made = PartitionSet.of(Object.values(await ordinalsOf("cadence/a")).slice(0, 2));
  await materialize(daily, "cadence/a", made);
  const hours = hourlyPartitions({ start: "2025-01-01T00:00", end: "2025-01-01T04:00" }).spec;
  await register("cadence", "hourly", [cut("cadence/a", hours)]);
  const multi = multiPartitions({
    day: dailyPartitions({ start: "2025-01-01", end: "2025-01-05" }),
    region: staticPartitions(["eu", "us"]),
  }).spec;
  await register("cadence", "multi", [cut("cadence/a", multi)]);
  const rows = await rowsOf("cadence/a");
  expect(rows.map(({ supersededAt }) => supersededAt === null)).toEqual([true, false, false]);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(3);
  expect(await pointersOf(first?.id ?? 0)).toEqual([...made]);
  expect(await pointersOf(rows[0]?.id ?? 0)).toEqual([]);
  await register("cadence", "daily", [cut("cadence/a", days("2025-01-01"))]);
  const [back] = await rowsOf("cadence/a");
  expect(back?.id).toBe(first?.id);
  expect(await rowsOf("cadence/a")).toHaveLength(3);
});

test("keys can be added to a static dimension up to its room without numbering anything anew, and beyond it apart", async () => {
  const regions = (count: number) =>
    multiPartitions({
      day: dailyPartitions({ start: "2025-01-01", end: "2025-01-03" }),
      region: staticPartitions(Array.from({ length: count }, (_, n) => `r${n}`)),
    }).spec;
  await register("room", "v1", [cut("room/a", regions(2))]);
  const before = await ordinalsOf("room/a");
  await register("room", "v2", [cut("room/a", regions(20))]);
  expect(await ordinalsOf("room/a")).toMatchObject(before);
  expect(await rowsOf("room/a")).toHaveLength(1);
  await register("room", "v3", [cut("room/a", regions(100))]);
  const rows = await rowsOf("room/a");
  expect(rows).toHaveLength(2);
  expect(rows[0]?.id).not.toBe(rows[1]?.id);
  // The old code is registered as it was: its runs may go on with it.
  const old = await register("room", "v2", [cut("room/a", regions(20))]);
  expect((await rowsOf("room/a"))[0]?.id).toBe(rows[1]?.id);
  expect(await ordinalsOf("room/a")).toMatchObject(before);
  const stored = await getCodeVersion(db, old.codeVersionId);
  expect(partitionScheme(stored?.snapshot.assets[0]?.partitions ?? null)).toBe(rows[1]?.numbering?.scheme);
});

test("a run goes on with the definitions of its own code, whatever is registered meanwhile", async () => {
  const upstream = (spec: PartitionsSpec) => cut("flight/up", spec);
  const downstream = (spec: PartitionsSpec) =>
    cut("flight/down", spec, [
      { name: "up", upstream: "flight/up", mapping: { kind: "identity" }, multiplicity: "one", rule: "identity" },
    ]);
  const spec = days("2025-01-01");
  const old = await register("flight", "v1", [upstream(spec), downstream(spec)]);
  const wanted = PartitionSet.of(Object.values(await ordinalsOf("flight/up")));
  const runId = await launch(planOf(old.assets, { "flight/up": wanted, "flight/down": wanted }));
  const first = await claimOf(old.codeVersionId);
  const hours = hourlyPartitions({ start: "2025-01-01T00:00", end: "2025-01-02T00:00" }).spec;
  const next = await register("flight", "v2", [upstream(hours), downstream(hours)]);
  const [now, former] = await rowsOf("flight/up");
  await settleSteps(db, { workerId: first.workerId, outcomes: first.claims.flatMap((claim) => succeed(claim)) });
  expect(await pointersOf(former?.id ?? 0)).toEqual([...wanted]);
  expect(await pointersOf(now?.id ?? 0)).toEqual([]);
  // What its next steps read is what the run's own definitions name.
  const read = (from: readonly AssetSnapshot[]) => {
    const scheme = partitionScheme(from.find(({ key }) => key === "flight/up")?.partitions ?? null);
    return readStoredInputs(db, 1, [{ assetKey: "flight/up", scheme, partitions: wanted }]);
  };
  const [ofRun] = await read(old.assets);
  expect([ofRun?.assetId, [...(ofRun?.byOrdinal.values() ?? [])].map((input) => input.runId)]).toEqual([
    former?.id,
    [...wanted].map(() => runId),
  ]);
  const [ofNow] = await read(next.assets);
  expect([ofNow?.assetId, ofNow?.byOrdinal.size]).toEqual([now?.id, 0]);
  const second = await claimOf(old.codeVersionId);
  await settleSteps(db, { workerId: second.workerId, outcomes: second.claims.flatMap((claim) => succeed(claim)) });
  const [, formerDown] = await rowsOf("flight/down");
  expect(await pointersOf(formerDown?.id ?? 0)).toEqual([...wanted]);
});

test("a plan of definitions that are not in force any more is refused, unless its code is stated", async () => {
  const old = await register("gone", "v1", [cut("gone/a", days("2025-01-01"))]);
  const ordinals = PartitionSet.of(Object.values(await ordinalsOf("gone/a")));
  const plan = planOf(old.assets, { "gone/a": ordinals });
  await register("gone", "v2", [cut("gone/a", null)]);
  await expect(launch(plan)).rejects.toMatchObject({
    code: "RUN_DEFINITIONS_CHANGED",
    details: { assets: ["gone/a"] },
  });
  await launch(plan, old.codeVersionId);
  const { claims } = await claimOf(old.codeVersionId);
  expect(claims.map(({ assetId }) => assetId)).toEqual([(await rowsOf("gone/a"))[1]?.id]);
});

test("registrations of other definitions at the same time leave exactly one in force", async () => {
  const specs = [
    null,
    days("2025-01-01"),
    staticPartitions(["a"]).spec,
    hourlyPartitions({ start: "2025-01-01T00:00" }).spec,
  ];
  await Promise.all(
    Array.from({ length: 12 }, (_, n) => register("crowd", `v${n}`, [cut("crowd/a", specs[n % specs.length] ?? null)])),
  );
  const rows = await rowsOf("crowd/a");
  expect(rows.filter(({ supersededAt }) => supersededAt === null)).toHaveLength(1);
  expect(rows).toHaveLength(specs.length);
});

test("an asset from before partitions were numbered keeps its row where its ordinals meant the same", async () => {
  const keep = staticPartitions(["a", "b"]).spec;
  const multi = multiPartitions({ x: staticPartitions(["a"]), y: staticPartitions(["b"]) }).spec;
  await register("earlier", "v1", [cut("earlier/keep", keep), cut("earlier/multi", multi)]);
  await db.transaction(
    "as before",
    ({ sql }) => sql`
    update asset set scheme = '', numbering = null where key in ('earlier/keep', 'earlier/multi')`,
  );
  const ids = [(await rowsOf("earlier/keep"))[0]?.id, (await rowsOf("earlier/multi"))[0]?.id];
  await register("earlier", "v2", [
    cut("earlier/keep", staticPartitions(["b", "c"]).spec),
    cut("earlier/multi", multi),
  ]);
  expect(await ordinalsOf("earlier/keep")).toEqual({ b: 1, c: 2 });
  expect((await rowsOf("earlier/keep"))[0]?.id).toBe(ids[0]);
  expect((await rowsOf("earlier/multi"))[0]?.id).not.toBe(ids[1]);
});
