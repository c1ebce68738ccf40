import { PartitionSet } from "./partition-set.ts";
import type { PartitionSpace } from "./partition-space.ts";
import {
  absentPartitions,
  type AbsentPartitions,
  type MappingEnds,
  type ResolvedMapping,
  type UpstreamPartitions,
} from "./resolved-mapping.ts";

/** What a mapping that is written out key by key says of one downstream partition. */
export interface ListedReads {
  /** Upstream ordinals, existing or not. */
  readonly ordinals: PartitionSet;
  /** Keys that were listed and have no ordinal; a dynamic one may come later. */
  readonly unknown: readonly string[];
}

/**
 * A mapping that is written out: upstream ordinals by downstream ordinal. Costs by what is listed for the partitions that
 * are asked about, and by their ranges.
 */
export class ListedRelation implements ResolvedMapping {
  readonly #ends: MappingEnds<PartitionSpace>;
  readonly #reads: ReadonlyMap<number, ListedReads>;
  readonly #listed: PartitionSet;
  readonly #isExhaustive: boolean;
  /** Downstream ordinals by upstream ordinal: made when the first reader is asked for. */
  #readers: ReadonlyMap<number, readonly number[]> | undefined;
  #read = PartitionSet.EMPTY;

  /** @param isExhaustive whether a downstream partition that is not listed reads nothing; else what it reads is not known */
  constructor(reads: ReadonlyMap<number, ListedReads>, ends: MappingEnds<PartitionSpace>, isExhaustive: boolean) {
    this.#reads = reads;
    this.#ends = ends;
    this.#isExhaustive = isExhaustive;
    this.#listed = PartitionSet.of(reads.keys());
  }

  upstreamOf(downstream: PartitionSet): UpstreamPartitions {
    const { all } = this.#ends.upstream;
    const unasked = this.#isExhaustive ? PartitionSet.EMPTY : downstream.subtract(this.#listed);
    const ranges: number[] = [];
    const missing: number[] = [];
    for (const ordinal of downstream.intersect(this.#listed)) {
      const read = this.#reads.get(ordinal);
      if (read === undefined) continue;
      for (const bound of read.ordinals.ranges) ranges.push(bound);
      if (read.unknown.length > 0 || !read.ordinals.isSubsetOf(all)) missing.push(ordinal);
    }
    const read = PartitionSet.fromRanges(ranges);
    return {
      partitions: read.intersect(all),
      nonexistent: PartitionSet.of(missing).union(unasked),
      absent: read.subtract(all),
      ...(!unasked.isEmpty && { unasked }),
    };
  }

  downstreamOf(upstream: PartitionSet): PartitionSet {
    const readers = (this.#readers ??= this.#invert());
    const found: number[] = [];
    for (const ordinal of upstream.intersect(this.#ends.upstream.all).intersect(this.#read)) {
      for (const reader of readers.get(ordinal) ?? []) found.push(reader);
    }
    return PartitionSet.of(found).intersect(this.#ends.downstream.all);
  }

  absentOf(downstream: PartitionSet): AbsentPartitions {
    const reads = Array.from(downstream.intersect(this.#listed), (ordinal) => this.#reads.get(ordinal));
    const ranges = reads.flatMap((read) => read?.ordinals.ranges ?? []);
    const unknown = new Set(reads.flatMap((read) => read?.unknown ?? []));
    return absentPartitions(PartitionSet.fromRanges(ranges).subtract(this.#ends.upstream.all), [...unknown]);
  }

  #invert(): Map<number, number[]> {
    const readers = new Map<number, number[]>();
    for (const [downstream, { ordinals }] of this.#reads) {
      for (const ordinal of ordinals) {
        const known = readers.get(ordinal);
        if (known === undefined) readers.set(ordinal, [downstream]);
        else known.push(downstream);
      }
    }
    this.#read = PartitionSet.of(readers.keys());
    return readers;
  }
}
