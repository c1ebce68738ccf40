import { resolvePartitions } from "@heddle/core";
import {
  PartitionSet,
  partitionScheme,
  planRun,
  resolveMapping,
  type AssetSnapshot,
  type MappingSpec,
  type PlanReuse,
} from "@heddle/core/internal";
import {
  admitRun,
  claimSteps,
  createRun,
  findFreshPartitions,
  readAssetCodeVersions,
  readStalePartitions,
  readStoredInputs,
  registerCodeVersion,
  retryRun,
  settleSteps,
  type Claim,
  type Database,
  type StepOutcome,
} from "@heddle/storage";
import fc from "fast-check";
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { PLANNED_AT, snapshotAsset, spec, startWorker } from "./fixtures/run-fixtures.ts";
import { createTestDatabase, type TestDatabase } from "./support/index.ts";

/** Partitions of every asset of these tests, but for the last one, which has none. */
const COUNT = 4;
const IDENTITY: MappingSpec = { kind: "identity" };

let database: TestDatabase;
let db: Database;
let workerId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  ({ db } = database);
});
beforeEach(async () => {
  await db.drizzle.execute(`truncate asset, code_version, code_location, event, run, run_asset, run_chunk, fresh_chunk,
    claim, step, attempt, materialization, asset_partition, asset_chunk restart identity cascade`);
  workerId = await startWorker(db);
});
afterAll(() => database[Symbol.asyncDispose]());

/** `source` → `middle` → `whole`; the last two are skipped where they are up to date. */
class World {
  /** What lies outside, and comes to `source` when that is made. `null`: it has no data version. */
  readonly outside: (string | null)[] = Array.from({ length: COUNT }, () => "o");
  readonly codes: Record<string, string> = { source: "s1", middle: "m1", whole: "w1" };
  #assets: readonly AssetSnapshot[] = [];

  async register(): Promise<void> {
    const dep = (upstream: string, mapping: MappingSpec) => ({
      name: upstream,
      upstream,
      mapping,
      rule: "declared",
      multiplicity: "many" as const,
    });
    this.#assets = [
      { ...snapshotAsset("source"), partitions: spec(COUNT) },
      { ...snapshotAsset("middle"), partitions: spec(COUNT), deps: [dep("source", IDENTITY)], cache: true },
      { ...snapshotAsset("whole"), deps: [dep("middle", { kind: "all" })], cache: true },
    ].map((asset) => ({ ...asset, codeVersion: this.codes[asset.key] ?? "" }));
    const snapshot = { protocol: 1 as const, assets: this.#assets };
    const rest = { location: "test", directory: "/test", bundle: new Uint8Array(1) };
    await registerCodeVersion(db, { ...rest, hash: randomUUID(), snapshot });
  }

