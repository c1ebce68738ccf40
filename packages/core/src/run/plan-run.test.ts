import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ALL_DAYS,
  allOf,
  assetOf,
  DAYS,
  NOTHING,
  pickPartitions,
  PLANNED_AT,
  randomAssets,
  staticKeys,
  timeWindows,
} from "../../test/random-plans.ts";
import { isHeddleError } from "../errors.ts";
import { PartitionSet } from "../partitions/partition-set.ts";
import type { AssetSnapshot } from "../snapshot.ts";
import { createPartitionSpaces } from "./partition-spaces.ts";
import { hashPlan } from "./hash-plan.ts";
import { planRun, type PlanRunInput } from "./plan-run.ts";
import type { PlanTargets } from "./plan-targets.ts";
import type { PlanAssetState } from "./plan-warnings.ts";
import type { RunPlan } from "./run-plan.ts";

const FIRST = ALL_DAYS.first ?? 0;
const months = timeWindows("monthly", "0 0 1 * *", new Date(Date.UTC(1992, 4, 1)));

const raw = assetOf("raw", { partitions: DAYS });
const clean = assetOf("clean", { partitions: DAYS, deps: { raw: { kind: "identity" } } });
const rolling = assetOf("rolling", {
  partitions: DAYS,
  deps: { clean: { kind: "time-window", startOffset: -1, endOffset: 0, allowNonexistent: true } },
});
const total = assetOf("total", { deps: { rolling: { kind: "all" } } });
const chain = [raw, clean, rolling, total];

function plan(assets: readonly AssetSnapshot[], targets: PlanTargets, rest: Partial<PlanRunInput> = {}): RunPlan {
  const selected = assets.map(({ key }) => key);
  return planRun({ assets, selected, targets, at: PLANNED_AT, stateOf: () => NOTHING, ...rest });
}

function root(asset: string, partitions: PartitionSet, cascade: "self" | "downstream" = "downstream"): PlanTargets {
  return { kind: "root", asset, partitions, cascade };
}

function targetsOf(made: RunPlan): Record<string, readonly number[]> {
  return Object.fromEntries(made.assets.map(({ key, partitions }) => [key, [...PartitionSet.fromRanges(partitions)]]));
}

function failure(make: () => unknown): unknown {
  try {
    make();
  } catch (error) {
    return error;
  }
  return expect.fail("it was expected to fail");
}

describe("planRun refuses", () => {
  test("assets that there are not, and says which one was meant", () => {
    const error = failure(() => plan(chain, root("raw", ALL_DAYS), { selected: ["raw", "claen"] }));
    expect(error).toMatchObject({ code: "ASSET_UNKNOWN", details: { asset: "claen" } });
    expect(isHeddleError(error) && error.hint).toContain("clean");
  });

  test("a root that is not selected", () => {
    expect(failure(() => plan(chain, root("raw", ALL_DAYS), { selected: ["clean"] }))).toMatchObject({
      code: "ASSET_UNKNOWN",
      details: { asset: "raw" },
    });
  });

  test("partitions that do not exist", () => {
    const beyond = PartitionSet.range(FIRST - 1, FIRST + 2);
    expect(failure(() => plan(chain, root("raw", beyond)))).toMatchObject({
      code: "PLAN_PARTITIONS_UNKNOWN",
      details: { asset: "raw" },
      message: expect.stringContaining("1 of the chosen"),
    });
    const notYet = { at: PLANNED_AT - 1 };
    expect(failure(() => plan(chain, root("raw", ALL_DAYS), notYet))).toMatchObject({
      code: "PLAN_PARTITIONS_UNKNOWN",
    });
  });

  test("a partitioned asset for which none are stated", () => {
    expect(failure(() => plan(chain, { kind: "each", partitions: new Map([["raw", ALL_DAYS]]) }))).toMatchObject({
      code: "PLAN_PARTITIONS_MISSING",
      details: { asset: "clean" },
    });
  });
});

