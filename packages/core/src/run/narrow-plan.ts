import type { PartitionSet } from "../partitions/partition-set.ts";
import type { RunPlan, RunPlanAsset } from "./run-plan.ts";

/** What of a plan is to be done again. */
export interface NarrowedAsset {
  readonly partitions: PartitionSet;
  /** Those of the partitions whose newest step failed. */
  readonly failed: PartitionSet;
  /** Those of the partitions that have a materialization by now. */
  readonly materialized: PartitionSet;
}

/**
 * The part of a plan that does `assets` (by key) again and nothing else, resolved at the same instant. What is left out
 * is taken as done: nothing waits for it.
 */
export function narrowPlan(plan: RunPlan, assets: ReadonlyMap<string, NarrowedAsset>): RunPlan {
  const kept = new Set([...assets].filter(([, { partitions }]) => !partitions.isEmpty).map(([key]) => key));
  const narrowed: RunPlanAsset[] = [];
  for (const asset of plan.assets) {
    const part = assets.get(asset.key);
    if (part === undefined || !kept.has(asset.key)) continue;
    const failed = part.partitions.intersect(part.failed).size;
    const materialized = part.partitions.intersect(part.materialized);
    const fresh = materialized.subtract(part.failed).size;
    narrowed.push({
      ...asset,
      partitions: part.partitions.ranges,
      deps: asset.deps.map((dep) => ({ ...dep, inRun: dep.inRun && kept.has(dep.upstream) })),
      counts: { missing: part.partitions.size - failed - fresh, failed, fresh },
      overwrites: materialized.size,
    });
  }
  const total = narrowed.reduce((sum, { counts }) => sum + counts.missing + counts.failed + counts.fresh, 0);
  return { ...plan, assets: narrowed, warnings: [], total };
}
