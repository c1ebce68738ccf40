import { PartitionSet } from "../partitions/partition-set.ts";
import { mappingOf, type TargetContext, type TargetSets } from "./plan-targets.ts";
import { readWithin } from "./self-closure.ts";

/** What is there, and what is on its way elsewhere: neither is to be made. */
export type AvailableOf = (key: string) => PartitionSet;

/**
 * What must be made first so that the given partitions find what they read: upstream partitions that are not there, and
 * what those read in turn. One pass against the direction of data. Answers everything together, the given ones included.
 */
export function addMissingUpstream(context: TargetContext, given: TargetSets, availableOf: AvailableOf): TargetSets {
  const needed: TargetSets = new Map(given);
  for (const asset of [...context.assets.values()].toReversed()) {
    let own = needed.get(asset.key);
    if (own === undefined || own.isEmpty || asset.kind === "external") continue;
    for (const dep of asset.deps) {
      if (dep.upstream !== asset.key) continue;
      const mapping = mappingOf(context, asset, dep);
      const missing = context.spaces.spaceOf(asset.partitions).all.subtract(availableOf(asset.key));
      if (mapping !== undefined) own = own.union(readWithin(mapping, own, missing.union(own)));
      needed.set(asset.key, own);
    }
    for (const dep of asset.deps) {
      const upstream = context.assets.get(dep.upstream);
      if (upstream === undefined || upstream === asset || upstream.kind === "external") continue;
      const read = mappingOf(context, asset, dep)?.upstreamOf(own).partitions ?? PartitionSet.EMPTY;
      const missing = read.subtract(availableOf(dep.upstream));
      if (!missing.isEmpty) needed.set(dep.upstream, missing.union(needed.get(dep.upstream) ?? PartitionSet.EMPTY));
    }
  }
  return needed;
}
