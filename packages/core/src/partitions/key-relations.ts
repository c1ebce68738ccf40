import type { PartitionSpace } from "./partition-space.ts";
import { PartitionSet } from "./partition-set.ts";
import type { MappingEnds, ResolvedMapping } from "./resolved-mapping.ts";

type Ends = MappingEnds<PartitionSpace>;

/** Every downstream partition reads the same upstream ones; `isWhole` says whether all of them exist. */
export function sameForAll(read: PartitionSet, isWhole: boolean, { upstream, downstream }: Ends): ResolvedMapping {
  const partitions = read.intersect(upstream.all);
  const absent = read.subtract(upstream.all);
  return {
    upstreamOf: (set) =>
      set.isEmpty
        ? { partitions: PartitionSet.EMPTY, nonexistent: PartitionSet.EMPTY }
        : { partitions, nonexistent: isWhole ? PartitionSet.EMPTY : set, absent },
    downstreamOf: (set) => (set.overlaps(partitions) ? downstream.all : PartitionSet.EMPTY),
  };
}

/** The partition with the same ordinal. */
export function sameOrdinal({ upstream, downstream }: Ends): ResolvedMapping {
  return {
    upstreamOf: (set) => {
      const nonexistent = set.subtract(upstream.all);
      return { partitions: set.intersect(upstream.all), nonexistent, absent: nonexistent };
    },
    downstreamOf: (set) => set.intersect(upstream.all).intersect(downstream.all),
  };
}

/** The partition with the same key, where ordinals differ: key by key, so it costs by partitions. */
export function sameKey({ upstream, downstream }: Ends): ResolvedMapping {
  const find = (ordinal: number, from: PartitionSpace, to: PartitionSpace): number | null => {
    const key = from.keyOf(ordinal);
    const found = key === null ? null : to.ordinalOf(key);
    return found !== null && to.all.has(found) ? found : null;
  };
  return {
    upstreamOf: (set) => {
      const found: number[] = [];
      const missing: number[] = [];
      for (const ordinal of set) {
        const upstreamOrdinal = find(ordinal, downstream, upstream);
        if (upstreamOrdinal === null) missing.push(ordinal);
        else found.push(upstreamOrdinal);
      }
      return { partitions: PartitionSet.of(found), nonexistent: PartitionSet.of(missing) };
    },
    downstreamOf: (set) => {
      const found = Array.from(set.intersect(upstream.all), (ordinal) => find(ordinal, upstream, downstream));
      return PartitionSet.of(found.filter((ordinal) => ordinal !== null));
    },
  };
}
