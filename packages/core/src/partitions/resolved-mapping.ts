import type { PartitionSet } from "./partition-set.ts";

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

/** A partition mapping between two spaces. Costs by ranges, not by partitions. */
export interface ResolvedMapping {
  /** What any of these downstream partitions reads. */
  upstreamOf(downstream: PartitionSet): UpstreamPartitions;
  /** The existing downstream partitions that read any of these upstream ones. */
  downstreamOf(upstream: PartitionSet): PartitionSet;
}

/** The two ends of a mapping. */
export interface MappingEnds<TSpace> {
  readonly upstream: TSpace;
  readonly downstream: TSpace;
}
