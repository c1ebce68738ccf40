import { PartitionSet, targetId, type AutomationResult } from "@heddle/core/internal";

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

/** Partitions on which a condition requests its check, and how many requests in a row led to that. */
export interface CheckRequest {
  readonly asset: string;
  readonly check: string;
  readonly partitions: PartitionSet;
  readonly generation: number;
}

/** The same of checks. */
export function newCheckRequests({ state, requestedChecks }: AutomationResult): readonly CheckRequest[] {
  const requests: CheckRequest[] = [];
  for (const [asset, checks] of requestedChecks) {
    for (const [check, wanted] of checks) {
      const spent = (state.targets.get(targetId(asset, check))?.spent ?? []).filter(({ at }) => at === state.at);
      const partitions = spent.reduce((all, { set }) => all.union(set), PartitionSet.EMPTY).intersect(wanted);
      const generation = Math.max(1, ...spent.map((piece) => piece.generation));
      if (!partitions.isEmpty) requests.push({ asset, check, partitions, generation });
    }
  }
  return requests;
}
