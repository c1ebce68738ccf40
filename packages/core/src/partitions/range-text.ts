import { HeddleError, isHeddleError } from "../errors.ts";
import { formatNearest } from "../nearest.ts";
import { PartitionSet } from "./partition-set.ts";
import { needsQuotes, readQuoted, splitOutsideQuotes } from "./quoted-text.ts";
import type { TextBounds, TextMeaning } from "./text-meaning.ts";

/** What reading and writing ranges needs to know about a space. */
export interface RangeSource {
  readonly all: PartitionSet;
  keyOf(ordinal: number): string | null;
  ordinalOf(key: string): number | null;
  /** Whether no partition lies in `[from, to)`, so that its neighbours follow each other. */
  isGap(from: number, to: number): boolean;
  /** @default texts that are no keys stand for nothing */
  readonly meaning?: TextMeaning;
}

/** Keys whose spelling is compared for a hint; the rest is too much to look through. */
const MAX_COMPARED = 5000;

/**
 * Reads `all`, `last 7`, one key, `a,b` or `a..b`; `..b` and `a..` are open. A key in quotes is a key whatever it holds.
 * A text that is no key may be what the definition takes it for, such as a month; `a & b` is what lies in both.
 * @throws PARTITION_UNKNOWN
 */
export function parseRangeText(text: string, source: RangeSource): PartitionSet {
  const trimmed = text.trim();
  const rest = readQuoted(trimmed)?.rest ?? "";
  const whole = rest === "" ? null : source.ordinalOf(trimmed);
  if (whole === null) return parseText(trimmed, source);
  // A text that begins with a key in quotes, and is itself a key: that one only when it cannot be read otherwise.
  try {
    return parseText(trimmed, source);
  } catch (error) {
    if (isHeddleError(error, "PARTITION_UNKNOWN")) return PartitionSet.range(whole, whole + 1);
    throw error;
  }
}

function parseText(trimmed: string, source: RangeSource): PartitionSet {
  const single = readSingle(trimmed, source);
  if (single !== null) return existing(trimmed, single, source);
  if (/^(all|\*)$/i.test(trimmed)) return source.all;
  const last = /^last\s+(\d+)$/i.exec(trimmed);
  if (last !== null) return lastOf(source.all, Number(last[1]));
  const parts = splitOutsideQuotes(trimmed, ",");
  if (parts.length > 1) {
    const ranges = parts.flatMap((part) => parseRangeText(part, source).ranges);
    return PartitionSet.fromRanges(ranges);
  }
  const found = findRange(trimmed, source);
  if (found !== null) {
    if (found.first > found.last) throw backwards(trimmed);
    const set = found.first < found.end ? PartitionSet.range(found.first, found.end) : PartitionSet.EMPTY;
    return existing(trimmed, set, source);
  }
  const both = splitOutsideQuotes(trimmed, "&");
  if (both.length > 1) {
    const common = both.map((part) => parseRangeText(part, source)).reduce((set, part) => set.intersect(part));
    return existing(trimmed, common, source);
  }
  const meant = readQuoted(trimmed) === null ? (source.meaning?.read?.(trimmed) ?? null) : null;
  const isExplained = meant !== null && !meant.overlaps(source.all) && source.meaning?.explain !== undefined;
  if (meant === null || isExplained) throw unknownKey(unknownIn(trimmed, source), source);
  return existing(trimmed, meant, source);
}

/** The partition whose key the whole text is, in quotes or as it is. */
function readSingle(text: string, source: RangeSource): PartitionSet | null {
  const quoted = readQuoted(text);
  if (quoted !== null && quoted.rest !== "") return null;
  const named = quoted === null ? null : source.ordinalOf(quoted.key);
  const ordinal = named ?? source.ordinalOf(text);
  return ordinal === null ? null : PartitionSet.range(ordinal, ordinal + 1);
}

/** Also where its last text begins: it may be a period in which nothing lies. */
interface FoundRange extends TextBounds {
  readonly last: number;
}

function findRange(text: string, source: RangeSource): FoundRange | null {
  const end = (key: string, open: number | undefined): TextBounds | null => {
    const named = key === "" ? open : ordinalNamed(key, source);
    if (typeof named === "number") return { first: named, end: named + 1 };
    return readQuoted(key) === null ? (source.meaning?.bounds?.(key) ?? null) : null;
  };
  // A key may itself hold two dots, so every place where they stand is tried; in quotes they stand for nothing.
  const quoted = readQuoted(text);
  const from = quoted?.rest.startsWith("..") === true ? text.length - quoted.rest.length : 0;
  for (let at = text.indexOf("..", from); at >= 0; at = text.indexOf("..", at + 1)) {
    const first = end(text.slice(0, at).trim(), source.all.first);
    const last = end(text.slice(at + 2).trim(), source.all.last);
    if (first !== null && last !== null) return { first: first.first, last: last.first, end: last.end };
  }
  return null;
}

function ordinalNamed(key: string, { ordinalOf }: RangeSource): number | null {
  const quoted = readQuoted(key);
  return (quoted?.rest === "" ? ordinalOf(quoted.key) : null) ?? ordinalOf(key);
}