  /** Runs the nth partitions of assets to their end. Gives what was executed, as `middle 2`. */
  async run(
    targets: Readonly<Record<string, readonly number[]>>,
    reuse: PlanReuse = "declared",
  ): Promise<{ readonly runId: number; readonly executed: string[] }> {
    const none = PartitionSet.EMPTY;
    const plan = planRun({
      assets: this.#assets,
      selected: Object.keys(targets),
      targets: {
        kind: "each",
        partitions: new Map(Object.entries(targets).map(([key, nth]) => [key, PartitionSet.of(nth)])),
      },
      at: Date.now(),
      reuse,
      stateOf: () => ({ materialized: none, failed: none, running: none, stale: none }),
    });
    const { runId } = await createRun(db, { plan, origin: { kind: "manual" }, environment: "production" });
    await admitRun(db, runId, 1_000);
    const reused = new Set(plan.assets.flatMap(({ key, reuse: isReused }) => (isReused === true ? [key] : [])));
    return { runId, executed: await this.#work(reused) };
  }

  async #work(reused: ReadonlySet<string>): Promise<string[]> {
    const executed: string[] = [];
    for (;;) {
      const claims = await claimSteps(db, { workerId, capacity: 2 });
      if (claims.length === 0) return executed;
      const outcomes: StepOutcome[] = [];
      for (const claim of claims) outcomes.push(...(await this.#execute(claim, reused.has(claim.assetKey), executed)));
      await settleSteps(db, { workerId, outcomes });
    }
  }

  async #execute(claim: Claim, isReused: boolean, executed: string[]): Promise<StepOutcome[]> {
    const asset = this.#find(claim.assetKey);
    const inputs = await Promise.all(
      this.#mappings(asset).map(async ({ from, mapping }) => {
        const partitions = mapping.upstreamOf(claim.partitions).partitions;
        const request = { assetKey: from.key, scheme: partitionScheme(from.partitions), partitions };
        const [stored] = await readStoredInputs(db, 1, [request]);
        if (stored === undefined) throw new Error("not answered");
        return { stored, readBy: (ordinal: number) => mapping.upstreamOf(PartitionSet.of([ordinal])).partitions };
      }),
    );
    const verdicts = isReused
      ? await findFreshPartitions(db, {
          environmentId: 1,
          assetId: claim.assetId,
          assetKey: claim.assetKey,
          partitions: claim.partitions,
          codeVersion: asset.codeVersion,
          config: undefined,
          takesConfig: false,
          readsExternal: false,
          inputs,
          codeVersionsOf: async (ids) => {
            const known = await db.read("versions", (tx) => readAssetCodeVersions(tx, ids));
            return new Map(ids.map((id) => [id, known.get(id)?.get(asset.key) ?? ""]));
          },
        })
      : new Map();
    return [...claim.partitions].map((ordinal): StepOutcome => {
      const { runId, assetId, claimId } = claim;
      const place = { runId, assetId, claimId, ordinal };
      if (verdicts.get(ordinal) === null) return { ...place, kind: "fresh" };
      executed.push(`${asset.key} ${ordinal}`);
      const read = inputs.flatMap(({ stored, readBy }) =>
        [...readBy(ordinal)].flatMap((input) => {
          const found = stored.byOrdinal.get(input);
          return found === undefined
            ? []
            : [{ assetId: stored.assetId ?? 0, partitions: [input, input + 1], runId: found.runId, found }];
        }),
      );
      return {
        ...place,
        kind: "success",
        startedAt: PLANNED_AT,
        durationMs: 1,
        // What the function would make of it: its value is its data version.
        stored: null,
        dataVersion: this.expected(asset.key, ordinal),
        metadata: null,
        inputs: read.map(({ assetId: of, partitions, runId: by }) => ({ assetId: of, partitions, runId: by })),
        checks: [],
      };
    });
  }

  /** The data version that a partition has when all before it is made anew. */
  expected(key: string, ordinal: number): string | null {
    if (key === "source") return this.outside[ordinal] ?? null;
    const middle = (nth: number) => `${this.codes["middle"]}(${this.outside[nth]})`;
    if (key === "middle") return middle(ordinal);
    return `${this.codes["whole"]}(${this.outside.map((_value, nth) => middle(nth)).join()})`;
  }

  #find(key: string): AssetSnapshot {
    const asset = this.#assets.find((each) => each.key === key);
    if (asset === undefined) throw new Error(`no asset ${key}`);
    return asset;
  }

  #mappings(asset: AssetSnapshot) {
    const spaceOf = (each: AssetSnapshot) => resolvePartitions(each.partitions, { now: PLANNED_AT });
    return asset.deps.map(({ upstream, mapping }) => {
      const from = this.#find(upstream);
      return { from, mapping: resolveMapping(mapping, { upstream: spaceOf(from), downstream: spaceOf(asset) }) };
    });
  }

  /** How many partitions the calculation of what is stale finds. */
  async countStale(): Promise<number> {
    const rows = await db.read("ids", ({ sql }) => sql<{ id: number; key: string }[]>`select id, key from asset`);
    const ids = new Map(rows.map(({ id, key }) => [key, id]));
    const assets = this.#assets.map((asset) => ({
      id: ids.get(asset.key) ?? 0,
      key: asset.key,
      codeVersion: asset.codeVersion,
      all: resolvePartitions(asset.partitions, { now: PLANNED_AT }).all,
      deps: this.#mappings(asset).map(({ from, mapping }) => ({ upstreamId: ids.get(from.key) ?? 0, mapping })),
    }));
    const stale = await db.read("stale", (tx) => readStalePartitions(tx, { environmentId: 1, assets }));
    return [...stale.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Data versions that are current and not what they would be if all of it was made anew. */
  async findWrong(): Promise<string[]> {
    const rows = await db.read(
      "current",
      ({ sql }) => sql<{ key: string; ordinal: number; version: string | null }[]>`
        select a.key, m.ordinal, m.data_version as version from asset_partition p
        join asset a on a.id = p.asset_id
        join materialization m on m.asset_id = p.asset_id and m.ordinal = p.ordinal and m.run_id = p.run_id`,
    );
    return rows.flatMap(({ key, ordinal, version }) =>
      version === this.expected(key, ordinal) ? [] : [`${key} ${ordinal}: ${version}`],
    );
  }
}

const ALL = [0, 1, 2, 3];
const EVERYTHING = { source: ALL, middle: ALL, whole: [0] };
const CACHED = { middle: ALL, whole: [0] };

