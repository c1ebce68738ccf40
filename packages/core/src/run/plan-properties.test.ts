import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  allOf,
  assetOf,
  DAYS,
  NOTHING,
  pickPartitions,
  PLANNED_AT,
  randomAssets,
  randomPlan,
  staticKeys,
} from "../../test/random-plans.ts";
import { PartitionSet } from "../partitions/partition-set.ts";
import type { AssetSnapshot } from "../snapshot.ts";
import type { JsonValue } from "../types.ts";
import { hashPlan } from "./hash-plan.ts";
import { createPartitionSpaces } from "./partition-spaces.ts";
import { planAmongRuns, planRun, type PlanRunInput } from "./plan-run.ts";
import type { PlanAssetState } from "./plan-warnings.ts";
import type { PlanPredicate, RunPlan, RunPlanAsset } from "./run-plan.ts";

const spaces = createPartitionSpaces(PLANNED_AT, {});

/** Random assets, and a random state of each of their partitions. */
const world = fc
  .record({
    assets: randomAssets,
    bits: fc.array(fc.nat(0xff), { minLength: 24, maxLength: 24 }),
    root: fc.nat(),
    chosen: fc.integer({ min: 1, max: 0xff }),
  })
  .map(({ assets, bits, root, chosen }) => {
    const states = new Map(
      assets.map((asset, index): [string, PlanAssetState] => {
        const [made = 0, failed = 0, stale = 0, running = 0] = bits.slice(index * 4, index * 4 + 4);
        return [
          asset.key,
          {
            materialized: pickPartitions(asset, made),
            failed: pickPartitions(asset, failed),
            stale: pickPartitions(asset, made & stale),
            running: pickPartitions(asset, running & made & failed),
          },
        ];
      }),
    );
    const rootAsset = assets[root % assets.length];
    if (rootAsset === undefined) throw new Error("there are no assets");
    return {
      assets,
      rootAsset,
      chosen: pickPartitions(rootAsset, chosen),
      stateOf: (key: string) => states.get(key) ?? NOTHING,
    };
  });

type World = typeof world extends fc.Arbitrary<infer TWorld> ? TWorld : never;

/** A plan for the root and everything that it leads to. */
function plan({ assets, rootAsset, chosen, stateOf }: World, rest: Partial<PlanRunInput> = {}) {
  return planAmongRuns({
    assets,
    selected: assets.map(({ key }) => key),
    targets: { kind: "root", asset: rootAsset.key, partitions: chosen, cascade: "downstream" },
    at: PLANNED_AT,
    stateOf,
    ...rest,
  });
}

function setsOf({ assets }: RunPlan): Map<string, PartitionSet> {
  return new Map(assets.map(({ key, partitions }) => [key, PartitionSet.fromRanges(partitions)]));
}

/** What one partition reads of each asset, partition by partition and without any range: what the plan must agree with. */
function readsOf(assets: readonly AssetSnapshot[], asset: AssetSnapshot, ordinal: number) {
  return asset.deps.flatMap(({ upstream, mapping }) => {
    const above = assets.find(({ key }) => key === upstream);
    if (above === undefined) return [];
    const ends = { upstream: spaces.spaceOf(above.partitions), downstream: spaces.spaceOf(asset.partitions) };
    const read = spaces.mappingOf(mapping, ends).upstreamOf(PartitionSet.of([ordinal]));
    return [{ upstream, partitions: read.partitions, isWhole: read.nonexistent.isEmpty }];
  });
}

const PREDICATES: readonly PlanPredicate[] = ["missing", "failed", "stale"];