/** The part of a text that is no key. */
function unknownIn(text: string, source: RangeSource): string {
  const quoted = readQuoted(text);
  if (quoted?.rest === "") return quoted.key;
  const parts = text.split("..").map((part) => part.trim());
  const isUnknown = (part: string): boolean =>
    source.ordinalOf(readQuoted(part)?.key ?? part) === null && (source.meaning?.bounds?.(part) ?? null) === null;
  const unknown = parts.find((part) => part !== "" && isUnknown(part));
  return unknown === undefined ? text : (readQuoted(unknown)?.key ?? unknown);
}

function backwards(text: string): HeddleError {
  return new HeddleError("PARTITION_UNKNOWN", `the range ${JSON.stringify(text)} ends before it begins`, {
    hint: "Exchange the two ends.",
    details: { text },
  });
}

function lastOf(all: PartitionSet, count: number): PartitionSet {
  return count === 0 ? PartitionSet.EMPTY : all.subtract(all.take(Math.max(0, all.size - count)));
}

function existing(text: string, set: PartitionSet, source: RangeSource): PartitionSet {
  const found = set.intersect(source.all);
  if (!found.isEmpty) return found;
  // What begins before the newest partition and is not there was left out, or removed: it is not to be waited for.
  const isToCome = (set.first ?? -1) > (source.all.last ?? -1);
  const what = isToCome ? `no partition of ${JSON.stringify(text)} exists yet` : undefined;
  throw new HeddleError("PARTITION_UNKNOWN", what ?? `no partition lies in ${JSON.stringify(text)}`, {
    hint: describeAll(source),
    details: { text },
  });
}

/** `Did you mean …?` with the keys that are most like a key that is not there; `null` when none is like it. */
export function nearestKeys(key: string, { all, keyOf }: Pick<RangeSource, "all" | "keyOf">): string | null {
  const compared = function* (): Iterable<string> {
    for (const ordinal of all.take(MAX_COMPARED)) yield keyOf(ordinal) ?? "";
    for (const ordinal of lastOf(all, MAX_COMPARED)) yield keyOf(ordinal) ?? "";
  };
  return formatNearest(key, new Set(compared()));
}

/** The error for a key that a definition does not have, with what it has instead. */
export function unknownKey(key: string, source: RangeSource): HeddleError {
  const missing = source.meaning?.explain?.(key) ?? null;
  const nearest = missing === null ? nearestKeys(key, source) : formatNeighbours(missing.nearest);
  const why = missing === null ? "" : `: ${missing.why}`;
  return new HeddleError("PARTITION_UNKNOWN", `there is no partition ${JSON.stringify(key)}${why}`, {
    hint: [nearest, describeAll(source)].filter((part) => part !== null).join(" "),
    details: { key },
  });
}

function formatNeighbours(keys: readonly string[]): string | null {
  return keys.length === 0 ? null : `Next to it: ${keys.map((key) => JSON.stringify(key)).join(" and ")}.`;
}

function describeAll({ all, keyOf }: RangeSource): string {
  if (all.first === undefined || all.last === undefined) return "No partition exists yet.";
  return `The partitions are ${keyOf(all.first) ?? ""} to ${keyOf(all.last) ?? ""} (${all.size}).`;
}

/**
 * Writes a set for people: at most `limit` ranges, then how many more, then how many partitions in all. Keys stand in
 * quotes where the text would otherwise be read as something else.
 */
export function formatRangeText(set: PartitionSet, source: RangeSource, limit: number): string {
  if (set.isEmpty) return "none";
  const ranges = joinOverGaps(set, source);
  const ends = ranges
    .slice(0, limit)
    .map((range) => range.map((ordinal) => source.keyOf(ordinal) ?? `#${ordinal}`) as [string, string]);
  const text = writeRanges(ends, (key) => key);
  const isPlain = ends.flat().every((key) => !needsQuotes(key)) && !isMisread(ends, text, source);
  const more = ranges.length > limit ? `, and ${ranges.length - limit} more` : "";
  const written = isPlain ? text : writeRanges(ends, (key) => JSON.stringify(key));
  return set.size === 1 ? written : `${written}${more} (${set.size})`;
}

type KeyRange = readonly [first: string, last: string];

function writeRanges(ranges: readonly KeyRange[], write: (key: string) => string): string {
  return ranges.map((range) => writeRange(range, write)).join(", ");
}

function writeRange([first, last]: KeyRange, write: (key: string) => string): string {
  return first === last ? write(first) : `${write(first)}..${write(last)}`;
}

/** Whether a text for several keys, with or without the blanks behind its commas, is itself the key of a partition. */
function isMisread(ranges: readonly KeyRange[], text: string, { ordinalOf }: RangeSource): boolean {
  const isKey = [text, text.replaceAll(", ", ",")].some((written) => ordinalOf(written) !== null);
  if (ranges.length > 1 && isKey) return true;
  return ranges.some((range) => range[0] !== range[1] && ordinalOf(writeRange(range, (key) => key)) !== null);
}

/** First and last ordinals of ranges between which a partition is missing. */
function joinOverGaps(set: PartitionSet, source: RangeSource): (readonly [number, number])[] {
  const joined: [number, number][] = [];
  for (let at = 0; at < set.ranges.length; at += 2) {
    const [start, end] = [set.ranges[at] ?? 0, set.ranges[at + 1] ?? 0];
    const before = joined[joined.length - 1];
    if (before !== undefined && source.isGap(before[1] + 1, start)) before[1] = end - 1;
    else joined.push([start, end - 1]);
  }
  return joined;
}
