import { expect } from "vitest";
import { type PartitionSpace } from "../src/index.ts";
import { PartitionSet, type ResolvedMapping } from "../src/internal.ts";

export const one = (ordinal: number): PartitionSet => PartitionSet.range(ordinal, ordinal + 1);

/** At most this many members, spread over the set. */
export const spread = (set: PartitionSet, count: number): number[] => {
  const all = [...set.take(3000)];
  const step = Math.max(1, Math.floor(all.length / count));
  return all.filter((_, index) => index % step === 0);
};

/** A mapping of sets is what it is of their members, and its two directions are one relation. */
export function expectRelation(
  mapping: ResolvedMapping,
  ends: { readonly upstream: PartitionSpace; readonly downstream: PartitionSpace },
): void {
  const downstream = spread(ends.downstream.all, 12);
  const upstream = spread(ends.upstream.all, 12);
  const reads = downstream.map((ordinal) => mapping.upstreamOf(one(ordinal)));
  // A set reads what its members read.
  const together = mapping.upstreamOf(PartitionSet.of(downstream));
  const union = reads.reduce((set, each) => set.union(each.partitions), PartitionSet.EMPTY);
  expect(together.partitions.ranges).toEqual(union.ranges);
  expect([...together.nonexistent]).toEqual(downstream.filter((_, index) => !reads[index]!.nonexistent.isEmpty));
  expect(together.partitions.isSubsetOf(ends.upstream.all)).toBe(true);
  // Nothing reads nothing, and is read by nothing.
  const nothing = mapping.upstreamOf(PartitionSet.EMPTY);
  expect([nothing.partitions.size, nothing.nonexistent.size]).toEqual([0, 0]);
  expect(mapping.downstreamOf(PartitionSet.EMPTY).size).toBe(0);
  // Both directions are one relation.
  const readers = upstream.map((ordinal) => mapping.downstreamOf(one(ordinal)));
  for (const [at, ordinal] of upstream.entries()) {
    for (const [index, reader] of downstream.entries()) {
      expect(readers[at]!.has(reader)).toBe(reads[index]!.partitions.has(ordinal));
    }
  }
  const allReaders = readers.reduce((set, each) => set.union(each), PartitionSet.EMPTY);
  expect(mapping.downstreamOf(PartitionSet.of(upstream)).ranges).toEqual(allReaders.ranges);
  expect(allReaders.isSubsetOf(ends.downstream.all)).toBe(true);
}
