import type { Box } from "./mixed-radix.ts";
import type { PartitionSpace } from "./partition-space.ts";
import { PartitionSet } from "./partition-set.ts";
import { joinKeys } from "./multi-key.ts";
import {
  NAMED_KEYS,
  type AbsentPartitions,
  type MappingEnds,
  type ResolvedMapping,
  type UpstreamPartitions,
} from "./resolved-mapping.ts";

/** A mapping of one upstream dimension, by the places of the two dimensions; 0 stands for a space without dimensions. */
export interface DimensionRelation {
  readonly upstream: number;
  readonly downstream: number;
  readonly mapping: ResolvedMapping;
}

/**
 * Mappings dimension by dimension. Each dimension takes part in at most one of them, so a set is mapped box by box: the
 * product of sets maps to the product of what they map to.
 */
export class DimensionsRelation implements ResolvedMapping {
  readonly #ends: MappingEnds<PartitionSpace>;
  readonly #relations: readonly DimensionRelation[];

  constructor(relations: readonly DimensionRelation[], ends: MappingEnds<PartitionSpace>) {
    this.#relations = relations;
    this.#ends = ends;
  }

  upstreamOf(downstream: PartitionSet): UpstreamPartitions {
    let partitions = PartitionSet.EMPTY;
    let nonexistent = PartitionSet.EMPTY;
    let absent = PartitionSet.EMPTY;
    let unasked = PartitionSet.EMPTY;
    for (const box of boxesOf(downstream, this.#ends.downstream)) {
      const read: PartitionSet[] = spacesOf(this.#ends.upstream).map((space) => space.all);
      const needed = [...read];
      for (const { upstream, downstream: place, mapping } of this.#relations) {
        const found = mapping.upstreamOf(box[place] ?? PartitionSet.EMPTY);
        read[upstream] = found.partitions;
        needed[upstream] = found.partitions.union(found.absent ?? PartitionSet.EMPTY);
        if (found.nonexistent.isEmpty) continue;
        const those = (part: PartitionSet): PartitionSet => {
          const waiting = box.map((set, index) => (index === place ? part : set));
          return productOf(waiting, this.#ends.downstream);
        };
        nonexistent = nonexistent.union(those(found.nonexistent));
        if (found.unasked !== undefined) unasked = unasked.union(those(found.unasked));
      }
      const product = productOf(read, this.#ends.upstream);
      partitions = partitions.union(product);
      if (needed.some((set, index) => set.size !== read[index]?.size)) {
        absent = absent.union(productOf(needed, this.#ends.upstream).subtract(product));
      }
    }
    return { partitions, nonexistent, absent, ...(!unasked.isEmpty && { unasked }) };
  }

  downstreamOf(upstream: PartitionSet): PartitionSet {
    let readers = PartitionSet.EMPTY;
    for (const box of boxesOf(upstream.intersect(this.#ends.upstream.all), this.#ends.upstream)) {
      const reading: PartitionSet[] = spacesOf(this.#ends.downstream).map((space) => space.all);
      for (const { upstream: place, downstream, mapping } of this.#relations) {
        reading[downstream] = mapping.downstreamOf(box[place] ?? PartitionSet.EMPTY);
      }
      readers = readers.union(productOf(reading, this.#ends.downstream));
    }
    return readers;
  }

  absentOf(downstream: PartitionSet): AbsentPartitions {
    const keys = new Set<string>();
    let count = 0;
    for (const box of boxesOf(downstream, this.#ends.downstream)) {
      const sides = this.#readDimensions(box);
      const there = sides.reduce((product, { existing }) => product * existing.size, 1);
      count += sides.reduce((product, { existing, absent }) => product * (existing.size + absent.count), 1) - there;
      for (const parts of combine(sides.map(namesOf))) {
        if (keys.size >= NAMED_KEYS) break;
        if (parts.some(({ isAbsent }) => isAbsent)) keys.add(joinKeys(parts.map(({ key }) => key)));
      }
    }
    return { ordinals: PartitionSet.EMPTY, keys: [...keys].slice(0, NAMED_KEYS), count };
  }

  /** What a box reads of each dimension of the upstream. */
  #readDimensions(box: Box): DimensionReads[] {
    const reads: DimensionReads[] = spacesOf(this.#ends.upstream).map((space) => ({
      space,
      existing: space.all,
      absent: { ordinals: PartitionSet.EMPTY, keys: [], count: 0 },
    }));
    for (const { upstream, downstream, mapping } of this.#relations) {
      const found = reads[upstream];
      const set = box[downstream] ?? PartitionSet.EMPTY;
      const { partitions, nonexistent } = mapping.upstreamOf(set);
      if (found === undefined) continue;
      reads[upstream] = { space: found.space, existing: partitions, absent: mapping.absentOf(nonexistent) };
    }
    return reads;
  }
}

/** What is read of one dimension of the upstream. */
interface DimensionReads {
  readonly space: PartitionSpace;
  readonly existing: PartitionSet;
  readonly absent: AbsentPartitions;
}

interface NamedKey {
  readonly key: string;
  readonly isAbsent: boolean;
}

/** The first keys of what is read of one dimension, absent ones first. */
function namesOf({ space, existing, absent }: DimensionReads): NamedKey[] {
  const keysOf = (set: PartitionSet): string[] =>
    Array.from(set.take(NAMED_KEYS), (ordinal) => space.keyOf(ordinal) ?? `#${ordinal}`);
  const lacking = [...keysOf(absent.ordinals), ...absent.keys].map((key) => ({ key, isAbsent: true }));
  return [...lacking, ...keysOf(existing).map((key) => ({ key, isAbsent: false }))];
}

/** All combinations of one of each, those of the first of each first. */
function* combine(sides: readonly (readonly NamedKey[])[]): Generator<readonly NamedKey[]> {
  const [first, ...rest] = sides;
  if (first === undefined) return yield [];
  for (const one of first) for (const others of combine(rest)) yield [one, ...others];
}

function spacesOf(space: PartitionSpace): readonly PartitionSpace[] {
  return space.dimensions?.spaces ?? [space];
}

function boxesOf(set: PartitionSet, { dimensions }: PartitionSpace): readonly Box[] {
  if (set.isEmpty) return [];
  return dimensions === null ? [[set]] : dimensions.radix.boxes(set);
}

function productOf(box: Box, { dimensions }: PartitionSpace): PartitionSet {
  return dimensions === null ? (box[0] ?? PartitionSet.EMPTY) : dimensions.radix.product(box);
}
