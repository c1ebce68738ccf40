import type { JsonValue, StoredColumn } from "@heddle/core";
import type { Data, DataType, RecordBatch, Schema } from "apache-arrow";
import { formatDay } from "./calendar-day.ts";
import type { Arrow } from "./load-arrow.ts";

/** Gathers the least and the greatest cell and the number of nulls of each column while a table passes. */
export interface ColumnStatistics {
  add(batch: RecordBatch): void;
  /** The columns with what was found in them. */
  columns(): readonly StoredColumn[];
}

type Extreme = number | bigint | Uint8Array | boolean;

interface Extremes {
  min: Extreme | undefined;
  max: Extreme | undefined;
  nulls: number;
}

/** The columns of a table to gather statistics of. */
export interface GatheredColumns {
  readonly schema: Schema;
  /** Those of `schema`, in its order. */
  readonly columns: readonly StoredColumn[];
  /** Names of columns whose order means nothing. */
  readonly unordered: ReadonlySet<string>;
}

/** Starts with nothing. A column that has no order has nulls alone. */
export function columnStatistics(arrow: Arrow, { schema, columns, unordered }: GatheredColumns): ColumnStatistics {
  const found = columns.map((): Extremes => ({ min: undefined, max: undefined, nulls: 0 }));
  return {
    add(batch) {
      found.forEach((extremes, index) => {
        const data = batch.data.children[index];
        if (data === undefined || data.length === 0) return;
        extremes.nulls += data.nullCount;
        const isOrdered = !unordered.has(columns[index]?.name ?? "");
        if (isOrdered && data.nullCount < data.length) scan(arrow, data, extremes);
      });
    },
    columns: () =>
      columns.map((column, index) => {
        const type = schema.fields[index]?.type;
        const { min, max, nulls } = found[index] ?? { nulls: 0 };
        if (type === undefined || min === undefined || max === undefined) return { ...column, nulls };
        return { ...column, min: toJson(arrow, type, min), max: toJson(arrow, type, max), nulls };
      }),
  };
}

function scan(arrow: Arrow, data: Data, extremes: Extremes): void {
  const { DataType } = arrow;
  const { type } = data;
  if (DataType.isUtf8(type)) return scanTexts(data, extremes);
  if (DataType.isBool(type)) return scanBooleans(data, extremes);
  const isNumber =
    DataType.isInt(type) ||
    DataType.isDate(type) ||
    DataType.isTimestamp(type) ||
    DataType.isTime(type) ||
    isFloat(arrow, type);
  if (!isNumber) return;
  if (data.values instanceof BigInt64Array) scanLong(data, data.values, extremes);
  else if (!(data.values instanceof BigUint64Array)) scanNumbers(data, data.values, extremes);
}

function isFloat({ DataType, Precision }: Arrow, type: DataType): boolean {
  return DataType.isFloat(type) && type.precision !== Precision.HALF;
}

function scanNumbers(data: Data, values: Int32Array | Float64Array, extremes: Extremes): void {
  const isValid = validity(data);
  let [min, max] = [Infinity, -Infinity];
  for (let row = 0; row < data.length; row += 1) {
    const value = values[row] ?? 0;
    // NaN is neither less nor greater.
    if (value < min && isValid(row)) min = value;
    if (value > max && isValid(row)) max = value;
  }
  if (min <= max) widen(extremes, min, max);
}

/** Compares integers of 64 bits by their halves, which takes a fraction of the time of a bigint for each. */
function scanLong(data: Data, values: BigInt64Array, extremes: Extremes): void {
  const isValid = validity(data);
  const halves = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
  let [least, most] = [-1, -1];
  const isLess = (row: number, other: number): boolean => {
    const [high, otherHigh] = [halves[row * 2 + 1] ?? 0, halves[other * 2 + 1] ?? 0];
    return high < otherHigh || (high === otherHigh && (halves[row * 2] ?? 0) >>> 0 < (halves[other * 2] ?? 0) >>> 0);
  };
  for (let row = 0; row < data.length; row += 1) {
    if (!isValid(row)) continue;
    if (least < 0) least = most = row;
    else if (isLess(row, least)) least = row;
    else if (isLess(most, row)) most = row;
  }
  if (least >= 0) widen(extremes, values[least] ?? 0n, values[most] ?? 0n);
}