describe("predicates", () => {
  test("take a target apart: what is missing, failed, stale and fresh is all of it, each once", () => {
    fc.assert(
      fc.property(world, (given) => {
        const all = setsOf(plan(given).plan);
        const missing = setsOf(plan(given, { only: ["missing"] }).plan);
        const failed = setsOf(plan(given, { only: ["failed"] }).plan);
        for (const asset of plan(given).plan.assets) {
          const of = (sets: Map<string, PartitionSet>) => sets.get(asset.key) ?? PartitionSet.EMPTY;
          expect(of(missing).size).toBe(asset.counts.missing);
          expect(of(failed).size).toBe(asset.counts.failed);
          expect(of(missing).overlaps(of(failed))).toBe(false);
          const { stale, materialized } = given.stateOf(asset.key);
          expect(of(all).intersect(stale).subtract(of(failed)).size).toBe(asset.counts.stale);
          const fresh = of(all).intersect(materialized).subtract(stale).subtract(of(failed));
          expect(fresh.size).toBe(asset.counts.fresh);
        }
      }),
    );
  });

  test("together make what each of them makes, and never more than is asked for", () => {
    fc.assert(
      fc.property(world, fc.subarray([...PREDICATES], { minLength: 1 }), (given, only) => {
        const all = setsOf(plan(given).plan);
        const together = setsOf(plan(given, { only }).plan);
        for (const [key, set] of together) expect(set.isSubsetOf(all.get(key) ?? PartitionSet.EMPTY)).toBe(true);
        for (const one of only) {
          for (const [key, set] of setsOf(plan(given, { only: [one] }).plan)) {
            expect(set.isSubsetOf(together.get(key) ?? PartitionSet.EMPTY)).toBe(true);
          }
        }
      }),
    );
  });

  test("stale: includes exactly what is out of date and what reads something that the plan makes again", () => {
    fc.assert(
      fc.property(world, (given) => {
        const { assets, stateOf } = given;
        const reached = setsOf(plan(given).plan);
        const planned = setsOf(plan(given, { only: ["stale"] }).plan);
        for (const asset of assets) {
          const { materialized, failed, stale } = stateOf(asset.key);
          for (const ordinal of reached.get(asset.key) ?? []) {
            const isMade = materialized.has(ordinal) && !failed.has(ordinal);
            const readsRemade = readsOf(assets, asset, ordinal).some(({ upstream, partitions }) =>
              partitions.overlaps(planned.get(upstream) ?? PartitionSet.EMPTY),
            );
            expect(planned.get(asset.key)?.has(ordinal) ?? false).toBe(isMade && (stale.has(ordinal) || readsRemade));
          }
        }
      }),
    );
  });
});

