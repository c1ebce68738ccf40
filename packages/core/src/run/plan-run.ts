import { HeddleError } from "../errors.ts";
import { formatNearest } from "../nearest.ts";
import { PartitionSet } from "../partitions/partition-set.ts";
import type { PartitionsSpec } from "../partitions/partitions-spec.ts";
import type { AssetSnapshot } from "../snapshot.ts";
import { createPartitionSpaces } from "./partition-spaces.ts";
import { findTargets, type PlanTargets, type TargetContext, type TargetSets } from "./plan-targets.ts";
import { externalAsset, findWarnings, notReached, type PlanAssetState } from "./plan-warnings.ts";
import type { DynamicKeys, PlanWarning, RunPlan, RunPlanAsset } from "./run-plan.ts";

/** Which of the targeted partitions are made: all of them, or only those in a state that calls for it. */
export type PlanPredicate = "all" | "missing" | "failed" | "missing-or-failed";

/** What a plan is made from. */
export interface PlanRunInput {
  /** Everything that is declared, upstream assets first, as in a `DefinitionsSnapshot`. */
  readonly assets: readonly AssetSnapshot[];
  /** Keys of the assets to make, in any order. External ones are left out with a warning. */
  readonly selected: readonly string[];
  readonly targets: PlanTargets;
  /** @default "all" */
  readonly predicate?: PlanPredicate;
  /** Leaves out what steps of runs that are not over hold already. @default false */
  readonly leaveOutRunning?: boolean;
  /** Epoch milliseconds at which partitions are resolved. */
  readonly at: number;
  /** @default none */
  readonly dynamicKeys?: DynamicKeys;
  /** The state of an asset's partitions in the environment of the run. */
  readonly stateOf: (key: string) => PlanAssetState;
}

/**
 * Says exactly what a run will do. Pure: the same input gives the same plan. Cost is by the number of assets,
 * dependencies and ranges, and not by the number of partitions.
 *
 * @throws ASSET_UNKNOWN, PLAN_PARTITIONS_MISSING, PLAN_PARTITIONS_UNKNOWN
 */
export function planRun(input: PlanRunInput): RunPlan {
  const { stateOf } = input;
  const byKey = new Map(input.assets.map((asset) => [asset.key, asset]));
  const wanted = new Set(input.selected);
  for (const key of wanted) if (!byKey.has(key)) throw assetUnknown(key, byKey.keys());
  const chosen = input.assets.filter((asset) => wanted.has(asset.key));
  const selected = chosen.filter((asset) => asset.kind !== "external");
  const spaces = createPartitionSpaces(input.at, input.dynamicKeys ?? {});
  const context: TargetContext = { assets: byKey, selected, spaces };
  const reached = findTargets(context, input.targets);
  const targets: TargetSets = new Map();
  for (const [key, set] of reached) {
    const kept = applyPredicate(set, stateOf(key), input);
    if (!kept.isEmpty) targets.set(key, kept);
  }
  const planned = selected.filter((asset) => targets.has(asset.key));
  const assets = planned.map((asset) => planAsset(asset, targets, stateOf(asset.key)));
  return {
    protocol: 1,
    at: input.at,
    assets,
    warnings: [
      ...planned.flatMap((asset) => findWarnings(context, asset, { targets, stateOf })),
      ...leftOut(input.targets, chosen, reached),
    ],
    total: assets.reduce((sum, { counts }) => sum + counts.missing + counts.failed + counts.fresh, 0),
    dynamicKeys: pickDynamicKeys(planned, input.dynamicKeys ?? {}),
  };
}

function applyPredicate(set: PartitionSet, state: PlanAssetState, input: PlanRunInput): PartitionSet {
  const kept = input.leaveOutRunning === true ? set.subtract(state.running) : set;
  switch (input.predicate ?? "all") {
    case "all":
      return kept;
    case "missing":
      return kept.subtract(state.materialized).subtract(state.failed);
    case "failed":
      return kept.intersect(state.failed);
    case "missing-or-failed":
      return kept.subtract(state.materialized.subtract(state.failed));
  }
}

function planAsset(asset: AssetSnapshot, targets: TargetSets, state: PlanAssetState): RunPlanAsset {
  const partitions = targets.get(asset.key) ?? PartitionSet.EMPTY;
  const failed = partitions.intersect(state.failed).size;
  const materialized = partitions.intersect(state.materialized);
  const fresh = materialized.subtract(state.failed).size;
  return {
    key: asset.key,
    partitions: partitions.ranges,
    partitionsSpec: asset.partitions,
    deps: asset.deps.map(({ upstream, mapping }) => ({ upstream, mapping, inRun: targets.has(upstream) })),
    retry: asset.retry,
    counts: { missing: partitions.size - failed - fresh, failed, fresh },
    overwrites: materialized.size,
  };
}

function leftOut(targets: PlanTargets, chosen: readonly AssetSnapshot[], reached: TargetSets): PlanWarning[] {
  const warnings: PlanWarning[] = [];
  for (const asset of chosen) {
    if (asset.kind === "external") warnings.push(externalAsset(asset));
    else if (targets.kind === "root" && targets.cascade === "downstream" && !reached.has(asset.key)) {
      warnings.push(notReached(asset, targets.asset));
    }
  }
  return warnings;
}

/** Only the keys of definitions that the planned assets are cut by: a plan carries what it needs and no more. */
function pickDynamicKeys(planned: readonly AssetSnapshot[], keys: DynamicKeys): DynamicKeys {
  const names = new Set<string>();
  const visit = (spec: PartitionsSpec | null): void => {
    if (spec?.kind === "dynamic") names.add(spec.name);
    if (spec?.kind === "multi") for (const dimension of spec.dimensions) visit(dimension.partitions);
  };
  for (const asset of planned) visit(asset.partitions);
  return Object.fromEntries([...names].map((name) => [name, keys[name] ?? []]));
}

function assetUnknown(key: string, known: Iterable<string>): HeddleError {
  const hint = formatNearest(key, known) ?? "Look at the list of assets in the catalog.";
  return new HeddleError("ASSET_UNKNOWN", `there is no asset "${key}"`, { hint, details: { asset: key } });
}
