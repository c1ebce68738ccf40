import { PartitionSet } from "../partitions/partition-set.ts";
import type { AssetSnapshot } from "../snapshot.ts";
import { mappingOf, type TargetContext, type TargetSets } from "./plan-targets.ts";
import { findUnreadable, type Unreadable } from "./plan-unreadable.ts";
import type { PlanWarning } from "./run-plan.ts";

/** What is known of the partitions of one asset when a plan is made. */
export interface PlanAssetState {
  /** Those that have a current materialization. */
  readonly materialized: PartitionSet;
  /** Those whose newest step failed. */
  readonly failed: PartitionSet;
  /** Those of `materialized` that are out of date; empty where nobody looked. */
  readonly stale: PartitionSet;
  /** Those that steps of runs which are not over hold, running or not. */
  readonly running: PartitionSet;
}

/** How many ranges a message writes out. */
const SHOWN_RANGES = 3;

/** What is known about the partitions of a plan besides the plan. */
export interface WarningContext {
  readonly targets: TargetSets;
  readonly stateOf: (key: string) => PlanAssetState;
  /** Partitions that would be made if other runs did not hold them. */
  readonly doubled: TargetSets;
  /** Partitions that the run finds made by others: see `PlannedRun.awaited`. */
  readonly awaited: TargetSets;
}

/** What a person should know about one asset of a plan. */
export function findWarnings(context: TargetContext, asset: AssetSnapshot, known: WarningContext): PlanWarning[] {
  const { targets, stateOf, awaited } = known;
  const own = targets.get(asset.key) ?? PartitionSet.EMPTY;
  const warnings = findUnreadable(context, asset, own).flatMap((found) => [
    ...(found.nonexistent.isEmpty ? [] : [upstreamNonexistent(context, found)]),
    ...(found.unasked.isEmpty ? [] : [mappingOutdated(context, found, found.unasked)]),
  ]);
  for (const dep of asset.deps) {
    const upstream = context.assets.get(dep.upstream);
    const read = mappingOf(context, asset, dep)?.upstreamOf(own);
    if (upstream === undefined || read === undefined || upstream.kind === "external") continue;
    const missing = read.partitions
      .subtract(stateOf(upstream.key).materialized)
      .subtract(targets.get(upstream.key) ?? PartitionSet.EMPTY)
      .subtract(awaited.get(upstream.key) ?? PartitionSet.EMPTY);
    if (!missing.isEmpty) warnings.push(upstreamMissing(context, { asset, upstream }, missing));
  }
  return warnings;
}

/** Warnings about selected assets that are not part of the plan. */
export function notReached(asset: AssetSnapshot): PlanWarning {
  return {
    code: "NOT_REACHED",
    severity: "warning",
    asset: asset.key,
    upstream: null,
    partitions: [],
    message: `"${asset.key}" is left out: nothing leads from the chosen partitions to it, and it is cut differently.`,
  };
}

export function externalAsset(asset: AssetSnapshot): PlanWarning {
  return {
    code: "EXTERNAL_ASSET",
    severity: "warning",
    asset: asset.key,
    upstream: null,
    partitions: [],
    message:
      asset.observed === true
        ? `"${asset.key}" is left out: it is an external asset, which is observed by runs of its own.`
        : `"${asset.key}" is left out: it is an external asset, which Heddle does not make.`,
  };
}

/** Says which partitions other runs hold. */
export function alreadyRunning(
  context: TargetContext,
  asset: AssetSnapshot,
  { doubled, isLeftOut }: { readonly doubled: PartitionSet; readonly isLeftOut: boolean },
): PlanWarning {
  const rule = isLeftOut ? ", which is left to them" : "";
  const text = context.spaces.spaceOf(asset.partitions).format(doubled, SHOWN_RANGES);
  return {
    code: "ALREADY_RUNNING",
    severity: "warning",
    asset: asset.key,
    upstream: null,
    partitions: doubled.ranges,
    message: `Runs that are not over already hold ${describe(asset, text)}${rule}.`,
  };
}

interface Ends {
  readonly asset: AssetSnapshot;
  readonly upstream: AssetSnapshot;
}

function upstreamNonexistent(context: TargetContext, found: Unreadable): PlanWarning {
  const { asset, upstream, nonexistent: readers } = found;
  const text = context.spaces.spaceOf(asset.partitions).format(readers, SHOWN_RANGES);
  return {
    code: "UPSTREAM_NONEXISTENT",
    severity: "error",
    asset: asset.key,
    upstream: upstream.key,
    partitions: readers.ranges,
    absent: found.absent.count,
    message: `${describe(asset, text)} ${describeAbsent(context, found)}.`,
  };
}

/** What is read and does not exist: `reads partitions of "weather/raw" that do not exist: 2025-12-30..2025-12-31 (2)`. */
function describeAbsent(context: TargetContext, { upstream, absent, wait }: Unreadable): string {
  const space = context.spaces.spaceOf(upstream.partitions);
  const { ordinals, keys, count } = absent;
  if (count === 0) {
    return wait.kind === "at-least"
      ? `waits for at least ${wait.count} partitions of "${upstream.key}", and reads fewer`
      : `reads partitions of "${upstream.key}", which has none yet`;
  }
  const unnamed = count - ordinals.size - keys.length;
  const named = [
    ...(ordinals.isEmpty ? [] : [space.format(ordinals, SHOWN_RANGES)]),
    ...keys.map((key) => JSON.stringify(key)),
    ...(unnamed > 0 ? [`and ${unnamed.toLocaleString("en")} more`] : []),
  ].join(", ");
  if (count === 1) return `reads a partition of "${upstream.key}" that does not exist: ${named}`;
  const sum = keys.length > 0 ? ` (${count.toLocaleString("en")})` : "";
  return `reads partitions of "${upstream.key}" that do not exist: ${named}${sum}`;
}

/** Says what was left out because it cannot be read. */
export function unreadableLeftOut(context: TargetContext, asset: AssetSnapshot, lost: PartitionSet): PlanWarning {
  const text = context.spaces.spaceOf(asset.partitions).format(lost, SHOWN_RANGES);
  return {
    code: "UPSTREAM_NONEXISTENT",
    severity: "warning",
    asset: asset.key,
    upstream: null,
    partitions: lost.ranges,
    message: `${describe(asset, text)} is left out: it reads partitions that do not exist, or that are left out themselves.`,
  };
}

function mappingOutdated(context: TargetContext, { asset, upstream }: Ends, unasked: PartitionSet): PlanWarning {
  const text = context.spaces.spaceOf(asset.partitions).format(unasked, SHOWN_RANGES);
  return {
    code: "MAPPING_OUTDATED",
    severity: "error",
    asset: asset.key,
    upstream: upstream.key,
    partitions: unasked.ranges,
    message: `What ${describe(asset, text)} reads of "${upstream.key}" is not known yet: the project was loaded too long ago to have asked its mapping. Load it again.`,
  };
}

/** Says why the config of an asset is refused. */
export function configInvalid(asset: AssetSnapshot, problem: string): PlanWarning {
  return {
    code: "CONFIG_INVALID",
    severity: "error",
    asset: asset.key,
    upstream: null,
    partitions: [],
    message: `The config of "${asset.key}" is refused: ${problem}`,
  };
}

function upstreamMissing(context: TargetContext, { asset, upstream }: Ends, missing: PartitionSet): PlanWarning {
  const text = context.spaces.spaceOf(upstream.partitions).format(missing, SHOWN_RANGES);
  return {
    code: "UPSTREAM_MISSING",
    severity: "warning",
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
