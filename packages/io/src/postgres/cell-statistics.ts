import type { JsonValue, StoredColumn } from "@heddle/core";
import { formatDay } from "../table/calendar-day.ts";
import type { ColumnBuffers } from "../table/cells.ts";
import type { ColumnType } from "../table/column.ts";

/** Gathers the least and the greatest cell of a column, and the number of nulls, while its rows pass. */
export interface CellStatistics {
  add(buffers: ColumnBuffers): void;
  found(): Pick<StoredColumn, "min" | "max" | "nulls">;
}

type Extreme = number | bigint | Uint8Array;

/** Starts with nothing. JSON and lists have no order, and so neither a least nor a greatest cell. */
export function cellStatistics(type: ColumnType): CellStatistics {
  let nulls = 0;
  let [min, max]: [Extreme | undefined, Extreme | undefined] = [undefined, undefined];
  const scan = type.kind === "json" || type.kind === "list" ? undefined : scanOf(type.kind);
  return {
    add(buffers) {
      nulls += buffers.nullCount;
      const found = scan?.(buffers);
      if (found === undefined) return;
      if (min === undefined || isLess(found[0], min)) min = found[0];
      if (max === undefined || isLess(max, found[1])) max = found[1];
    },
    found: () =>
      min === undefined || max === undefined ? { nulls } : { nulls, min: toJson(type, min), max: toJson(type, max) },
  };
}

type Scan = (buffers: ColumnBuffers) => readonly [Extreme, Extreme] | undefined;

function scanOf(kind: string): Scan {
  switch (kind) {
    case "utf8":
      return scanTexts;
    case "int64":
    case "timestamp":
      return scanLong;
    case "bool":
      return scanBits;
    default:
      return scanNumbers;
  }
}

function hasValue({ nullBitmap }: ColumnBuffers, index: number): boolean {
  return nullBitmap === undefined || ((nullBitmap[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
}

const scanNumbers: Scan = (buffers) => {
  const values = buffers.values as Int32Array | Float64Array;
  let [min, max] = [Infinity, -Infinity];
  for (let index = 0; index < buffers.length; index += 1) {
    const value = values[index] ?? 0;
    // NaN is neither less nor greater.
    if (value < min && hasValue(buffers, index)) min = value;
    if (value > max && hasValue(buffers, index)) max = value;
  }
  // All cells may be infinite.
  return min <= max ? [min, max] : undefined;
};

const scanBits: Scan = (buffers) => {
  const bits = buffers.values as Uint8Array;
  const seen = new Set<number>();
  for (let index = 0; index < buffers.length && seen.size < 2; index += 1) {
    if (hasValue(buffers, index)) seen.add(((bits[index >> 3] ?? 0) >> (index & 7)) & 1);
  }
  return seen.size === 0 ? undefined : [Math.min(...seen), Math.max(...seen)];
};

/** Compares the halves of integers of 64 bits, which takes a fraction of the time of a bigint for each. */
const scanLong: Scan = (buffers) => {
  const values = buffers.values as BigInt64Array;
  const halves = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
  let [least, most] = [-1, -1];
  const isBefore = (one: number, other: number): boolean => {
    const [high, otherHigh] = [halves[one * 2 + 1] ?? 0, halves[other * 2 + 1] ?? 0];
    return high < otherHigh || (high === otherHigh && (halves[one * 2] ?? 0) >>> 0 < (halves[other * 2] ?? 0) >>> 0);
  };
  for (let index = 0; index < buffers.length; index += 1) {
    if (!hasValue(buffers, index)) continue;
    if (least === -1) least = most = index;
    else if (isBefore(index, least)) least = index;
    else if (isBefore(most, index)) most = index;
  }
  return least === -1 ? undefined : [values[least] ?? 0n, values[most] ?? 0n];
};

const MAX_CHARACTERS = 64;
/** So many characters have at most so many bytes. */
const MAX_BYTES = MAX_CHARACTERS * 4;

/** Compares the bytes where they lie: a view of each text would take several times as long. */
const scanTexts: Scan = (buffers) => {
  const source = buffers.values as Uint8Array;
  const offsets = buffers.offsets as Int32Array;
  const isBefore = (one: number, other: number): boolean => {
    let at = offsets[one] ?? 0;
    let otherAt = offsets[other] ?? 0;
    const end = offsets[one + 1] ?? 0;
    const otherEnd = offsets[other + 1] ?? 0;
    while (at < end && otherAt < otherEnd && source[at] === source[otherAt]) {
      at += 1;
      otherAt += 1;
    }
    if (otherAt === otherEnd) return false;
    return at === end || (source[at] ?? 0) < (source[otherAt] ?? 0);
  };
  let [least, most] = [-1, -1];
  for (let index = 0; index < buffers.length; index += 1) {
    if (!hasValue(buffers, index)) continue;
    if (least === -1) least = most = index;
    else if (isBefore(index, least)) least = index;
    else if (isBefore(most, index)) most = index;
  }
  // A copy of what counts: the rest of the column is not kept for it.
  const copy = (index: number): Uint8Array =>
    Uint8Array.prototype.slice.call(
      source,
      offsets[index],
      Math.min(offsets[index + 1] ?? 0, (offsets[index] ?? 0) + MAX_BYTES),
    );
  return least === -1 ? undefined : [copy(least), copy(most)];
};

/** Both are of one column. */
function isLess(one: Extreme, other: Extreme): boolean {
  if (one instanceof Uint8Array && other instanceof Uint8Array) return Buffer.compare(one, other) < 0;
  return (one as number) < (other as number);
}

/** As JSON: days and instants as ISO text, integers beyond 2⁵³ and infinities as text. */
function toJson({ kind }: ColumnType, value: Extreme): JsonValue {
  if (value instanceof Uint8Array) return cutText(Buffer.from(value).toString("utf8"));
  if (kind === "date") return formatDay(Number(value));
  if (kind === "timestamp") return new Date(Number(value)).toISOString();
  if (kind === "bool") return value === 1;
  const isExact = typeof value === "number" ? Number.isFinite(value) : Number.isSafeInteger(Number(value));
  return isExact ? Number(value) : String(value);
}

/** Cut, also where a character has been cut in bytes already. */
function cutText(text: string): string {
  const cut = text.slice(0, MAX_CHARACTERS);
  return cut.isWellFormed() ? cut : cut.slice(0, -1);
}
