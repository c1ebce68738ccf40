import { PARTITION_STATUSES, PartitionSet, type PartitionStatus } from "@heddle/core/internal";
import type { PartitionSets } from "./partition-sets.ts";

/** Every partition of an asset with its status, as runs of equal status. */
export interface PartitionStatusList {
  /** `[statusCode, start, end, …]`: sorted, disjoint, together exactly the partitions that exist. */
  readonly runs: readonly number[];
  readonly counts: Readonly<Record<PartitionStatus, number>>;
}

/** Where a partition is in several sets, the first of these is what is shown. */
const PRECEDENCE = ["running", "queued", "failed", "skipped", "stale", "fresh"] as const;

/**
 * Merges an asset's sets into one status for each partition of `all`. What does not exist (any more) is left out. Cost
 * is by the number of ranges.
 *
 * @param stale materialized partitions that are out of date
 */
export function listPartitionStatuses(
  all: PartitionSet,
  sets: PartitionSets,
  stale: PartitionSet = PartitionSet.EMPTY,
): PartitionStatusList {
  const counts: Record<PartitionStatus, number> = {
    missing: 0,
    fresh: 0,
    stale: 0,
    failed: 0,
    running: 0,
    queued: 0,
    skipped: 0,
  };
  const members = { ...sets, stale: stale.intersect(sets.materialized), fresh: sets.materialized };
  const lists: { code: number; ranges: readonly number[] }[] = [];
  let rest = all;
  const take = (status: PartitionStatus, set: PartitionSet): void => {
    if (set.isEmpty) return;
    counts[status] = set.size;
    lists.push({ code: PARTITION_STATUSES.indexOf(status), ranges: set.ranges });
  };
  for (const status of PRECEDENCE) {
    const set = members[status];
    if (set.isEmpty) continue;
    const shown = rest.intersect(set);
    if (shown.isEmpty) continue;
    take(status, shown);
    rest = rest.subtract(shown);
  }
  take("missing", rest);
  let runs: readonly number[] | undefined;
  return {
    counts,
    // Lists of many assets only count.
    get runs() {
      return (runs ??= mergeRuns(lists));
    },
  };
}

/** Merges disjoint lists into one in the order of the ordinals. A set's ranges never touch, so nothing has to be joined. */
function mergeRuns(lists: readonly { code: number; ranges: readonly number[] }[]): number[] {
  const positions = lists.map(() => 0);
  // A million ranges come by here: the starts are at hand, and nothing is allocated on the way.
  const starts = lists.map(({ ranges }) => ranges[0] ?? Infinity);
  const merged: number[] = [];
  for (;;) {
    let next = -1;
    let start = Infinity;
    for (let at = 0; at < starts.length; at += 1) {
      const candidate = starts[at] ?? Infinity;
      if (candidate < start) {
        next = at;
        start = candidate;
      }
    }
    const list = lists[next];
    if (list === undefined) return merged;
    const position = positions[next] ?? 0;
    merged.push(list.code, start, list.ranges[position + 1] ?? start);
    positions[next] = position + 2;
    starts[next] = list.ranges[position + 2] ?? Infinity;
  }
}
