import { HeddleError, isHeddleError } from "../errors.ts";
import type { DimensionLayout } from "./dimension-layout.ts";
import { DEFAULT_FORMAT_LIMIT } from "./key-space.ts";
import { MixedRadix, type Digit } from "./mixed-radix.ts";
import { joinKeys, splitParts, unescapePart } from "./multi-key.ts";
import type { PartitionSpace } from "./partition-space.ts";
import { PartitionSet } from "./partition-set.ts";
import type { MultiPartitionsSpec } from "./partitions-spec.ts";
import { splitOutsideQuotes, unescapeOutsideQuotes } from "./quoted-text.ts";
import { formatRangeText, parseRangeText, type RangeSource } from "./range-text.ts";

/** The space of several dimensions. `spaces` are theirs, in order. @throws PARTITIONS_INVALID when one has grown too large */
export function multiSpace(
  spec: MultiPartitionsSpec,
  { major, minor }: DimensionLayout,
  spaces: readonly PartitionSpace[],
): PartitionSpace {
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
    const parts = splitOutsideQuotes(text.trim(), "|", "\\");
    const isWhole = parts.length !== spaces.length || parts.length === 1 || source.ordinalOf(text.trim()) !== null;
    if (isWhole) return parseRangeText(text, source);
    const sets = spaces.map((space, place) =>
      inDimension(spec.dimensions[place]?.name ?? "", () =>
        space.parseRange(unescapeOutsideQuotes(parts[place] ?? "")),
      ),
    );
    return radix.product(sets);
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

/** An unknown key of one dimension says which dimension that is. */
function inDimension<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!isHeddleError(error, "PARTITION_UNKNOWN")) throw error;
    const { message, hint, details } = error;
    throw new HeddleError("PARTITION_UNKNOWN", `in the dimension "${name}" ${message}`, {
      ...(hint !== undefined && { hint }),
      details: { ...details, dimension: name },
    });
  }
}

function requireRoom(all: PartitionSet = PartitionSet.EMPTY, { first, size }: Pick<Digit, "first" | "size">): void {
  if (all.clip(first, first + size).size === all.size) return;
  throw new HeddleError("PARTITIONS_INVALID", `a dimension has more than ${size} partitions`, {
    hint: "Only the first dimension by time, or else the first dynamic one, may grow further: declare this one first.",
  });
}