describe("cascades", () => {
  test("downstream: everything that reads what is made is made, too", () => {
    fc.assert(
      fc.property(world, (given) => {
        const sets = setsOf(plan(given).plan);
        const { assets, rootAsset, chosen } = given;
        expect(sets.get(rootAsset.key)).toEqual(chosen.isEmpty ? undefined : chosen);
        // What the root reads is a target as well: readers of that alone are none because of it.
        const read = new Set(upstreamOf(assets, rootAsset));
        for (const asset of assets) {
          if (asset === rootAsset || read.has(asset.key)) continue;
          const unmade = allOf(asset).subtract(sets.get(asset.key) ?? PartitionSet.EMPTY);
          const readsChosen = [...unmade].filter((ordinal) =>
            readsOf(assets, asset, ordinal).some(
              ({ upstream, partitions }) => upstream === rootAsset.key && partitions.overlaps(chosen),
            ),
          );
          expect(readsChosen).toEqual([]);
        }
      }),
    );
  });

  test("upstream-missing: nothing that is made reads what is neither there nor made, and nothing else is added", () => {
    fc.assert(
      fc.property(world, (given) => {
        const { assets, rootAsset, chosen, stateOf } = given;
        const alone: Partial<PlanRunInput> = {
          selected: [rootAsset.key],
          targets: { kind: "each", partitions: new Map([[rootAsset.key, chosen]]) },
        };
        const { plan: made } = plan(given, { ...alone, addMissingUpstream: true });
        const sets = setsOf(made);
        const needed = new Map([...sets.keys()].map((key) => [key, new Set<number>()]));
        for (const asset of assets) {
          for (const ordinal of sets.get(asset.key) ?? []) {
            for (const { upstream, partitions } of readsOf(assets, asset, ordinal)) {
              const own = sets.get(upstream) ?? PartitionSet.EMPTY;
              const { materialized, running } = stateOf(upstream);
              expect(partitions.subtract(materialized).subtract(running).isSubsetOf(own)).toBe(true);
              for (const read of partitions) needed.get(upstream)?.add(read);
            }
          }
        }
        for (const [key, set] of sets) {
          for (const ordinal of set) {
            const isChosen = key === rootAsset.key && chosen.has(ordinal);
            expect(isChosen || needed.get(key)?.has(ordinal)).toBe(true);
          }
        }
        expect(made.warnings.filter(({ code }) => code === "UPSTREAM_MISSING")).toEqual([]);
      }),
    );
  });

  test("leaving out what cannot be read leaves nothing that cannot be, and nothing that reads what was left out", () => {
    fc.assert(
      fc.property(withGaps(), (given) => {
        const { plan: made } = plan(given, { leaveOutUnreadable: true });
        const { plan: whole } = plan(given);
        expect(made.warnings.filter(({ severity }) => severity === "error")).toEqual([]);
        const [sets, all] = [setsOf(made), setsOf(whole)];
        for (const asset of given.assets) {
          for (const ordinal of all.get(asset.key) ?? []) {
            const reads = readsOf(given.assets, asset, ordinal).filter(({ upstream }) => upstream !== asset.key);
            const isReadable = reads.every(({ upstream, partitions, isWhole }) => {
              const gone = (all.get(upstream) ?? PartitionSet.EMPTY).subtract(sets.get(upstream) ?? PartitionSet.EMPTY);
              return isWhole && !partitions.overlaps(gone.subtract(given.stateOf(upstream).materialized));
            });
            const isPlanned = sets.get(asset.key)?.has(ordinal) ?? false;
            // One that reads itself falls with those before it, too.
            const mayFall = asset.deps.some(({ upstream }) => upstream === asset.key);
            expect(isPlanned === isReadable || (mayFall && !isPlanned)).toBe(true);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("whatever is planned", () => {
  test("exists, and leaves to other runs what they hold", () => {
    fc.assert(
      fc.property(world, fc.boolean(), fc.boolean(), (given, leaveOutRunning, addMissingUpstream) => {
        const { plan: made, doubled, awaited } = plan(given, { leaveOutRunning, addMissingUpstream });
        const sets = setsOf(made);
        for (const asset of given.assets) {
          const own = sets.get(asset.key) ?? PartitionSet.EMPTY;
          const { running } = given.stateOf(asset.key);
          expect(own.isSubsetOf(allOf(asset))).toBe(true);
          expect(leaveOutRunning && own.overlaps(running)).toBe(false);
          expect((doubled.get(asset.key) ?? PartitionSet.EMPTY).isSubsetOf(running)).toBe(true);
          // What is waited for is what others make and this run reads without making it.
          const waited = awaited.get(asset.key) ?? PartitionSet.EMPTY;
          expect(waited.isSubsetOf(running.subtract(own))).toBe(true);
        }
        expect(made.total).toBe([...sets.values()].reduce((sum, { size }) => sum + size, 0));
      }),
    );
  });
});

describe("hashPlan", () => {
  /** Every way in which what an asset of a plan does can differ. */
  const relevant: readonly ((asset: RunPlanAsset) => RunPlanAsset)[] = [
    (asset) => ({ ...asset, key: `${asset.key}x` }),
    (asset) => ({ ...asset, partitions: [...asset.partitions, 1e9, 1e9 + 1] }),
    (asset) => ({ ...asset, partitionsSpec: staticKeys(77) }),
    (asset) => ({ ...asset, deps: [...asset.deps, { upstream: "z", mapping: { kind: "all" }, inRun: false }] }),
    (asset) => ({ ...asset, retry: { ...asset.retry, attempts: asset.retry.attempts + 1 } }),
    (asset) => ({ ...asset, codeVersion: `${asset.codeVersion}x` }),
    (asset) => ({ ...asset, chunk: asset.chunk === 3 ? 4 : 3 }),
    (asset) => ({ ...asset, config: { other: [asset.config ?? null] } }),
    (asset) => ({ ...asset, overwrites: asset.overwrites + 1 }),
  ];

  test("changes with every relevant difference, and with no other", () => {
    fc.assert(
      fc.property(randomPlan, fc.nat(), fc.constantFrom(...relevant), (made, at, change) => {
        const position = made.assets.length === 0 ? -1 : at % made.assets.length;
        const changed = made.assets.map((asset, index) => (index === position ? change(asset) : asset));
        const hash = hashPlan(made);
        expect(hashPlan({ ...made, assets: changed }) === hash).toBe(position === -1);
        expect(hashPlan({ ...made, order: made.order === "oldest" ? "newest" : "oldest" })).not.toBe(hash);
        const counts = { missing: 1, failed: 2, stale: 3, fresh: 4 };
        const recounted = made.assets.map((asset) => ({ ...asset, counts }));
        const same = {
          ...made,
          assets: recounted,
          at: made.at + 1,
          warnings: [],
          dynamicKeys: { d: { ordinals: [0, 1], keys: ["k"] } },
        };
        expect(hashPlan(same)).toBe(hash);
      }),
    );
  });

  test("changes with the wait policy of a dependency, and not with the order of a config's keys", () => {
    const hashOf = (wait: number | null, config: JsonValue): string => {
      const raw = assetOf("raw", { partitions: DAYS });
      const total = assetOf("total", { deps: { raw: { kind: "all" } } });
      const deps = total.deps.map((dep) => ({
        ...dep,
        ...(wait !== null && { wait: { kind: "at-least" as const, count: wait } }),
      }));
      const taking = { ...total, deps, config: { jsonSchema: null, required: false } };
      return hashPlan(
        planRun({
          assets: [raw, taking],
          selected: ["total"],
          targets: { kind: "each", partitions: new Map() },
          config: { total: config },
          at: PLANNED_AT,
          stateOf: () => NOTHING,
        }),
      );
    };
    expect(new Set([hashOf(null, {}), hashOf(3, {}), hashOf(4, {})]).size).toBe(3);
    expect(hashOf(null, { a: 1, b: 2 })).toBe(hashOf(null, { b: 2, a: 1 }));
    expect(hashOf(null, { a: 1 })).not.toBe(hashOf(null, { a: 2 }));
  });
});

/** Keys of everything that an asset reads, directly and indirectly. */
function upstreamOf(assets: readonly AssetSnapshot[], { key, deps }: AssetSnapshot): string[] {
  const direct = assets.filter((asset) => asset.key !== key && deps.some(({ upstream }) => upstream === asset.key));
  return direct.flatMap((asset) => [asset.key, ...upstreamOf(assets, asset)]);
}

/** Worlds in which some days read the day after them, which the last one does not have. */
function withGaps(): fc.Arbitrary<World> {
  return world.map((given) => {
    const assets = given.assets.map((asset, index) => {
      if (asset.partitions !== DAYS || index % 2 === 0) return asset;
      const deps = asset.deps.map((dep) =>
        dep.upstream !== asset.key && (dep.mapping.kind === "identity" || dep.mapping.kind === "time-window")
          ? { ...dep, mapping: { kind: "time-window" as const, startOffset: 0, endOffset: 1 } }
          : dep,
      );
      return { ...asset, deps };
    });
    return { ...given, assets, rootAsset: assets.find(({ key }) => key === given.rootAsset.key) ?? given.rootAsset };
  });
}
