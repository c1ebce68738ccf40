import { assertNever } from "@heddle/core/internal";
import { describeValue } from "../describe-value.ts";
import { canonicalJson, inspectJson } from "../json-text.ts";
import { parseDay } from "./calendar-day.ts";
import type { Cells, ColumnBuffers } from "./cells.ts";
import type { ColumnType, ScalarType } from "./column.ts";
import { encodeTexts } from "./encode-texts.ts";

/**
 * Turns the cells of a column into Arrow's buffers and validates each of them. A loop for each type works on whole
 * columns: a call for each cell would take several times as long as the rest of the work.
 */
export function encodeColumn(type: ColumnType, cells: Cells): ColumnBuffers {
  const frame = { length: cells.length, nullCount: cells.nullCount, nullBitmap: encodeNulls(cells) };
  switch (type.kind) {
    case "bool":
      return { ...frame, values: encodeBooleans(cells) };
    case "int32":
      return { ...frame, values: encodeInt32(cells) };
    case "int64":
      return { ...frame, values: encodeInt64(cells) };
    case "float64":
      return { ...frame, values: encodeFloat64(cells) };
    case "utf8":
      return { ...frame, ...encodeTexts(cells) };
    case "date":
      return { ...frame, values: encodeDays(cells) };
    case "timestamp":
      return { ...frame, values: encodeInstants(cells) };
    case "json":
      return { ...frame, ...encodeTexts({ ...cells, values: jsonTexts(cells) }) };
    case "list":
      return { ...frame, ...encodeLists(type, cells) };
    default:
      return assertNever(type);
  }
}

function encodeNulls({ values, length, nullCount }: Cells): Uint8Array | undefined {
  if (nullCount === 0) return undefined;
  const bitmap = new Uint8Array(Math.ceil(length / 8));
  for (let index = 0; index < length; index += 1) {
    if (values[index] !== null) setBit(bitmap, index);
  }
  return bitmap;
}

function setBit(bitmap: Uint8Array, index: number): void {
  bitmap[index >> 3] = (bitmap[index >> 3] ?? 0) | (1 << (index & 7));
}

function encodeBooleans({ values, length, refuse }: Cells): Uint8Array {
  const bitmap = new Uint8Array(Math.ceil(length / 8));
  for (let index = 0; index < length; index += 1) {
    const value = values[index];
    if (value === true) setBit(bitmap, index);
    else if (value !== false && value !== null) refuse(index, `expected a boolean, got ${describeValue(value)}`);
  }
  return bitmap;
}

function encodeInt32({ values, length, refuse }: Cells): Int32Array {
  const numbers = new Int32Array(length);
  for (let index = 0; index < length; index += 1) {
    const value = values[index];
    if (typeof value === "number" && (value | 0) === value) numbers[index] = value;
    else if (value !== null) refuse(index, `expected a whole number of 32 bits, got ${describeValue(value)}`);
  }
  return numbers;
}

function encodeInt64({ values, length, refuse }: Cells): BigInt64Array {
  const numbers = new BigInt64Array(length);
  for (let index = 0; index < length; index += 1) {
    const value = values[index];
    if (typeof value === "bigint" && BigInt.asIntN(64, value) === value) numbers[index] = value;
    else if (value !== null) refuse(index, `expected a bigint of 64 bits, got ${describeValue(value)}`);
  }
  return numbers;
}

function encodeFloat64({ values, length, refuse }: Cells): Float64Array {
  const numbers = new Float64Array(length);
  for (let index = 0; index < length; index += 1) {
    const value = values[index];
    // Every NaN becomes the same one: which of them an array holds must not change the data version.
    if (typeof value === "number") numbers[index] = Number.isNaN(value) ? Number.NaN : value;
    else if (value !== null) refuse(index, `expected a number, got ${describeValue(value)}`);
  }
  return numbers;
}

function encodeDays({ values, length, refuse }: Cells): Int32Array {
  const days = new Int32Array(length);
  for (let index = 0; index < length; index += 1) {
    const value = values[index];
    if (value === null) continue;
    const day = typeof value === "string" ? parseDay(value) : undefined;
    if (day === undefined) refuse(index, `expected a day such as "2012-01-31", got ${describeValue(value)}`);
    else days[index] = day;
  }
  return days;
}

/** Writes 64-bit integers as two halves, which is some ten times as fast as a bigint for each. */
function encodeInstants({ values, length, refuse }: Cells): BigInt64Array {
  const halves = new Int32Array(length * 2);
  for (let index = 0; index < length; index += 1) {
    const value = values[index];
    if (value === null) continue;
    const time = value instanceof Date ? value.getTime() : Number.NaN;
    if (Number.isNaN(time)) refuse(index, `expected a valid Date, got ${describeValue(value)}`);
    const high = Math.floor(time / 0x1_0000_0000);
    halves[index * 2] = time - high * 0x1_0000_0000;
    halves[index * 2 + 1] = high;
  }
  return new BigInt64Array(halves.buffer);
}

function jsonTexts({ values, length, nullCount, refuse }: Cells): (string | null)[] {
  const texts: (string | null)[] = [];
  for (let index = 0; index < length; index += 1) {
    const value = values[index];
    // Without null cells in the column, a null is the JSON value of that name.
    if (value === null && nullCount > 0) {
      texts.push(null);
      continue;
    }
    const inspection = inspectJson(value);
    if (inspection.problem !== null) {
      const { where, what } = inspection.problem;
      refuse(index, `expected JSON, but ${where === "" ? "the value" : where} is ${what}`);
    }
    // Equal values have equal texts, whatever the order of their keys.
    texts.push(inspection.isCanonical ? JSON.stringify(value) : canonicalJson(value));
  }
  return texts;
}

function encodeLists(
  type: { readonly item: ScalarType; readonly hasNullItems: boolean },
  { values, length, refuse }: Cells,
): Pick<ColumnBuffers, "offsets" | "items"> {
  const offsets = new Int32Array(length + 1);
  const items: unknown[] = [];
  let nullCount = 0;
  for (let index = 0; index < length; index += 1) {
    const value = values[index];
    if (value !== null && !Array.isArray(value)) refuse(index, `expected an array, got ${describeValue(value)}`);
    // The guard above leaves null and arrays; `refuse` never returns, which the compiler cannot see for a property.
    for (const item of (value ?? []) as readonly unknown[]) {
      if (item === null && !type.hasNullItems) refuse(index, `item ${items.length - (offsets[index] ?? 0)} is null`);
      if (item === null) nullCount += 1;
      items.push(item);
    }
    offsets[index + 1] = items.length;
  }
  const refuseItem = (at: number, problem: string): never => {
    const index = offsets.findIndex((end) => end > at) - 1;
    return refuse(index, `item ${at - (offsets[index] ?? 0)}: ${problem}`);
  };
  return {
    offsets,
    items: encodeColumn(type.item, { values: items, length: items.length, nullCount, refuse: refuseItem }),
  };
}
