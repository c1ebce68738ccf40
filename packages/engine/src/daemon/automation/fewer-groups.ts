import type { RequestGroup } from "@heddle/core/internal";

/** Runs that one evaluation makes at most, as long as there are fewer kinds of runs. */
export const MAX_RUNS = 20;

/**
 * Puts groups together where there are more than runs should be: thousands of assets with the same clock are a few runs, and
 * not thousands. The largest stay for themselves.
 */
export function fewerGroups(groups: readonly RequestGroup[], most = MAX_RUNS): readonly RequestGroup[] {
  if (groups.length <= most) return groups;
  const bySize = groups.toSorted((a, b) => b.selected.length - a.selected.length);
  const kinds = new Set(groups.map(({ runKind }) => runKind));
  const alone = bySize.slice(0, Math.max(0, most - kinds.size));
  const rest = Map.groupBy(bySize.slice(alone.length), ({ runKind }) => runKind);
  return [...alone, ...[...rest.values()].map(joinGroups)];
}

/** One group of several of one kind. */
export function joinGroups(groups: readonly RequestGroup[]): RequestGroup {
  return {
    runKind: groups[0]?.runKind ?? "",
    selected: groups.flatMap(({ selected }) => selected),
    partitions: new Map(groups.flatMap(({ partitions }) => [...partitions])),
    generations: Object.assign({}, ...groups.map(({ generations }) => generations)) as RequestGroup["generations"],
  };
}
