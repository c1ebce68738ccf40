import { HeddleError } from "../errors.ts";
import { formatNearest } from "../nearest.ts";
import type { PartitionSet } from "../partitions/partition-set.ts";
import type { JsonValue } from "../types.ts";
import type { RunPlan, RunPlanAsset } from "./run-plan.ts";

/** What of a plan is to be done again. */
export interface NarrowedAsset {
  readonly partitions: PartitionSet;
  /** Those of the partitions whose newest step failed. */
  readonly failed: PartitionSet;
  /** Those of the partitions that have a materialization by now. */
  readonly materialized: PartitionSet;
}

/** What is different the next time. */
export interface NarrowPlanChanges {
  /** Config by asset key; assets that are not named keep theirs. */
  readonly config?: Readonly<Record<string, JsonValue>>;
}

/**
 * The part of a plan that does `assets` (by key) again and nothing else, resolved at the same instant. What is left out
 * is taken as done: nothing waits for it.
 * @throws PLAN_CONFIG_INVALID when config is stated for an asset that is not done again
 */
export function narrowPlan(
  plan: RunPlan,
  assets: ReadonlyMap<string, NarrowedAsset>,
  { config = {} }: NarrowPlanChanges = {},
): RunPlan {
  const kept = new Set([...assets].filter(([, { partitions }]) => !partitions.isEmpty).map(([key]) => key));
  const narrowed: RunPlanAsset[] = [];
  let total = 0;
  for (const asset of plan.assets) {
    const part = assets.get(asset.key);
    if (part === undefined || !kept.has(asset.key)) continue;
    const failed = part.partitions.intersect(part.failed).size;
    const materialized = part.partitions.intersect(part.materialized);
    const fresh = materialized.subtract(part.failed).size;
    const changed = Object.hasOwn(config, asset.key) ? config[asset.key] : undefined;
    total += part.partitions.size;
    narrowed.push({
      ...asset,
      partitions: part.partitions.ranges,
      deps: asset.deps.map((dep) => ({ ...dep, inRun: dep.inRun && kept.has(dep.upstream) })),
      ...(changed !== undefined && { config: changed }),
      counts: { missing: part.partitions.size - failed - fresh, failed, stale: 0, fresh },
      overwrites: materialized.size,
    });
  }
  const unused = Object.keys(config).find((key) => !kept.has(key));
  if (unused !== undefined) throw configUnused(unused, kept);
  return { ...plan, assets: narrowed, warnings: [], total };
}

function configUnused(asset: string, kept: ReadonlySet<string>): HeddleError {
  const hint = formatNearest(asset, kept) ?? "State config only for assets that are done again.";
  return new HeddleError("PLAN_CONFIG_INVALID", `config is stated for "${asset}", which is not done again`, {
    hint,
    details: { asset },
  });
}
