import { PartitionSet, type AutomationResult } from "@heddle/core";

/**
 * What an evaluation requests of assets that the one before had not: a condition that goes on holding, for partitions that
 * were requested and wait for their turn, asks for nothing new.
 */
export function newRequests({ state, requested }: AutomationResult): ReadonlyMap<string, PartitionSet> {
  const fresh = new Map<string, PartitionSet>();
  for (const [key, wanted] of requested) {
    const spent = state.targets.get(key)?.spent ?? [];
    const set = spent.reduce((all, piece) => (piece.at === state.at ? all.union(piece.set) : all), PartitionSet.EMPTY);
    const asked = set.intersect(wanted);
    if (!asked.isEmpty) fresh.set(key, asked);
  }
  return fresh;
}
