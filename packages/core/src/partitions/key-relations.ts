import type { PartitionSpace } from "./partition-space.ts";
import { PartitionSet } from "./partition-set.ts";
import { absentKeys, absentPartitions, type MappingEnds, type ResolvedMapping } from "./resolved-mapping.ts";
import { ShiftedRelation } from "./shifted-relation.ts";

type Ends = MappingEnds<PartitionSpace>;

/** What every downstream partition reads: upstream ordinals, existing or not, and keys that have none. */
export interface SameReads {
  readonly ordinals: PartitionSet;
  readonly unknown?: readonly string[];
  /** Whether something is read that may not be there yet, whatever `ordinals` says. @default false */
  readonly isAny?: boolean;
}

/** Every downstream partition reads the same upstream ones. */
export function sameForAll(reads: SameReads, { upstream, downstream }: Ends): ResolvedMapping {
  const { ordinals: read, unknown = [], isAny = false } = reads;
  const partitions = read.intersect(upstream.all);
  const absent = read.subtract(upstream.all);
  const isWhole = absent.isEmpty && unknown.length === 0 && !(isAny && partitions.isEmpty);
  return {
    upstreamOf: (set) =>
      set.isEmpty
        ? { partitions: PartitionSet.EMPTY, nonexistent: PartitionSet.EMPTY }
        : { partitions, nonexistent: isWhole ? PartitionSet.EMPTY : set, absent },
    downstreamOf: (set) => (set.overlaps(partitions) ? downstream.all : PartitionSet.EMPTY),
    absentOf: () => absentPartitions(absent, unknown),
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
    absentOf: (set) => absentPartitions(set.subtract(upstream.all)),
  };
}

/**
 * The partition with the same key, where ordinals differ. Between two lists of keys it costs by ranges. Where one side is
 * by time and its windows are not those of the other, or where the dimensions are not the same, it goes key by key and
 * costs by partitions: only a mapping that states `identityMapping()` for such a pair comes here.
 */
export function sameKey(ends: Ends): ResolvedMapping {
  const { upstream, downstream } = ends;
  if (isList(upstream) && isList(downstream)) return new ShiftedRelation(ends);
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
    absentOf: (set) => absentKeys(set, downstream),
  };
}

function isList({ spec }: PartitionSpace): boolean {
  return spec?.kind === "static" || spec?.kind === "dynamic";
}
