import { PartitionSet } from "./partition-set.ts";
import type { PartitionSpace } from "./partition-space.ts";

/** What downstream partitions read. */
export interface UpstreamPartitions {
  /** The upstream partitions that exist. */
  readonly partitions: PartitionSet;
  /** Downstream ordinals that need an upstream partition that does not exist. */
  readonly nonexistent: PartitionSet;
  /** Upstream partitions that are needed and do not exist, as far as they have ordinals. @default none */
  readonly absent?: PartitionSet;
  /**
   * Those among `nonexistent` of which a mapping by a function does not know what they read, because it was not asked for
   * them: loading the project again asks it. @default none
   */
  readonly unasked?: PartitionSet;
}

/** Upstream partitions that are needed and do not exist, to be named. */
export interface AbsentPartitions {
  /** Those that have ordinals. */
  readonly ordinals: PartitionSet;
  /** The first of the others, by key. */
  readonly keys: readonly string[];
  /** How many there are; 0 where a mapping needs something of an upstream that has no partitions at all. */
  readonly count: number;
}

/** How many keys without an ordinal are named. */
export const NAMED_KEYS = 3;

/** Absent partitions, of which some have no ordinals. */
export function absentPartitions(ordinals: PartitionSet, keys: readonly string[] = []): AbsentPartitions {
  return { ordinals, keys: keys.slice(0, NAMED_KEYS), count: ordinals.size + keys.length };
}

/** Absent partitions whose keys are those of the partitions that would read them. */
export function absentKeys(downstream: PartitionSet, { keyOf }: PartitionSpace): AbsentPartitions {
  const keys = Array.from(downstream.take(NAMED_KEYS), (ordinal) => keyOf(ordinal) ?? `#${ordinal}`);
  return { ordinals: PartitionSet.EMPTY, keys, count: downstream.size };
}

/** A partition mapping between two spaces. Costs by ranges, not by partitions. */
export interface ResolvedMapping {
  /** What any of these downstream partitions reads. */
  upstreamOf(downstream: PartitionSet): UpstreamPartitions;
  /** The existing downstream partitions that read any of these upstream ones. */
  downstreamOf(upstream: PartitionSet): PartitionSet;
  /** Which upstream partitions these downstream ones, all of which `upstreamOf` calls `nonexistent`, need in vain. */
  absentOf(downstream: PartitionSet): AbsentPartitions;
}

/** The two ends of a mapping. */
export interface MappingEnds<TSpace> {
  readonly upstream: TSpace;
  readonly downstream: TSpace;
}
