import { PartitionSet } from "./partition-set.ts";
import type { PartitionSpace } from "./partition-space.ts";
import {
  absentKeys,
  type AbsentPartitions,
  type MappingEnds,
  type ResolvedMapping,
  type UpstreamPartitions,
} from "./resolved-mapping.ts";

/** Ordinals `[start, end)` of one list whose keys have, in the other, the ordinals `by` further on. */
interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly by: number;
}

/**
 * The partition with the same key, between two lists of keys whose ordinals differ. Keys are looked up once, when the
 * mapping is first used; after that it costs by stretches in which both lists go on alike: one stretch for a list that
 * was only moved or extended, as many as there are keys for one that was shuffled.
 */
export class ShiftedRelation implements ResolvedMapping {
  readonly #ends: MappingEnds<PartitionSpace>;
  #upstream: readonly Stretch[] | undefined;
  #downstream: readonly Stretch[] | undefined;

  constructor(ends: MappingEnds<PartitionSpace>) {
    this.#ends = ends;
  }

  upstreamOf(downstream: PartitionSet): UpstreamPartitions {
    const stretches = (this.#upstream ??= stretchesOf(this.#ends.downstream, this.#ends.upstream));
    const { found, known } = move(downstream, stretches);
    return { partitions: found, nonexistent: downstream.subtract(known) };
  }

  downstreamOf(upstream: PartitionSet): PartitionSet {
    const stretches = (this.#downstream ??= stretchesOf(this.#ends.upstream, this.#ends.downstream));
    return move(upstream.intersect(this.#ends.upstream.all), stretches).found;
  }

  absentOf(downstream: PartitionSet): AbsentPartitions {
    return absentKeys(downstream, this.#ends.downstream);
  }
}

/** Where the keys of one list stand in the other, in order of the first. */
function stretchesOf(from: PartitionSpace, to: PartitionSpace): Stretch[] {
  const stretches: { start: number; end: number; by: number }[] = [];
  for (const ordinal of from.all) {
    const key = from.keyOf(ordinal);
    const other = key === null ? null : to.ordinalOf(key);
    if (other === null || !to.all.has(other)) continue;
    const last = stretches[stretches.length - 1];
    if (last !== undefined && last.end === ordinal && last.by === other - ordinal) last.end += 1;
    else stretches.push({ start: ordinal, end: ordinal + 1, by: other - ordinal });
  }
  return stretches;
}

/** What the members of a set are in the other list, and which of them are there at all. */
function move(set: PartitionSet, stretches: readonly Stretch[]): { found: PartitionSet; known: PartitionSet } {
  const [found, known]: [number[], number[]] = [[], []];
  const { ranges } = set;
  for (let at = 0, next = 0; at < ranges.length && next < stretches.length;) {
    const [start = 0, end = 0] = [ranges[at], ranges[at + 1]];
    const stretch = stretches[next];
    if (stretch === undefined) break;
    const [from, to] = [Math.max(start, stretch.start), Math.min(end, stretch.end)];
    if (from < to) {
      known.push(from, to);
      found.push(from + stretch.by, to + stretch.by);
    }
    if (end <= stretch.end) at += 2;
    if (stretch.end <= end) next += 1;
  }
  return { found: PartitionSet.fromRanges(found), known: PartitionSet.fromRanges(known) };
}
