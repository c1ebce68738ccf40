import { PartitionSet } from "../partitions/partition-set.ts";
import type { ResolvedMapping } from "../partitions/resolve-mapping.ts";

/** Rounds after which following an asset's reads of itself stops: chains of gaps longer than this are no real case. */
const MAX_ROUNDS = 1_000;

/**
 * Partitions of an asset that reads itself which, directly or through others of `among`, read one of `from`.
 * `from` is not part of the answer unless it is in `among`.
 */
export function readersWithin(mapping: ResolvedMapping, from: PartitionSet, among: PartitionSet): PartitionSet {
  return close(from, among, (set) => mapping.downstreamOf(set));
}

/** Partitions of an asset that reads itself which are in `among` and are read, directly or through others, by `from`. */
export function readWithin(mapping: ResolvedMapping, from: PartitionSet, among: PartitionSet): PartitionSet {
  return close(from, among, (set) => mapping.upstreamOf(set).partitions);
}

/**
 * Follows `next` within `among` until nothing is new. Successive partitions lie side by side, and each round would find
 * one more of them: so a range of `among` whose first two rounds went from neighbour to neighbour is tried as a whole.
 */
function close(from: PartitionSet, among: PartitionSet, next: (set: PartitionSet) => PartitionSet): PartitionSet {
  let found = PartitionSet.EMPTY;
  let newest = from;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    newest = next(newest).intersect(among).subtract(found);
    if (newest.isEmpty) break;
    found = found.union(newest);
    const leap = leapOver(newest, among.subtract(found), next);
    found = found.union(leap);
    newest = newest.union(leap);
  }
  return found;
}

/**
 * What of `rest` follows from `newest` neighbour by neighbour: whole ranges of it that touch `newest`, where each member
 * follows from the one beside it.
 */
function leapOver(newest: PartitionSet, rest: PartitionSet, next: (set: PartitionSet) => PartitionSet): PartitionSet {
  const kept: number[] = [];
  const { ranges } = rest;
  for (let at = 0; at < ranges.length; at += 2) {
    const [start, end] = [ranges[at] ?? 0, ranges[at + 1] ?? 0];
    const range = PartitionSet.range(start, end);
    if (newest.has(start - 1) && range.isSubsetOf(next(PartitionSet.range(start - 1, end - 1)))) kept.push(start, end);
    else if (newest.has(end) && range.isSubsetOf(next(PartitionSet.range(start + 1, end + 1)))) kept.push(start, end);
  }
  return PartitionSet.fromRanges(kept);
}
