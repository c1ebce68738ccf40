import { HeddleError, isHeddleError } from "../errors.ts";
import type { DimensionLayout } from "./dimension-layout.ts";
import { DEFAULT_FORMAT_LIMIT } from "./key-space.ts";
import { inDimension, readDimensionTerms } from "./dimension-terms.ts";
import { MixedRadix, type Box, type Digit } from "./mixed-radix.ts";
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
  const join = (key: string, ordinalIn: (space: PartitionSpace, part: string) => number | null): number | null => {
    const parts = splitParts(key).map(unescapePart);
    if (parts.length !== spaces.length) return null;
    const ordinals = spaces.map((space, place) => ordinalIn(space, parts[place] ?? ""));
    // A key has one spelling only, so that it can name a stored object.
    return ordinals.every((ordinal) => ordinal !== null) && joinKeys(parts) === key ? radix.join(ordinals) : null;
  };
  const source: RangeSource = {
    all,
    keyOf: (ordinal) => {
      const keys = radix.split(ordinal).map((part, place) => spaces[place]?.keyOf(part) ?? null);
      return keys.every((key) => key !== null) ? joinKeys(keys) : null;
    },
    ordinalOf: (key) => join(key, (space, part) => space.ordinalOf(part)),
    isGap: (from, to) => !all.overlaps(PartitionSet.range(from, to)),
  };
  const names = spec.dimensions.map(({ name }) => name);
  const parseRange = (text: string): PartitionSet => {
    const isKey = source.ordinalOf(text.trim()) !== null;
    const terms = isKey ? null : readDimensionTerms(text, { names, spaces, radix, parseWhole: parseParts });
    if (terms === null) return parseParts(text);
    const found = terms.intersect(all);
    if (found.isEmpty)
      throw nothingLiesIn(
        text.trim(),
        names.find((_, place) => spaces[place]?.all.isEmpty),
      );
    return found;
  };
  const parseParts = (text: string): PartitionSet => {
    const parts = splitOutsideQuotes(text.trim(), "|", "\\");
    const isWhole = parts.length !== spaces.length || parts.length === 1 || source.ordinalOf(text.trim()) !== null;
    if (isWhole) return parseRangeText(text, source);
    const sets = spaces.map((space, place) =>
      inDimension(names[place] ?? "", () => space.parseRange(unescapeOutsideQuotes(parts[place] ?? ""))),
    );
    return radix.product(sets);
  };
  return {
    spec,
    all,
    timeline: null,
    dimensions: { names, spaces, radix },
    keyOf: source.keyOf,
    ordinalOf: source.ordinalOf,
    formerOrdinalOf: (key) =>
      source.ordinalOf(key) === null
        ? join(key, (space, part) => space.ordinalOf(part) ?? space.formerOrdinalOf(part))
        : null,
    windowOf: (ordinal) => {
      const parts = radix.split(ordinal);
      const byTime = spaces.flatMap((space, place) =>
        space.timeline === null ? [] : [space.windowOf(parts[place] ?? 0)],
      );
      return byTime.length === 1 ? (byTime[0] ?? null) : null;
    },
    parseRange,
    format: (set, limit = DEFAULT_FORMAT_LIMIT) => {
      const text = formatRangeText(set, source, limit);
      // One range says it shortest; several are often every combination of few keys, which says more.
      if (set.size <= 1 || !text.includes(", ") || set.ranges.length > MAX_COMBINED_RANGES) return text;
      const combined = formatCombinations(radix.boxes(set), spaces);
      const isSame = combined !== null && readsAs(parseRange, combined, set);
      return isSame && combined.length < text.length ? `${combined} (${set.size})` : text;
    },
  };
}

/** Sets of more ranges are told by their first ones: finding out whether they are combinations takes its time. */
const MAX_COMBINED_RANGES = 20_000;

/** All combinations of a part of each dimension, such as `2024-01..2024-03|eu|*`; `null` for anything else. */
function formatCombinations(boxes: readonly Box[], spaces: readonly PartitionSpace[]): string | null {
  const [box] = boxes;
  if (box === undefined || boxes.length > 1) return null;
  const parts = spaces.map((space, place) => {
    const part = box[place] ?? PartitionSet.EMPTY;
    if (part.equals(space.all)) return "*";
    const text = space.format(part, Infinity);
    return (part.size === 1 ? text : text.slice(0, text.lastIndexOf(" ("))).replaceAll("|", "\\|");
  });
  return parts.join("|");
}

function readsAs(parse: (text: string) => PartitionSet, text: string, set: PartitionSet): boolean {
  try {
    return parse(text).equals(set);
  } catch (error) {
    if (isHeddleError(error, "PARTITION_UNKNOWN")) return false;
    throw error;
  }
}

function nothingLiesIn(text: string, emptyDimension: string | undefined): HeddleError {
  return new HeddleError("PARTITION_UNKNOWN", `no partition lies in ${JSON.stringify(text)}`, {
    hint:
      emptyDimension === undefined
        ? "Each part by itself holds some; together they hold none."
        : `The dimension ${JSON.stringify(emptyDimension)} has no partition yet.`,
    details: { text },
  });
}

function requireRoom(all: PartitionSet = PartitionSet.EMPTY, { first, size }: Pick<Digit, "first" | "size">): void {
  if (all.clip(first, first + size).size === all.size) return;
  throw new HeddleError("PARTITIONS_INVALID", `a dimension has more than ${size} partitions`, {
    hint: "Only the first dimension by time, or else the first dynamic one, may grow further: declare this one first.",
  });
}
