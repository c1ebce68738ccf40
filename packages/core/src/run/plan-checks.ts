import { PartitionSet } from "../partitions/partition-set.ts";
import type { AssetSnapshot } from "../snapshot.ts";
import { freezeKeys } from "./frozen-keys.ts";
import { createPartitionSpaces } from "./partition-spaces.ts";
import type { DynamicKeys, PlanOrder, RunPlan, RunPlanAsset } from "./run-plan.ts";

/** Checks of one asset that are to be run, and on which partitions. */
export interface WantedChecks {
  /** Names of declared checks, at least one. */
  readonly checks: readonly string[];
  readonly partitions: PartitionSet;
}

/** How the partitions of an asset stand, as far as its checks ask. */
export interface CheckedAssetState {
  readonly materialized: PartitionSet;
  /** Of which the newest step failed. */
  readonly failed: PartitionSet;
  /** Partitions that open runs of checks hold, by the name of the check. */
  readonly checking: ReadonlyMap<string, PartitionSet>;
}

/** What a run of checks is planned from. */
export interface PlanChecksInput {
  /** Everything that is declared, upstream assets first. */
  readonly assets: readonly AssetSnapshot[];
  /** By asset key. */
  readonly wanted: ReadonlyMap<string, WantedChecks>;
  readonly stateOf: (key: string) => CheckedAssetState;
  /** @default "oldest" */
  readonly order?: PlanOrder;
  /** Epoch milliseconds at which partitions are resolved. */
  readonly at: number;
  /** @default none */
  readonly dynamicKeys?: DynamicKeys;
}

/** A plan of checks, and what of the wish is not in it, by asset key. */
export interface PlannedChecks {
  readonly plan: RunPlan;
  /** There is no value that could be checked. */
  readonly missing: ReadonlyMap<string, PartitionSet>;
  /** Other runs of checks run all of the checks there already. */
  readonly doubled: ReadonlyMap<string, PartitionSet>;
}

/**
 * Says what a run of checks will do: on each wanted partition that has a value, the checks in one step. Steps wait for
 * nothing, because nothing that they read is made by the run.
 */
export function planChecks(input: PlanChecksInput): PlannedChecks {
  const byKey = new Map(input.assets.map((asset) => [asset.key, asset]));
  const targets = new Map<string, PartitionSet>();
  const missing = new Map<string, PartitionSet>();
  const doubled = new Map<string, PartitionSet>();
  const assets: RunPlanAsset[] = [];
  for (const asset of input.assets) {
    const wish = input.wanted.get(asset.key);
    if (wish === undefined || wish.checks.length === 0) continue;
    const state = input.stateOf(asset.key);
    note(missing, asset.key, wish.partitions.subtract(state.materialized));
    const stored = wish.partitions.intersect(state.materialized);
    const held = heldBy(wish.checks, state).intersect(stored);
    note(doubled, asset.key, held);
    const partitions = stored.subtract(held);
    if (partitions.isEmpty) continue;
    targets.set(asset.key, partitions);
    assets.push(planAsset(asset, { wish, partitions, state }));
  }
  const spaces = createPartitionSpaces(input.at, input.dynamicKeys ?? {});
  // What the assets read is not read by their checks.
  const alone = new Map([...byKey].map(([key, asset]) => [key, { ...asset, deps: [] }]));
  return {
    plan: {
      protocol: 1,
      purpose: "check",
      at: input.at,
      order: input.order ?? "oldest",
      assets,
      warnings: [],
      total: [...targets.values()].reduce((sum, { size }) => sum + size, 0),
      dynamicKeys: freezeKeys({ assets: alone, selected: [], spaces }, targets, input.dynamicKeys ?? {}),
    },
    missing,
    doubled,
  };
}

function note(sets: Map<string, PartitionSet>, key: string, set: PartitionSet): void {
  if (!set.isEmpty) sets.set(key, set);
}

/** Where each of the checks is about to run, or runs. */
function heldBy([first, ...rest]: readonly string[], { checking }: CheckedAssetState): PartitionSet {
  const of = (name: string | undefined) => checking.get(name ?? "") ?? PartitionSet.EMPTY;
  return rest.reduce((set, name) => set.intersect(of(name)), of(first));
}

function planAsset(
  asset: AssetSnapshot,
  {
    wish,
    partitions,
    state,
  }: { readonly wish: WantedChecks; readonly partitions: PartitionSet; readonly state: CheckedAssetState },
): RunPlanAsset {
  const failed = partitions.intersect(state.failed).size;
  return {
    key: asset.key,
    partitions: partitions.ranges,
    partitionsSpec: asset.partitions,
    deps: [],
    checks: wish.checks,
    retry: asset.retry,
    codeVersion: asset.codeVersion,
    chunk: null,
    ...(asset.pools !== undefined && { pools: asset.pools }),
    counts: { missing: 0, failed, stale: 0, fresh: partitions.size - failed },
    overwrites: 0,
  };
}
