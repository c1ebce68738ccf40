import { PartitionSet, resolveMapping } from "@heddle/core";
import type { DefinitionsIndex } from "../definitions/definitions-index.ts";
import type { PartitionSpaces } from "../definitions/partition-spaces.ts";

export interface MissingUpstreamScope {
  readonly index: DefinitionsIndex;
  readonly spaces: PartitionSpaces;
  readonly materializedOf: (key: string) => PartitionSet;
}

/**
 * What must be made first so that the given partitions find what they read: upstream partitions that are not there, and
 * what those read in turn. One pass against the direction of data. Answers everything together, the given ones included.
 */
export function addMissingUpstream(
  targets: ReadonlyMap<string, PartitionSet>,
  { index, spaces, materializedOf }: MissingUpstreamScope,
): Map<string, PartitionSet> {
  const needed = new Map(targets);
  for (const number of index.graph.topologicalOrder.toReversed()) {
    const asset = index.declared[number];
    const own = asset === undefined ? undefined : needed.get(asset.key);
    if (asset === undefined || own === undefined || own.isEmpty) continue;
    for (const { upstream: key, mapping } of asset.definition.deps) {
      const upstream = index.byKey(key);
      if (upstream === undefined || upstream === asset || upstream.definition.kind === "external") continue;
      if (upstream.removedAt !== null) continue;
      const ends = { upstream: spaces.of(upstream), downstream: spaces.of(asset) };
      const missing = resolveMapping(mapping, ends).upstreamOf(own).partitions.subtract(materializedOf(key));
      if (!missing.isEmpty) needed.set(key, missing.union(needed.get(key) ?? PartitionSet.EMPTY));
    }
  }
  return needed;
}
