import type { ResolvedMapping } from "../partitions/resolved-mapping.ts";
import { PartitionSet } from "../partitions/partition-set.ts";
import type { WaitPolicy } from "../partitions/wait-policy.ts";

/** What one downstream partition reads through one dependency. */
export interface NeededPartitions {
  /** Those that exist. */
  readonly existing: PartitionSet;
  /** Those that would be read, too, if they existed, as far as they have ordinals. */
  readonly absent: PartitionSet;
  /** How many would be read, too, if they existed; at least one when something does not that has no ordinal. */
  readonly nonexistent: number;
}

/** Finds what one downstream partition reads. */
export function neededBy(mapping: ResolvedMapping, downstream: number): NeededPartitions {
  const read = mapping.upstreamOf(PartitionSet.range(downstream, downstream + 1));
  const { partitions: existing, nonexistent, absent = PartitionSet.EMPTY } = read;
  if (nonexistent.isEmpty) return { existing, absent: PartitionSet.EMPTY, nonexistent: 0 };
  return { existing, absent, nonexistent: Math.max(1, absent.size) };
}

/** How many of the existing partitions may be missing under a wait policy; negative when it can never be met. */
export function toleratedMissing(wait: WaitPolicy, { existing, nonexistent }: NeededPartitions): number {
  switch (wait.kind) {
    case "all":
      return -nonexistent;
    case "at-least":
      return existing.size - wait.count;
    case "at-most-missing":
      return wait.count - nonexistent;
  }
}
