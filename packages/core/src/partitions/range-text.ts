import { HeddleError } from "../errors.ts";
import { formatNearest } from "../nearest.ts";
import { PartitionSet } from "./partition-set.ts";

/** What reading and writing ranges needs to know about a space. */
export interface RangeSource {
  readonly all: PartitionSet;
  keyOf(ordinal: number): string | null;
  ordinalOf(key: string): number | null;
  /** Whether no partition lies in `[from, to)`, so that its neighbours follow each other. */
  isGap(from: number, to: number): boolean;
}

/** Keys whose spelling is compared for a hint; the rest is too much to look through. */
const MAX_COMPARED = 5000;

/** Reads `all`, `last 7`, one key, `a,b` or `a..b`; `..b` and `a..` are open. @throws PARTITION_UNKNOWN */
export function parseRangeText(text: string, source: RangeSource): PartitionSet {
  const trimmed = text.trim();
  const whole = source.ordinalOf(trimmed);
  if (whole !== null) return existing(trimmed, PartitionSet.range(whole, whole + 1), source);
  if (/^(all|\*)$/i.test(trimmed)) return source.all;
  const last = /^last\s+(\d+)$/i.exec(trimmed);
  if (last !== null) return lastOf(source.all, Number(last[1]));
  if (trimmed.includes(",")) {
    const parts = trimmed.split(",").map((part) => parseRangeText(part, source));
    return parts.reduce((all, part) => all.union(part), PartitionSet.EMPTY);
  }
  // A key may itself hold two dots, so every place where they stand is tried.
  for (let at = trimmed.indexOf(".."); at >= 0; at = trimmed.indexOf("..", at + 1)) {
    const [from, to] = [trimmed.slice(0, at).trim(), trimmed.slice(at + 2).trim()];
    const first = from === "" ? source.all.first : source.ordinalOf(from);
    const final = to === "" ? source.all.last : source.ordinalOf(to);
    if (typeof first !== "number" || typeof final !== "number") continue;
    return existing(trimmed, source.all.clip(first, final + 1), source);
  }
  const [unknown = trimmed] = trimmed
    .split("..")
    .filter((part) => part !== "" && source.ordinalOf(part.trim()) === null);
  throw unknownKey(unknown.trim(), source);
}

function lastOf(all: PartitionSet, count: number): PartitionSet {
  return count === 0 ? PartitionSet.EMPTY : all.subtract(all.take(Math.max(0, all.size - count)));
}

function existing(text: string, set: PartitionSet, source: RangeSource): PartitionSet {
  const found = set.intersect(source.all);
  if (!found.isEmpty) return found;
  throw new HeddleError("PARTITION_UNKNOWN", `no partition of ${JSON.stringify(text)} exists yet`, {
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
  const nearest = nearestKeys(key, source);
  return new HeddleError("PARTITION_UNKNOWN", `there is no partition ${JSON.stringify(key)}`, {
    hint: [nearest, describeAll(source)].filter((part) => part !== null).join(" "),
    details: { key },
  });
}

function describeAll({ all, keyOf }: RangeSource): string {
  if (all.first === undefined || all.last === undefined) return "No partition exists yet.";
  return `The partitions are ${keyOf(all.first) ?? ""} to ${keyOf(all.last) ?? ""} (${all.size}).`;
}

/** Writes a set for people: at most `limit` ranges, then how many more, then how many partitions in all. */
export function formatRangeText(set: PartitionSet, source: RangeSource, limit: number): string {
  if (set.isEmpty) return "none";
  const ranges = joinOverGaps(set, source);
  const texts = ranges.slice(0, limit).map(([first, last]) => {
    const [from, to] = [source.keyOf(first) ?? `#${first}`, source.keyOf(last) ?? `#${last}`];
    return first === last ? from : `${from}..${to}`;
  });
  const more = ranges.length > limit ? `, and ${ranges.length - limit} more` : "";
  return set.size === 1 ? texts.join("") : `${texts.join(", ")}${more} (${set.size})`;
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
