import { PartitionSet } from "../partitions/partition-set.ts";
import type { AssetSnapshot } from "../snapshot.ts";
import { mappingOf, type TargetContext, type TargetSets } from "./plan-targets.ts";
import type { PlanWarning } from "./run-plan.ts";

/** What is known of the partitions of one asset when a plan is made. */
export interface PlanAssetState {
  /** Those that have a current materialization. */
  readonly materialized: PartitionSet;
  /** Those whose newest step failed. */
  readonly failed: PartitionSet;
  /** Those that steps of runs which are not over hold, running or not. */
  readonly running: PartitionSet;
}

/** How many ranges a message writes out. */
const SHOWN_RANGES = 3;

/** What a person should know about one asset of a plan. */
export function findWarnings(
  context: TargetContext,
  asset: AssetSnapshot,
  { targets, stateOf }: { targets: TargetSets; stateOf: (key: string) => PlanAssetState },
): PlanWarning[] {
  const warnings: PlanWarning[] = [];
  const own = targets.get(asset.key) ?? PartitionSet.EMPTY;
  const { running } = stateOf(asset.key);
  const doubled = own.intersect(running);
  if (!doubled.isEmpty) warnings.push(alreadyRunning(context, asset, doubled));
  for (const dep of asset.deps) {
    const upstream = context.assets.get(dep.upstream);
    const read = mappingOf(context, asset, dep)?.upstreamOf(own);
    if (upstream === undefined || read === undefined) continue;
    // The first partitions of an asset that reads its own earlier ones never have what they would read.
    if (!read.nonexistent.isEmpty && upstream !== asset) {
      warnings.push(upstreamNonexistent(context, { asset, upstream }, read.nonexistent));
    }
    if (upstream.kind === "external") continue;
    const made = stateOf(upstream.key).materialized.union(targets.get(upstream.key) ?? PartitionSet.EMPTY);
    const missing = read.partitions.subtract(made);
    if (!missing.isEmpty) warnings.push(upstreamMissing(context, { asset, upstream }, missing));
  }
  return warnings;
}

/** Warnings about selected assets that are not part of the plan. */
export function notReached(asset: AssetSnapshot, root: string): PlanWarning {
  return {
    code: "NOT_REACHED",
    asset: asset.key,
    upstream: null,
    partitions: [],
    message: `"${asset.key}" is left out: nothing leads from the partitions of "${root}" to it, and it is cut differently.`,
  };
}

export function externalAsset(asset: AssetSnapshot): PlanWarning {
  return {
    code: "EXTERNAL_ASSET",
    asset: asset.key,
    upstream: null,
    partitions: [],
    message: `"${asset.key}" is left out: it is an external asset, which Heddle observes and does not make.`,
  };
}

function alreadyRunning(context: TargetContext, asset: AssetSnapshot, doubled: PartitionSet): PlanWarning {
  const text = context.spaces.spaceOf(asset.partitions).format(doubled, SHOWN_RANGES);
  return {
    code: "ALREADY_RUNNING",
    asset: asset.key,
    upstream: null,
    partitions: doubled.ranges,
    message: `Runs that are not over already hold ${describe(asset, text)}.`,
  };
}

interface Ends {
  readonly asset: AssetSnapshot;
  readonly upstream: AssetSnapshot;
}

function upstreamNonexistent(context: TargetContext, { asset, upstream }: Ends, readers: PartitionSet): PlanWarning {
  const text = context.spaces.spaceOf(asset.partitions).format(readers, SHOWN_RANGES);
  return {
    code: "UPSTREAM_NONEXISTENT",
    asset: asset.key,
    upstream: upstream.key,
    partitions: readers.ranges,
    message: `${describe(asset, text)} reads partitions of "${upstream.key}" that do not exist.`,
  };
}

function upstreamMissing(context: TargetContext, { asset, upstream }: Ends, missing: PartitionSet): PlanWarning {
  const text = context.spaces.spaceOf(upstream.partitions).format(missing, SHOWN_RANGES);
  return {
    code: "UPSTREAM_MISSING",
    asset: asset.key,
    upstream: upstream.key,
    partitions: missing.ranges,
    message: `"${asset.key}" reads ${describe(upstream, text)}, which was never materialized and is not part of the plan.`,
  };
}

/** `"weather/raw"`, or `"weather/raw" 2012-01-01..2012-01-31 (31)`. */
function describe(asset: AssetSnapshot, partitions: string): string {
  return asset.partitions === null ? `"${asset.key}"` : `"${asset.key}" ${partitions}`;
}
