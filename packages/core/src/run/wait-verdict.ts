import type { ResolvedMapping } from "../partitions/resolved-mapping.ts";
import { PartitionSet } from "../partitions/partition-set.ts";
import type { WaitPolicy } from "../partitions/wait-policy.ts";

/** What one downstream partition reads through one dependency. */
export interface NeededPartitions {
  /** Those that exist. */
  readonly existing: PartitionSet;
  /** How many more it would read if they existed. */
  readonly nonexistent: number;
}

/** Finds what one downstream partition reads. */
export function neededBy(mapping: ResolvedMapping, downstream: number): NeededPartitions {
  const { partitions, nonexistent } = mapping.upstreamOf(PartitionSet.range(downstream, downstream + 1));
  return { existing: partitions, nonexistent: nonexistent.isEmpty ? 0 : 1 };
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
