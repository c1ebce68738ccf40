import type { PartitionStatuses } from "@heddle/api";
import { type PartitionSet, type PartitionSpace, resolvePartitions } from "@heddle/core";
import { useMemo } from "react";
import { StatusRuns } from "./status-runs.ts";

/** The partitions of an asset: what they are in, and what they are called. */
export interface Partitions {
  readonly runs: StatusRuns;
  readonly space: PartitionSpace;
}

/** Builds both from the server's answer: keys are made here, the answer holds none. */
export function usePartitions(statuses: PartitionStatuses | undefined): Partitions | null {
  return useMemo(() => (statuses === undefined ? null : partitionsOf(statuses)), [statuses]);
}

export function partitionsOf({ spec, now, runs }: PartitionStatuses): Partitions {
  return { runs: new StatusRuns(runs), space: resolvePartitions(spec, { now }) };
}

/** The name of a partition; its number where only the store knows the name. */
export function partitionName(space: PartitionSpace, ordinal: number): string {
  const key = space.keyOf(ordinal);
  return key === null || key === "" ? `#${ordinal}` : key;
}

/** Where the last window ends: the name of the window after it; `null` when the partitions are not by time. */
export function endOfWindow(space: PartitionSpace, ordinal: number): string | null {
  return space.windowOf(ordinal) === null ? null : space.keyOf(ordinal + 1);
}

/** A set in words that `parseRange` reads back as the same set. */
export function partitionText(space: PartitionSpace, set: PartitionSet): string {
  if (set.equals(space.all)) return "all";
  const parts: string[] = [];
  for (let i = 0; i + 1 < set.ranges.length; i += 2) {
    const first = partitionName(space, set.ranges[i] ?? 0);
    const last = partitionName(space, (set.ranges[i + 1] ?? 0) - 1);
    parts.push(first === last ? first : `${first}..${last}`);
  }
  return parts.join(",");
}