function scanBooleans(data: Data, extremes: Extremes): void {
  const isValid = validity(data);
  const values: Uint8Array = data.values;
  let [hasFalse, hasTrue] = [false, false];
  for (let row = 0; row < data.length && !(hasFalse && hasTrue); row += 1) {
    if (!isValid(row)) continue;
    const isTrue = hasBit(values, data.offset + row);
    hasTrue ||= isTrue;
    hasFalse ||= !isTrue;
  }
  widen(extremes, !hasFalse, hasTrue);
}

/** Texts are compared by their first four bytes, and as a whole only where these are the same. */
function scanTexts(data: Data, extremes: Extremes): void {
  const isValid = validity(data);
  const values: Uint8Array = data.values;
  const offsets: Int32Array = data.valueOffsets;
  const textAt = (row: number): Uint8Array => values.subarray(offsets[row], offsets[row + 1]);
  let [least, most, leastHead, mostHead] = [-1, -1, Infinity, -Infinity];
  for (let row = 0; row < data.length; row += 1) {
    const start = offsets[row] ?? 0;
    const head = headOf(values, start, offsets[row + 1] ?? 0);
    if ((head > leastHead && head < mostHead) || !isValid(row)) continue;
    if (head < leastHead || (head === leastHead && Buffer.compare(textAt(row), textAt(least)) < 0))
      [least, leastHead] = [row, head];
    if (head > mostHead || (head === mostHead && Buffer.compare(textAt(row), textAt(most)) > 0))
      [most, mostHead] = [row, head];
  }
  if (least >= 0) widen(extremes, textAt(least).slice(0, MAX_TEXT_BYTES), textAt(most).slice(0, MAX_TEXT_BYTES));
}

function headOf(values: Uint8Array, start: number, end: number): number {
  const at = (index: number): number => (start + index < end ? (values[start + index] ?? 0) : 0);
  return at(0) * 0x1_00_00_00 + at(1) * 0x1_00_00 + at(2) * 0x1_00 + at(3);
}

const MAX_TEXT_CHARACTERS = 64;
/** So many characters have at most so many bytes. */
const MAX_TEXT_BYTES = MAX_TEXT_CHARACTERS * 4;

function widen(extremes: Extremes, min: Extreme, max: Extreme): void {
  if (extremes.min === undefined || isLess(min, extremes.min)) extremes.min = min;
  if (extremes.max === undefined || isLess(extremes.max, max)) extremes.max = max;
}

/** Both are of one column. */
function isLess(a: Extreme, b: Extreme): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) < 0;
  return (a as number) < (b as number);
}

const always = (): boolean => true;

function validity({ nullCount, nullBitmap, offset }: Data): (row: number) => boolean {
  return nullCount === 0 ? always : (row) => hasBit(nullBitmap, offset + row);
}

function hasBit(bitmap: Uint8Array, index: number): boolean {
  return ((bitmap[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
}

/**
 * Days and instants as ISO text, integers beyond 2⁵³ as decimal text, text cut after 64 characters; infinities, which
 * JSON does not have, as text too.
 */
function toJson({ DataType }: Arrow, type: DataType, cell: Extreme): JsonValue {
  if (cell instanceof Uint8Array) return cutText(Buffer.from(cell).toString("utf8"));
  if (typeof cell === "boolean") return cell;
  if (DataType.isDate(type) && typeof cell === "number") return dayText(cell);
  if (DataType.isTimestamp(type) && typeof cell === "bigint") return instantText(cell, type.unit);
  const isExact = typeof cell === "number" ? Number.isFinite(cell) : Number.isSafeInteger(Number(cell));
  return isExact ? Number(cell) : String(cell);
}

function cutText(text: string): string {
  const characters = text.slice(0, MAX_TEXT_CHARACTERS);
  // Neither half of a surrogate pair, nor what stands for the bytes of a character that was cut.
  return characters.isWellFormed() ? characters : characters.slice(0, -1);
}

function dayText(day: number): JsonValue {
  return Math.abs(day) <= 100_000_000 ? formatDay(day) : day;
}

function instantText(value: bigint, unit: number): JsonValue {
  const ms = unit === 0 ? value * 1_000n : value / 1_000n ** BigInt(unit - 1);
  const time = new Date(Number(ms));
  return Number.isNaN(time.getTime()) ? String(value) : time.toISOString();
}
