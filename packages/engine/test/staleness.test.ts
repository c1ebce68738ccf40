import {
  asset,
  dailyPartitions,
  definitions,
  dynamicPartitions,
  multiPartitions,
  staticPartitions,
} from "@heddle/core";
import { PartitionSet, planRun } from "@heddle/core/internal";
import {
  addDynamicPartitions,
  createRun,
  getCurrentCode,
  readStaleness,
  readStalenessLag,
  removeDynamicPartitions,
  type Database,
} from "@heddle/storage";
import { countStatements } from "@heddle/test-support";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { StalenessLoop } from "../src/daemon/staleness/staleness-loop.ts";
import { DefinitionsCache, readStale } from "../src/planning/index.ts";
import { AutomationTestWorld } from "./support/automation-world.ts";

let world: AutomationTestWorld;

beforeEach(async () => {
  world = await AutomationTestWorld.create();
});
afterEach(() => world[Symbol.asyncDispose]());

const days = dailyPartitions({ start: "2026-03-01", end: "2026-03-06" });
const DAYS = [0, 1, 2, 3, 4];
const users = dynamicPartitions({ name: "users" });

/** raw → clean → report, and something by user that leads to a whole. */
function declare({ reportReads = "clean" }: { readonly reportReads?: "clean" | "raw" } = {}) {
  const raw = asset({ key: "raw", partitions: days, materialize: () => 1 });
  const clean = asset({ key: "clean", partitions: days, deps: { raw }, materialize: () => 1 });
  const report = asset({ key: "report", deps: reportReads === "clean" ? { clean } : { raw }, materialize: () => 1 });
  const user = asset({ key: "user", partitions: users, materialize: () => 1 });
  const regions = multiPartitions({ user: users, region: staticPartitions(["eu", "us"]) });
  const profile = asset({ key: "profile", partitions: regions, deps: { user }, materialize: () => 1 });
  const all = asset({ key: "all", deps: { user, profile }, materialize: () => 1 });
  return definitions({ assets: [raw, clean, report, user, profile, all] });
}

function loopOf(leading: Database | undefined = world.db, maxLookups = 20_000): StalenessLoop {
  return new StalenessLoop({
    db: world.db,
    environment: "production",
    leading: () => leading,
    maxLookups,
    log: {
      info() {},
      warn: (message) => world.complaints.push(message),
      error: (message, error) => world.complaints.push(`${message}: ${String(error)}`),
    },
  });
}

/** Rounds until nothing is left to do. */
async function settle(loop: StalenessLoop): Promise<void> {
  for (let rounds = 0; rounds < 50; rounds += 1) {
    const { waitMs } = await loop.round();
    expect(world.complaints).toEqual([]);
    if (waitMs > 1_000) return;
  }
  throw new Error("judging does not come to rest");
}

async function launch(targets: Readonly<Record<string, PartitionSet>>): Promise<void> {
  const code = await getCurrentCode(world.db, "world");
  if (code?.snapshot == null || code.codeVersionId === null) throw new Error("no code is loaded");
  const state = { definitions: new DefinitionsCache("production") };
  const { dynamicKeys } = await world.db.read("keys", (tx) => state.definitions.spaces(tx, Date.now()));
  const { EMPTY } = PartitionSet;
  const plan = planRun({
    assets: code.snapshot.assets,
    selected: Object.keys(targets),
    targets: { kind: "each", partitions: new Map(Object.entries(targets)) },
    at: Date.now(),
    dynamicKeys,
    stateOf: () => ({ materialized: EMPTY, failed: EMPTY, stale: EMPTY, running: EMPTY }),
  });
  await createRun(world.db, {
    plan,
    origin: { kind: "manual" },
    environment: "production",
    codeVersionId: code.codeVersionId,
  });
}

/** The nth partitions of assets that exist; of an asset that has none, the one. */
async function make(targets: Readonly<Record<string, readonly number[]>>, dataVersion?: string): Promise<void> {
  const state = { definitions: new DefinitionsCache("production") };
  const sets = await world.db.read("spaces", async (tx) => {
    const index = await state.definitions.index(tx);
    const spaces = await state.definitions.spaces(tx, Date.now());
    return Object.fromEntries(
      Object.entries(targets).flatMap(([key, nth]) => {
        const one = index.byKey(key);
        const all = one === undefined ? [] : [...spaces.of(one).all];
        const chosen = PartitionSet.of(nth.flatMap((at) => all[at] ?? []));
        return chosen.isEmpty ? [] : [[key, chosen]];
      }),
    );
  });
  if (Object.keys(sets).length === 0) return;
  await launch(sets);
  await world.work(() => (dataVersion === undefined ? {} : { dataVersion }));
}

/** What is stored, and what judging everything finds, as ordinals by key. */
async function compare(): Promise<{ known: Record<string, number[]>; everything: Record<string, number[]> }> {
  const state = { definitions: new DefinitionsCache("production") };
  return world.db.read("compare", async (tx) => {
    const index = await state.definitions.index(tx);
    const spaces = await state.definitions.spaces(tx, Date.now());
    const environmentId = await state.definitions.environmentId(tx);
    const stored = await readStaleness(tx, { environmentId });
    const stale = await readStale(state, tx, { index, spaces, environmentId, assets: index.declared });
    const tell = (setOf: (id: number) => PartitionSet | undefined) =>
      Object.fromEntries(
        index.declared.flatMap(({ id, key }) => {
          const ordinals = [...(setOf(id) ?? [])];
          return ordinals.length === 0 ? [] : [[key, ordinals]];
        }),
      );
    return { known: tell((id) => stored.get(id)?.stale), everything: tell((id) => stale.get(id)) };
  });
}

