import { PartitionSet } from "../partitions/partition-set.ts";
import { awaitedBy, type PlannedRun } from "./plan-run.ts";

/**
 * The part of a plan that makes some of its assets, as if only these had been selected. For assets that read nothing of
 * the others that the plan makes: then planning all at once and taking it apart costs what one plan costs.
 *
 * @param keys of the assets
 */
export function partOfPlan(
  { plan, doubled, elsewhere, awaitNewer }: PlannedRun,
  keys: ReadonlySet<string>,
): PlannedRun {
  const assets = plan.assets
    .filter(({ key }) => keys.has(key))
    .map((asset) => ({
      ...asset,
      deps: asset.deps.map((dep) => (dep.inRun && !keys.has(dep.upstream) ? { ...dep, inRun: false } : dep)),
    }));
  const own = new Map([...elsewhere].filter(([key]) => keys.has(key)));
  return {
    plan: {
      ...plan,
      assets,
      warnings: plan.warnings.filter(({ asset }) => keys.has(asset)),
      total: assets.reduce((sum, { partitions }) => sum + PartitionSet.fromRanges(partitions).size, 0),
    },
    doubled: new Map([...doubled].filter(([key]) => keys.has(key))),
    awaited: awaitedBy(own, new Set([...keys, ...awaitNewer])),
    elsewhere: own,
    awaitNewer,
  };
}
