import type { Box } from "./mixed-radix.ts";
import type { PartitionSpace } from "./partition-space.ts";
import { PartitionSet } from "./partition-set.ts";
import type { MappingEnds, ResolvedMapping, UpstreamPartitions } from "./resolved-mapping.ts";

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
