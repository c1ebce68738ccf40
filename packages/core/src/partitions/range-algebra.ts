import { HeddleError } from "../errors.ts";

/**
 * Set algebra on flat ranges `[start, end, start, end, …)`: half open, sorted, disjoint, never adjacent ("normal").
 * Every function takes normal ranges and returns normal ranges, in time linear in their number, except where it says
 * that it makes ranges normal.
 */
export type FlatRanges = readonly number[];

/** Largest magnitude of an ordinal: the difference of two of them is then still an exact number. */
const MAX_ORDINAL = 2 ** 52;

/** Makes flat ranges normal: sorts and joins them. @throws PARTITION_SET_INVALID */
export function normalizeRanges(flat: FlatRanges): FlatRanges {
  if (flat.length % 2 !== 0) throw invalid(`it has ${flat.length} bounds, and every range needs two`);
  let isNormal = true;
  for (let at = 0; at < flat.length; at += 2) {
    const [start, end] = [checkOrdinal(flat[at]), checkOrdinal(flat[at + 1])];
    if (end < start) throw invalid(`a range ends at ${end}, before it starts at ${start}`);
    if (end === start || (at > 0 && start <= (flat[at - 1] ?? 0))) isNormal = false;
  }
  return isNormal ? flat.slice() : sortAndJoin(flat);
}

function sortAndJoin(flat: FlatRanges): FlatRanges {
  const pairs: (readonly [number, number])[] = [];
  for (let at = 0; at < flat.length; at += 2) pairs.push([flat[at] ?? 0, flat[at + 1] ?? 0]);
  pairs.sort((a, b) => a[0] - b[0]);
  const joined: number[] = [];
  for (const [start, end] of pairs) if (start < end) append(joined, start, end);
  return joined;
}

/** Ranges of single ordinals in any order. @throws PARTITION_SET_INVALID */
export function rangesOf(ordinals: Iterable<number>): FlatRanges {
  const sorted = Array.from(ordinals, checkOrdinal);
  if (sorted.some((ordinal, index) => index > 0 && ordinal < (sorted[index - 1] ?? 0))) sorted.sort((a, b) => a - b);
  const ranges: number[] = [];
  for (const ordinal of sorted) append(ranges, ordinal, ordinal + 1);
  return ranges;
}

function checkOrdinal(value: number | undefined): number {
  if (value !== undefined && Number.isInteger(value) && Math.abs(value) <= MAX_ORDINAL) return value;
  throw invalid(`${String(value)} is no ordinal`);
}

function invalid(why: string): HeddleError {
  return new HeddleError("PARTITION_SET_INVALID", `this is no partition set: ${why}`, {
    hint: "Give ranges as [start, end, start, end, …) of whole numbers, the ends exclusive.",
  });
}

/** Adds a range that does not start before the last one in `ranges`, joining the two when they touch. */
function append(ranges: number[], start: number, end: number): void {
  const last = ranges.length - 1;
  const lastEnd = ranges[last];
  if (lastEnd === undefined || start > lastEnd) ranges.push(start, end);
  else if (end > lastEnd) ranges[last] = end;
}

export function unionRanges(a: FlatRanges, b: FlatRanges): FlatRanges {
  const joined: number[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const takeA = j >= b.length || (i < a.length && (a[i] ?? 0) <= (b[j] ?? 0));
    if (takeA) {
      append(joined, a[i] ?? 0, a[i + 1] ?? 0);
      i += 2;
    } else {
      append(joined, b[j] ?? 0, b[j + 1] ?? 0);
      j += 2;
    }
  }
  return joined;
}

/** Calls `visit` with every stretch that `a` and `b` share, in order, until it returns `false`. */
function eachCommon(a: FlatRanges, b: FlatRanges, visit: (start: number, end: number) => boolean): void {
  let i = a.length > 0 && b.length > 0 ? seek(a, b[0] ?? 0) : a.length;
  let j = i < a.length ? seek(b, a[i] ?? 0) : b.length;
  while (i < a.length && j < b.length) {
    const [endA, endB] = [a[i + 1] ?? 0, b[j + 1] ?? 0];
    const start = Math.max(a[i] ?? 0, b[j] ?? 0);
    const end = Math.min(endA, endB);
    if (start < end && !visit(start, end)) return;
    if (endA <= endB) i += 2;
    if (endB <= endA) j += 2;
  }
}

export function intersectRanges(a: FlatRanges, b: FlatRanges): FlatRanges {
  const common: number[] = [];
  eachCommon(a, b, (start, end) => {
    common.push(start, end);
    return true;
  });
  return common;
}

export function overlapsRanges(a: FlatRanges, b: FlatRanges): boolean {
  let found = false;
  eachCommon(a, b, () => {
    found = true;
    return false;
  });
  return found;
}

export function subtractRanges(a: FlatRanges, b: FlatRanges): FlatRanges {
  const rest: number[] = [];
  let j = a.length > 0 ? seek(b, a[0] ?? 0) : 0;
  for (let i = 0; i < a.length; i += 2) {
    let start = a[i] ?? 0;
    const end = a[i + 1] ?? 0;
    while (j < b.length && (b[j + 1] ?? 0) <= start) j += 2;
    for (let k = j; k < b.length && (b[k] ?? 0) < end; k += 2) {
      if ((b[k] ?? 0) > start) rest.push(start, b[k] ?? 0);
      start = Math.max(start, b[k + 1] ?? 0);
    }
    if (start < end) rest.push(start, end);
  }
  return rest;
}

/** Index of the start of the first range that ends after `ordinal`; `ranges.length` when there is none. */
export function seek(ranges: FlatRanges, ordinal: number): number {
  let low = 0;
  let high = ranges.length / 2;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranges[middle * 2 + 1] ?? 0) <= ordinal) low = middle + 1;
    else high = middle;
  }
  return low * 2;
}
