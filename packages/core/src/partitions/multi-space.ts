import { HeddleError } from "../errors.ts";
import { DEFAULT_FORMAT_LIMIT } from "./key-space.ts";
import { MixedRadix, type Digit } from "./mixed-radix.ts";
import { joinKeys, splitParts, unescapePart } from "./multi-key.ts";
import type { PartitionSpace } from "./partition-space.ts";
import { PartitionSet } from "./partition-set.ts";
import type { Cadence, MultiPartitionsSpec, PartitionsDimensionSpec } from "./partitions-spec.ts";
import { formatRangeText, parseRangeText, type RangeSource } from "./range-text.ts";

/** Ordinals that a dimension by time has room for, half of them before 1970: all from 1800 to 2200, or 16 million ticks. */
const TIME_SIZE: { readonly [cadence in Cadence]: number } = {
  hourly: 2 ** 22,
  daily: 2 ** 18,
  weekly: 2 ** 15,
  monthly: 2 ** 13,
  cron: 2 ** 24,
};
/** Keys that a dynamic dimension has room for beside others. */
const DYNAMIC_SIZE = 2 ** 20;
/** Ordinals are exact numbers up to here. */
const MAX_ORDINAL = 2 ** 52;

interface Layout {
  /** Place of the dimension of the most significant digit. */
  readonly major: number;
  readonly minor: readonly Digit[];
}

/**
 * How the ordinals of several dimensions make up one. The first dimension by time comes first, or else the first dynamic
 * one: it may grow without bound, and a backfill goes through time in order. The others follow as they are declared.
 */
function layoutOf(dimensions: readonly PartitionsDimensionSpec[]): Layout {
  const kinds = dimensions.map(({ partitions }) => partitions.kind);
  const byTime = kinds.indexOf("time-window");
  const major = byTime >= 0 ? byTime : Math.max(0, kinds.indexOf("dynamic"));
  return { major, minor: dimensions.map(digitOf).filter(({ dimension }) => dimension !== major) };
}

/** Whether all combinations of the dimensions, as far as each may grow, have an ordinal of their own. */
export function canBeNumbered(dimensions: readonly PartitionsDimensionSpec[]): boolean {
  const size = dimensions.reduce((product, dimension, place) => product * digitOf(dimension, place).size, 1);
  return size > 0 && size <= MAX_ORDINAL && dimensions.length > 0;
}

function digitOf({ partitions }: PartitionsDimensionSpec, dimension: number): Digit {
  switch (partitions.kind) {
    case "time-window": {
      const size = TIME_SIZE[partitions.cadence];
      return { dimension, first: -size / 2, size };
    }
    case "dynamic":
      return { dimension, first: 0, size: DYNAMIC_SIZE };
    case "static":
      return { dimension, first: 0, size: partitions.keys.length };
    case "multi":
      return { dimension, first: 0, size: 0 };
  }
}

/** The space of several dimensions. `spaces` are theirs, in order. @throws PARTITIONS_INVALID when one has grown too large */
export function multiSpace(spec: MultiPartitionsSpec, spaces: readonly PartitionSpace[]): PartitionSpace {
  const { major, minor } = layoutOf(spec.dimensions);
  for (const { dimension, first, size } of minor) requireRoom(spaces[dimension]?.all, { first, size });
  const radix = new MixedRadix(major, minor);
  const all = radix.product(spaces.map((space) => space.all));
  const source: RangeSource = {
    all,
    keyOf: (ordinal) => {
      const keys = radix.split(ordinal).map((part, place) => spaces[place]?.keyOf(part) ?? null);
      return keys.every((key) => key !== null) ? joinKeys(keys) : null;
    },
    ordinalOf: (key) => {
      const parts = splitParts(key);
      if (parts.length !== spaces.length) return null;
      const ordinals = parts.map((part, place) => spaces[place]?.ordinalOf(unescapePart(part)) ?? null);
      // A key has one spelling only, so that it can name a stored object.
      return ordinals.every((ordinal) => ordinal !== null) && joinKeys(parts.map(unescapePart)) === key
        ? radix.join(ordinals)
        : null;
    },
    isGap: (from, to) => !all.overlaps(PartitionSet.range(from, to)),
  };
  const parseRange = (text: string): PartitionSet => {
    const parts = splitParts(text.trim());
    if (parts.length !== spaces.length) return parseRangeText(text, source);
    return radix.product(spaces.map((space, place) => space.parseRange(unescapePart(parts[place] ?? ""))));
  };
  return {
    spec,
    all,
    timeline: null,
    dimensions: { names: spec.dimensions.map(({ name }) => name), spaces, radix },
    keyOf: source.keyOf,
    ordinalOf: source.ordinalOf,
    windowOf: (ordinal) => {
      const parts = radix.split(ordinal);
      const byTime = spaces.flatMap((space, place) =>
        space.timeline === null ? [] : [space.windowOf(parts[place] ?? 0)],
      );
      return byTime.length === 1 ? (byTime[0] ?? null) : null;
    },
    parseRange,
    format: (set, limit = DEFAULT_FORMAT_LIMIT) => formatRangeText(set, source, limit),
  };
}

function requireRoom(all: PartitionSet = PartitionSet.EMPTY, { first, size }: Pick<Digit, "first" | "size">): void {
  if (all.clip(first, first + size).size === all.size) return;
  throw new HeddleError("PARTITIONS_INVALID", `a dimension has more than ${size} partitions`, {
    hint: "Only the first dimension by time, or else the first dynamic one, may grow further: declare this one first.",
  });
}