describe("targets", () => {
  const two = PartitionSet.of([FIRST, FIRST + 3]);

  test("are carried downstream through every mapping, to what is selected", () => {
    expect(targetsOf(plan(chain, root("raw", two)))).toEqual({
      raw: [FIRST, FIRST + 3],
      clean: [FIRST, FIRST + 3],
      rolling: [FIRST, FIRST + 1, FIRST + 3, FIRST + 4],
      total: [0],
    });
    expect(targetsOf(plan(chain, root("raw", two), { selected: ["raw", "clean"] }))).toEqual({
      raw: [FIRST, FIRST + 3],
      clean: [FIRST, FIRST + 3],
    });
    expect(targetsOf(plan(chain, root("raw", two, "self")))).toEqual({ raw: [FIRST, FIRST + 3] });
  });

  test("upstream of the root are what it reads", () => {
    const targets = targetsOf(plan(chain, root("rolling", PartitionSet.of([FIRST + 3]))));
    expect(targets).toEqual({
      raw: [FIRST + 2, FIRST + 3],
      clean: [FIRST + 2, FIRST + 3],
      rolling: [FIRST + 3],
      total: [0],
    });
  });

  test("go from one grain to another", () => {
    const june = assetOf("month", {
      partitions: months,
      deps: { raw: { kind: "time-window", startOffset: 0, endOffset: 0 } },
    });
    const at = Date.UTC(1992, 6, 1);
    const made = plan([raw, june], root("raw", PartitionSet.of([FIRST + 2])), { at });
    expect(targetsOf(made)["month"]).toHaveLength(1);
  });

  test("of an asset that nothing leads to are the same set if it is cut alike, and otherwise it is left out and named", () => {
    const beside = assetOf("beside", { partitions: DAYS });
    const apart = assetOf("apart", { partitions: staticKeys(3) });
    const made = plan([raw, beside, apart], root("raw", two));
    expect(targetsOf(made)).toEqual({ raw: [FIRST, FIRST + 3], beside: [FIRST, FIRST + 3] });
    expect(made.warnings).toMatchObject([{ code: "NOT_REACHED", asset: "apart" }]);
  });

  test("leave external assets out, and say so", () => {
    const made = plan([assetOf("feed", { kind: "external" }), raw], root("raw", two));
    expect(targetsOf(made)).toEqual({ raw: [FIRST, FIRST + 3] });
    expect(made.warnings).toMatchObject([{ code: "EXTERNAL_ASSET", asset: "feed" }]);
  });

  test("of external assets alone are looks at those that are observed, which skip what is unchanged", () => {
    const feed: AssetSnapshot = { ...assetOf("feed", { kind: "external", partitions: DAYS }), observed: true };
    const silent = assetOf("silent", { kind: "external", partitions: DAYS });
    const made = plan([feed, silent], root("feed", two));
    expect(targetsOf(made)).toEqual({ feed: [FIRST, FIRST + 3] });
    expect(made.assets[0]).toMatchObject({ key: "feed", reuse: true });
    expect(made.warnings).toMatchObject([{ code: "EXTERNAL_ASSET", asset: "silent" }]);
    // Together with what is made they are left out: nothing is to wait for a look.
    const both = plan([feed, raw], root("raw", two));
    expect(targetsOf(both)).toEqual({ raw: [FIRST, FIRST + 3] });
    expect(both.warnings).toMatchObject([{ asset: "feed", message: expect.stringContaining("by runs of its own") }]);
  });

  test("by predicate are only those in the state that calls for it", () => {
    const state: PlanAssetState = {
      materialized: PartitionSet.of([FIRST, FIRST + 1, FIRST + 2]),
      failed: PartitionSet.of([FIRST + 2, FIRST + 3]),
      stale: PartitionSet.of([FIRST + 1, FIRST + 2]),
      running: PartitionSet.of([FIRST + 4]),
    };
    const made = (only: PlanRunInput["only"], leaveOutRunning = false) =>
      targetsOf(plan([raw], root("raw", ALL_DAYS), { ...(only && { only }), leaveOutRunning, stateOf: () => state }))[
        "raw"
      ]?.map((ordinal) => ordinal - FIRST);
    expect(made(undefined)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(made(["missing"])).toEqual([4, 5, 6]);
    expect(made(["failed"])).toEqual([2, 3]);
    expect(made(["stale"])).toEqual([1]);
    expect(made(["missing", "failed"])).toEqual([2, 3, 4, 5, 6]);
    expect(made(["missing", "failed", "stale"])).toEqual([1, 2, 3, 4, 5, 6]);
    expect(made(["missing"], true)).toEqual([5, 6]);
    expect(made(undefined, true)).toEqual([0, 1, 2, 3, 5, 6]);
  });
});

describe("a plan", () => {
  test("counts what there is, and what will be overwritten", () => {
    const state = {
      materialized: PartitionSet.of([FIRST, FIRST + 1, FIRST + 2]),
      failed: PartitionSet.of([FIRST + 2, FIRST + 3]),
      stale: PartitionSet.of([FIRST + 1, FIRST + 2]),
      running: PartitionSet.EMPTY,
    };
    const [asset] = plan([raw], root("raw", ALL_DAYS), { stateOf: () => state }).assets;
    expect(asset).toMatchObject({ counts: { missing: 3, failed: 2, stale: 1, fresh: 1 }, overwrites: 3 });
  });

  test("says whether an upstream is part of it", () => {
    const made = plan(chain, root("clean", ALL_DAYS), { selected: ["clean", "rolling"] });
    expect(made.assets.map(({ key, deps }) => [key, deps.map(({ inRun }) => inRun)])).toEqual([
      ["clean", [false]],
      ["rolling", [true]],
    ]);
  });

  test("carries the keys of the dynamic partitions that it uses, and no others", () => {
    const cities = assetOf("cities", { partitions: { kind: "dynamic", name: "cities" } });
    const made = plan(
      [cities, raw],
      { kind: "each", partitions: new Map([["cities", PartitionSet.of([1])]]) },
      {
        selected: ["cities"],
        dynamicKeys: { cities: ["ulm", "bern", null], other: ["x"] },
      },
    );
    expect(made.dynamicKeys).toEqual({ cities: { ordinals: [1, 2], keys: ["bern"] } });
    expect(made.total).toBe(1);
  });

  test("warns of upstream partitions that were never made, unless they are external or part of it", () => {
    const made = plan(chain, root("clean", PartitionSet.of([FIRST, FIRST + 1])), {
      selected: ["clean"],
      stateOf: (key) => (key === "raw" ? { ...NOTHING, materialized: PartitionSet.of([FIRST]) } : NOTHING),
    });
    expect(made.warnings).toMatchObject([
      { code: "UPSTREAM_MISSING", asset: "clean", upstream: "raw", partitions: [FIRST + 1, FIRST + 2] },
    ]);
    expect(plan([raw, clean], root("raw", ALL_DAYS)).warnings).toEqual([]);
    const feed = assetOf("raw", { kind: "external", partitions: DAYS });
    expect(plan([feed, clean], root("clean", ALL_DAYS), { selected: ["clean"] }).warnings).toEqual([]);
  });

  test("warns of upstream partitions that do not exist, but not of an asset's own", () => {
    const ahead = assetOf("ahead", {
      partitions: DAYS,
      deps: { raw: { kind: "time-window", startOffset: 0, endOffset: 1 } },
    });
    const last = ALL_DAYS.last ?? 0;
    expect(plan([raw, ahead], root("raw", ALL_DAYS)).warnings).toMatchObject([
      { code: "UPSTREAM_NONEXISTENT", asset: "ahead", upstream: "raw", partitions: [last, last + 1] },
    ]);
    const state = assetOf("state", {
      partitions: DAYS,
      deps: { state: { kind: "time-window", startOffset: -1, endOffset: -1 } },
    });
    expect(plan([state], root("state", ALL_DAYS)).warnings).toEqual([]);
  });

  test("warns of what other runs hold already", () => {
    const running = PartitionSet.of([FIRST + 1]);
    expect(plan([raw], root("raw", ALL_DAYS), { stateOf: () => ({ ...NOTHING, running }) }).warnings).toMatchObject([
      { code: "ALREADY_RUNNING", asset: "raw", partitions: [FIRST + 1, FIRST + 2] },
    ]);
  });

  test("is the same plan while other runs make what they hold", () => {
    const held = PartitionSet.of([FIRST + 1, FIRST + 2]);
    const states = [
      { ...NOTHING, running: held },
      { ...NOTHING, materialized: held.take(1), running: held.subtract(held.take(1)) },
      { ...NOTHING, materialized: held },
    ];
    const hashes = states.map((state) => hashPlan(plan([raw], root("raw", ALL_DAYS), { stateOf: () => state })));
    expect(new Set(hashes).size).toBe(1);
  });
});

describe("whatever is planned", () => {
  const anyState = fc
    .tuple(fc.nat(0xff), fc.nat(0xff), fc.nat(0xff), fc.nat(0xff))
    .map(([made, failed, stale, running]) => (asset: AssetSnapshot): PlanAssetState => ({
      materialized: pickPartitions(asset, made),
      failed: pickPartitions(asset, failed),
      stale: pickPartitions(asset, made & stale),
      running: pickPartitions(asset, running),
    }));

  test("is made in topological order, once each, with counts that add up", () => {
    fc.assert(
      fc.property(randomAssets, fc.tuple(fc.nat(), fc.nat(0xff)), anyState, (assets, [at, bits], stateOf) => {
        const chosen = assets[at % assets.length];
        if (chosen === undefined) return;
        const byKey = new Map(assets.map((asset) => [asset.key, asset]));
        const made = plan(assets, root(chosen.key, pickPartitions(chosen, bits)), {
          stateOf: (key) => stateOf(byKey.get(key) ?? chosen),
        });
        const positions = new Map(made.assets.map(({ key }, position) => [key, position]));
        expect(positions.size).toBe(made.assets.length);
        for (const [position, asset] of made.assets.entries()) {
          const own = PartitionSet.fromRanges(asset.partitions);
          const declared = byKey.get(asset.key) ?? chosen;
          expect(own.isEmpty).toBe(false);
          expect(own.isSubsetOf(allOf(declared))).toBe(true);
          const { missing, failed, stale, fresh } = asset.counts;
          expect(missing + failed + stale + fresh).toBe(own.size);
          const { materialized, running } = stateOf(declared);
          expect(asset.overwrites).toBe(own.intersect(materialized.union(running)).size);
          for (const dep of asset.deps) {
            expect(dep.inRun).toBe(positions.has(dep.upstream));
            expect(positions.get(dep.upstream) ?? 0).toBeLessThanOrEqual(position);
          }
        }
        expect(made.total).toBe(
          made.assets.reduce((sum, { partitions }) => sum + PartitionSet.fromRanges(partitions).size, 0),
        );
      }),
    );
  });

  test("includes every selected partition that reads another that is made", () => {
    fc.assert(
      fc.property(randomAssets, fc.nat(0xff), (assets, bits) => {
        const [first] = assets;
        if (first === undefined) return;
        const chosen = pickPartitions(first, bits);
        const made = plan(assets, root(first.key, chosen));
        const targets = new Map(made.assets.map(({ key, partitions }) => [key, PartitionSet.fromRanges(partitions)]));
        const left = assets
          .filter((asset) => asset !== first)
          .flatMap((asset) => [...readersLeftOut(assets, asset, targets)]);
        expect(left).toEqual([]);
      }),
    );
  });

  test("is the same whenever it is planned from the same state, in whatever order assets are selected", () => {
    fc.assert(
      fc.property(randomAssets, fc.nat(0xff), (assets, bits) => {
        const [first] = assets;
        if (first === undefined) return;
        const targets = root(first.key, pickPartitions(first, bits));
        const selected = assets.map(({ key }) => key).toReversed();
        expect(plan(assets, targets, { selected })).toEqual(plan(assets, targets));
      }),
    );
  });
});

/** Partitions of an asset that read targets of another asset and are no targets. What an asset reads of itself is no cause. */
function* readersLeftOut(
  assets: readonly AssetSnapshot[],
  asset: AssetSnapshot,
  targets: ReadonlyMap<string, PartitionSet>,
): Iterable<string> {
  const spaces = createPartitionSpaces(PLANNED_AT, {});
  for (const { upstream, mapping } of asset.deps) {
    const above = assets.find(({ key }) => key === upstream);
    if (above === undefined || above === asset) continue;
    const ends = { upstream: spaces.spaceOf(above.partitions), downstream: spaces.spaceOf(asset.partitions) };
    for (const ordinal of allOf(asset)) {
      const read = spaces.mappingOf(mapping, ends).upstreamOf(PartitionSet.of([ordinal])).partitions;
      if (!read.overlaps(targets.get(upstream) ?? PartitionSet.EMPTY)) continue;
      if (targets.get(asset.key)?.has(ordinal) !== true) yield `${asset.key}/${ordinal} reads ${upstream}`;
    }
  }
}