test("a change upstream makes stale what reads it, also across assets; made again, all is fresh", async () => {
  await world.load(declare());
  const loop = loopOf();
  await make({ raw: DAYS, clean: DAYS, report: [0] });
  await settle(loop);
  expect((await compare()).known).toEqual({});
  await make({ raw: [2] });
  await settle(loop);
  const { known, everything } = await compare();
  expect(known).toEqual(everything);
  expect(Object.keys(known)).toEqual(["clean", "report"]);
  expect(known["clean"]).toHaveLength(1);
  expect(await world.events("staleness_changed")).toHaveLength(2);
  await make({ clean: [2], report: [0] });
  await settle(loop);
  expect((await compare()).known).toEqual({});
});

test("other code and other dependencies are judged when they are loaded, also by a daemon that begins anew", async () => {
  await world.load(declare());
  await make({ raw: DAYS, clean: DAYS, report: [0] });
  await settle(loopOf());
  await world.load(declare(), (key) => (key === "raw" ? "2" : "1"));
  await settle(loopOf());
  expect((await compare()).known).toMatchObject({ raw: { length: 5 }, clean: { length: 5 }, report: [0] });
  await world.load(declare({ reportReads: "raw" }));
  await settle(loopOf());
  expect((await compare()).known).toEqual((await compare()).everything);
});

test("of two daemons one judges at a time, what one has found the other goes on from, and who does not lead does nothing", async () => {
  await world.load(declare());
  const [first, second] = [loopOf(), loopOf()];
  await make({ raw: DAYS, clean: DAYS });
  await Promise.all([first.round(), second.round()]);
  await make({ raw: [1] });
  await Promise.all([settle(first), settle(second)]);
  expect((await compare()).known).toEqual((await compare()).everything);
  expect(Object.keys((await compare()).known)).toEqual(["clean"]);
  const idle = new StalenessLoop({
    db: world.db,
    environment: "production",
    leading: () => undefined,
    log: { info() {}, warn() {}, error() {} },
  });
  await make({ raw: [2] });
  await idle.round();
  expect(await world.db.read("lag", (tx) => readStalenessLag(tx, 1))).toBeInstanceOf(Date);
  await settle(first);
  expect(await world.db.read("lag", (tx) => readStalenessLag(tx, 1))).toBeNull();
});

test("a round reads as many statements for many partitions as for one, and few when nothing has happened", async () => {
  await world.load(declare());
  const counted = countStatements(world.db);
  const loop = new StalenessLoop({
    db: counted.db,
    environment: "production",
    leading: () => counted.db,
    log: { info() {}, warn() {}, error() {} },
  });
  await make({ raw: DAYS, clean: DAYS, report: [0] });
  await settle(loop);
  const after = async (nth: readonly number[]) => {
    await make({ raw: nth });
    return counted.statementsOf(() => loop.round());
  };
  await after([0]);
  const one = await after([1]);
  expect(await after([2, 3, 4])).toBe(one);
  await loop.round();
  expect(await counted.statementsOf(() => loop.round())).toBeLessThanOrEqual(4);
});

const nth = fc.uniqueArray(fc.nat(4), { maxLength: 4 });
const move = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("make" as const),
      keys: fc.uniqueArray(fc.constantFrom("raw", "clean", "report", "user", "profile", "all"), { minLength: 1 }),
      nth,
      version: fc.constantFrom("x", "y", undefined),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("add" as const),
      keys: fc.uniqueArray(fc.constantFrom("ann", "bob", "eve"), { minLength: 1 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("remove" as const),
      keys: fc.uniqueArray(fc.constantFrom("ann", "bob", "eve"), { minLength: 1 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("round" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("load" as const),
      key: fc.constantFrom("raw", "user", "all"),
      version: fc.constantFrom("1", "2"),
      reportReads: fc.constantFrom("clean" as const, "raw" as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restart" as const) }) },
);

test("keys that come and go, code and dependencies that change: what is known is what judging everything finds", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(move, { minLength: 3, maxLength: 14 }), async (moves) => {
      await world.db.drizzle
        .execute(`truncate asset, code_version, code_location, event, run, run_asset, run_chunk, claim,
        step, attempt, materialization, asset_partition, asset_chunk, asset_staleness, staleness_round,
        dynamic_partition, dynamic_definition restart identity cascade`);
      const versions: Record<string, string> = {};
      await world.load(declare());
      let loop = loopOf(world.db, 2);
      for (const each of moves) {
        if (each.kind === "make") {
          await make(Object.fromEntries(each.keys.map((key) => [key, each.nth])), each.version);
        } else if (each.kind === "add" || each.kind === "remove") {
          const change = each.kind === "add" ? addDynamicPartitions : removeDynamicPartitions;
          // Keys that were never there cannot be removed.
          await change(world.db, { definition: "users", keys: each.keys, origin: { kind: "test" } }).catch(
            () => undefined,
          );
        } else if (each.kind === "round") await loop.round();
        else if (each.kind === "load") {
          versions[each.key] = each.version;
          await world.load(declare(each), (key) => versions[key] ?? "1");
        } else loop = loopOf(world.db, 2);
      }
      await settle(loop);
      const { known, everything } = await compare();
      expect(known).toEqual(everything);
    }),
    { numRuns: 40 },
  );
}, 240_000);