async function readRun(runId: number) {
  const [row] = await db.read(
    "run",
    ({ sql }) => sql<{ status: string; skipped: number; success: number }[]>`
      select r.status, sum(a.skipped)::integer as skipped, sum(a.success)::integer as success
      from run r join run_asset a on a.run_id = r.id where r.id = ${runId} group by r.status`,
  );
  return row;
}

async function begin(): Promise<World> {
  const world = new World();
  await world.register();
  await world.run(EVERYTHING);
  return world;
}

describe("a step that is skipped because it is up to date", () => {
  test("lets what reads it go on, and its run succeed", async () => {
    const world = await begin();
    const { runId, executed } = await world.run(EVERYTHING);
    expect(executed.toSorted()).toEqual(ALL.map((nth) => `source ${nth}`));
    expect(await readRun(runId)).toEqual({ status: "success", skipped: COUNT + 1, success: COUNT });
    const events = await db.read(
      "events",
      ({ sql }) => sql<{ payload: unknown }[]>`
        select distinct payload from event where run_id = ${runId} and kind = 'steps_skipped'`,
    );
    expect(events).toEqual([{ payload: { reason: "fresh" } }]);
  });

  test("is decided when it would start: only what reads changed data is made", async () => {
    const world = await begin();
    world.outside[2] = "changed";
    const { executed } = await world.run(EVERYTHING);
    expect(executed.filter((step) => !step.startsWith("source"))).toEqual(["middle 2", "whole 0"]);
  });

  test("is carried out where a launch forces it, where its code changed, where it failed, and where it was never made", async () => {
    const world = await begin();
    expect((await world.run(CACHED, "never")).executed).toHaveLength(COUNT + 1);
    world.codes["middle"] = "m2";
    await world.register();
    expect((await world.run({ middle: [1] })).executed).toEqual(["middle 1"]);
    await db.transaction("fail", async ({ sql }) => {
      await sql`update asset_chunk set failed = ${PartitionSet.of([1]).encode()}
        where asset_id = (select id from asset where key = 'middle')`;
    });
    expect((await world.run({ middle: [1] })).executed).toEqual(["middle 1"]);
  });

  test("is carried out where an input has no data version: nobody can tell whether that is the same", async () => {
    const world = new World();
    world.outside[0] = null;
    await world.register();
    await world.run(EVERYTHING);
    expect((await world.run(CACHED)).executed).toEqual(["middle 0"]);
  });

  test("is not retried, unless everything is", async () => {
    const world = await begin();
    const { runId } = await world.run(CACHED);
    await expect(retryRun(db, { runId, only: "from_failure" })).rejects.toMatchObject({ code: "RUN_NOTHING_TO_RETRY" });
    const again = await retryRun(db, { runId, only: "all" });
    const [{ plan }] = await db.read(
      "plan",
      ({ sql }) => sql<[{ plan: { assets: object[] } }]>`select plan from run where id = ${again.runId}`,
    );
    expect(plan.assets.every((asset) => !("reuse" in asset))).toBe(true);
  });
});

test("whatever happened before, a run that skips what is up to date leaves exactly what one that makes everything would", async () => {
  const nth = fc.nat({ max: COUNT - 1 });
  const command = fc.oneof(
    fc.record({ kind: fc.constant("outside" as const), nth, value: fc.constantFrom("o", "p", "q") }),
    fc.record({
      kind: fc.constant("code" as const),
      key: fc.constantFrom("middle", "whole"),
      value: fc.constantFrom("1", "2"),
    }),
    fc.record({
      kind: fc.constant("run" as const),
      targets: fc.constantFrom({ source: [0, 1] }, { middle: [1, 2] }, { source: [2], middle: [2, 3] }, { whole: [0] }),
      reuse: fc.constantFrom("declared" as const, "never" as const),
    }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 8 }), async (commands) => {
      await db.drizzle
        .execute(`truncate asset, code_version, code_location, event, run, run_asset, run_chunk, fresh_chunk,
        claim, step, attempt, materialization, asset_partition, asset_chunk restart identity cascade`);
      const world = await begin();
      for (const one of commands) {
        if (one.kind === "outside") world.outside[one.nth] = one.value;
        else if (one.kind === "code") {
          world.codes[one.key] = one.value;
          await world.register();
        } else await world.run(one.targets, one.reuse);
      }
      const { runId } = await world.run(EVERYTHING);
      expect((await readRun(runId))?.status).toBe("success");
      expect(await world.findWrong()).toEqual([]);
      expect(await world.countStale()).toBe(0);
      // And nothing is left that would be made again.
      expect((await world.run(CACHED)).executed).toEqual([]);
    }),
    { numRuns: 12 },
  );
}, 120_000);
