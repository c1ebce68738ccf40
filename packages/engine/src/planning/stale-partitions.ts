import type { PartitionSet } from "@heddle/core/internal";
import { readStalePartitions, type JudgedAsset, type Transaction } from "@heddle/storage";
import type { PlanningState } from "./planning-state.ts";
import type { DefinitionsIndex, IndexedAsset } from "./definitions-index.ts";
import type { PartitionSpaces } from "./partition-spaces.ts";

/** Which partitions are asked about, and by what they are judged. */
export interface StaleScope {
  readonly index: DefinitionsIndex;
  readonly spaces: PartitionSpaces;
  readonly environmentId: number;
  readonly assets: readonly IndexedAsset[];
}

/**
 * Finds the partitions of some assets that are out of date, by asset id; what they read, directly and indirectly, is
 * looked at as well.
 */
export async function readStale(
  state: PlanningState,
  tx: Transaction,
  { index, spaces, environmentId, assets }: StaleScope,
): Promise<ReadonlyMap<number, PartitionSet>> {
  const numbers = index.graph.ancestors(
    assets.map(({ key }) => index.graph.indexOf(key)),
    Infinity,
  );
  const judged = [...index.graph.topologicalOrder].flatMap((number) => {
    const asset = numbers.has(number) ? index.declared[number] : undefined;
    return asset === undefined ? [] : [judgedBy(asset, index, spaces)];
  });
  return readStalePartitions(tx, {
    environmentId,
    assets: judged,
    codeVersionsOf: (within, ids) => state.definitions.assetCodeVersions(within, ids),
  });
}

/** What an asset is judged by, as it is declared now. */
export function judgedBy(asset: IndexedAsset, index: DefinitionsIndex, spaces: PartitionSpaces): JudgedAsset {
  const { id, key, definition } = asset;
  const deps = definition.deps.flatMap((dep) => {
    const upstream = index.byKey(dep.upstream);
    if (upstream === undefined || upstream.removedAt !== null) return [];
    const mapping = spaces.mapping(dep, { upstream, downstream: asset });
    const isSuccessive =
      upstream === asset &&
      dep.mapping.kind === "time-window" &&
      dep.mapping.startOffset <= -1 &&
      dep.mapping.endOffset === -1;
    return [{ upstreamId: upstream.id, mapping, isSuccessive }];
  });
  return { id, key, codeVersion: definition.codeVersion, all: spaces.of(asset).all, deps };
}
