import type { PartitionStatuses } from "@heddle/api";
import { type PartitionSpace, resolvePartitions } from "@heddle/core";
import { type DynamicKeys, type PartitionSet } from "@heddle/core/internal";
import { useMemo } from "react";
import { dynamicNames } from "./dynamic-names.ts";
import { StatusRuns } from "./status-runs.ts";
import { useDynamicKeys } from "./use-dynamic-keys.ts";

/** The partitions of an asset: what they are in, and what they are called. */
export interface Partitions {
  readonly runs: StatusRuns;
  readonly space: PartitionSpace;
  /** False where there are more dynamic keys than were read: then only the server can read a text of partitions. */
  readonly knowsAllKeys: boolean;
}

/** Builds both from the server's answer: keys are made here, the answer holds none; those of dynamic definitions are read. */
export function usePartitions(statuses: PartitionStatuses | undefined): Partitions | null {
  const { keys, complete, isPending } = useDynamicKeys(dynamicNames(statuses?.spec ?? null), statuses?.all);
  return useMemo(
    () => (statuses === undefined || isPending ? null : partitionsOf(statuses, { keys, complete })),
    [statuses, keys, complete, isPending],
  );
}

interface ReadKeys {
  readonly keys: DynamicKeys;
  readonly complete: boolean;
}

function partitionsOf({ spec, now, runs }: PartitionStatuses, { keys, complete }: ReadKeys): Partitions {
  const space = resolvePartitions(spec, { now, dynamicKeys: (name) => keys[name] ?? [] });
  return { runs: new StatusRuns(runs), space, knowsAllKeys: complete };
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

/** A set in words that `parseRange` reads back as the same set, as short as an address wants it. */
export function partitionText(space: PartitionSpace, set: PartitionSet): string {
  if (set.equals(space.all)) return "all";
  const text = space.format(set, Number.POSITIVE_INFINITY).replace(/ \(\d+\)$/u, "");
  // Keys in quotes may hold the same signs as what stands between keys.
  return text.includes('"') ? text : text.replaceAll(", ", ",");
}
