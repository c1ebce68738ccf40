import { keyPatterns } from "./key-pattern.ts";
import type { PartitionSpace } from "./partition-space.ts";
import { PartitionSet } from "./partition-set.ts";
import type { DynamicPartitionsSpec, StaticPartitionsSpec } from "./partitions-spec.ts";
import { formatRangeText, parseRangeText, type RangeSource } from "./range-text.ts";

/** How many ranges `format` writes out by default. */
export const DEFAULT_FORMAT_LIMIT = 5;

/** The space of an asset without partitions: the one ordinal 0. */
export const UNPARTITIONED: PartitionSpace = {
  spec: null,
  all: PartitionSet.range(0, 1),
  timeline: null,
  dimensions: null,
  keyOf: (ordinal) => (ordinal === 0 ? "" : null),
  ordinalOf: (key) => (key === "" ? 0 : null),
  formerOrdinalOf: () => null,
  windowOf: () => null,
  parseRange: (text) =>
    parseRangeText(text, {
      all: PartitionSet.range(0, 1),
      keyOf: () => "",
      ordinalOf: (key) => (key === "" ? 0 : null),
      isGap: () => false,
    }),
  format: (set) => (set.isEmpty ? "none" : "unpartitioned"),
};

/** The space of a list of keys; `null` stands for a key that was removed, which `formerKeys` may still know. */
export function keySpace(
  spec: StaticPartitionsSpec | DynamicPartitionsSpec,
  keys: readonly (string | null)[],
  formerKeys: readonly (string | null)[],
): PartitionSpace {
  const ordinals = new Map<string, number>();
  for (const [ordinal, key] of keys.entries()) if (key !== null) ordinals.set(key, ordinal);
  const all = PartitionSet.of(ordinals.values());
  const source: RangeSource = {
    all,
    keyOf: (ordinal) => keys[ordinal] ?? formerKeys[ordinal] ?? null,
    ordinalOf: (key) => ordinals.get(key) ?? null,
    isGap: (from, to) => !all.overlaps(PartitionSet.range(from, to)),
    meaning: keyPatterns(keys),
  };
  return {
    spec,
    all,
    timeline: null,
    dimensions: null,
    keyOf: source.keyOf,
    ordinalOf: source.ordinalOf,
    formerOrdinalOf: (key) => {
      const ordinal = ordinals.has(key) ? -1 : formerKeys.indexOf(key);
      return ordinal < 0 ? null : ordinal;
    },
    windowOf: () => null,
    parseRange: (text) => parseRangeText(text, source),
    format: (set, limit = DEFAULT_FORMAT_LIMIT) => formatRangeText(set, source, limit),
  };
}
