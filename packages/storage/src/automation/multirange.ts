import { PartitionSet } from "@heddle/core/internal";

/** Reads a set of ordinals as `range_agg` writes it: `{[1,3),[5,6)}`; nothing for `null`. */
export function parseMultirange(text: string | null): PartitionSet {
  if (text === null) return PartitionSet.EMPTY;
  return PartitionSet.fromRanges([...text.matchAll(/-?\d+/gu)].map((match) => Number(match[0])));
}
