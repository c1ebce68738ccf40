import { assertNever, parseJson } from "@heddle/core/internal";
import type { Data } from "apache-arrow";
import { isAscii } from "node:buffer";
import { formatDay } from "./calendar-day.ts";
import type { ColumnType } from "./column.ts";

/** Writes the cells from row `from` up to `to` to the start of `into`. */
export type DecodeCells = (from: number, to: number, into: unknown[]) => void;

/** Makes a function that turns a column of one record batch into cells, some rows at a time. */
export function columnDecoder(type: ColumnType, data: Data): DecodeCells {
  const decode = valueDecoder(type, data);
  return data.nullCount === 0 ? decode : withNulls(decode, data);
}

function withNulls(decode: DecodeCells, { nullBitmap, offset }: Data): DecodeCells {
  return (from, to, into) => {
    decode(from, to, into);
    for (let index = from; index < to; index += 1) {
      if (!hasBit(nullBitmap, offset + index)) into[index - from] = null;
    }
  };
}

function hasBit(bitmap: Uint8Array, index: number): boolean {
  return ((bitmap[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
}

function valueDecoder(type: ColumnType, data: Data): DecodeCells {
  switch (type.kind) {
    case "int32":
    case "float64":
      return copyValues(data);
    case "int64":
      return data.values instanceof BigInt64Array ? copyValues(data) : widenIntegers(data);
    case "bool":
      return decodeBooleans(data);
    case "utf8":
      return decodeTexts(data);
    case "date":
      return decodeDays(data);
    case "timestamp":
      return decodeInstants(data);
    case "json":
      return decodeJson(data);
    case "list":
      return decodeLists(type.item, data);
    default:
      return assertNever(type);
  }
}

function copyValues(data: Data): DecodeCells {
  const values: ArrayLike<unknown> = data.values;
  return (from, to, into) => {
    for (let index = from; index < to; index += 1) into[index - from] = values[index];
  };
}

/** Of a column that had 32 bits when it was stored. */
function widenIntegers(data: Data): DecodeCells {
  const values: Int32Array = data.values;
  return (from, to, into) => {
    for (let index = from; index < to; index += 1) into[index - from] = BigInt(values[index] ?? 0);
  };
}

function decodeBooleans(data: Data): DecodeCells {
  // Of all values, only bits are not shifted to the start when Arrow slices a column.
  const bitmap: Uint8Array = data.values;
  return (from, to, into) => {
    for (let index = from; index < to; index += 1) into[index - from] = hasBit(bitmap, data.offset + index);
  };
}

/**
 * Decodes the texts of many rows by one call where they are ASCII. The texts then share memory: one that is kept keeps
 * the others of its slice of rows as well, some kilobytes.
 */
function decodeTexts(data: Data): DecodeCells {
  const values: Uint8Array = data.values;
  const offsets: Int32Array = data.valueOffsets;
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return (from, to, into) => {
    const start = offsets[from] ?? 0;
    const end = offsets[to] ?? 0;
    if (!isAscii(bytes.subarray(start, end))) return decodeEach(from, to, into);
    const text = bytes.toString("latin1", start, end);
    for (let index = from; index < to; index += 1) {
      into[index - from] = text.slice((offsets[index] ?? 0) - start, (offsets[index + 1] ?? 0) - start);
    }
  };

  function decodeEach(from: number, to: number, into: unknown[]): void {
    for (let index = from; index < to; index += 1) {
      into[index - from] = bytes.toString("utf8", offsets[index], offsets[index + 1]);
    }
  }
}

/** Days repeat, and so do their texts; forgotten as a whole beyond this. */
const MAX_KNOWN_DAYS = 4096;

function decodeDays(data: Data): DecodeCells {
  const days: Int32Array = data.values;
  const known = new Map<number, string>();
  const format = (day: number): string => {
    const text = formatDay(day);
    if (known.size >= MAX_KNOWN_DAYS) known.clear();
    known.set(day, text);
    return text;
  };
  return (from, to, into) => {
    for (let index = from; index < to; index += 1) {
      const day = days[index] ?? 0;
      into[index - from] = known.get(day) ?? format(day);
    }
  };
}

function decodeInstants(data: Data): DecodeCells {
  const values: BigInt64Array = data.values;
  // Halves, as when they were written: no bigint for each.
  const halves = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
  return (from, to, into) => {
    for (let index = from; index < to; index += 1) {
      const low = (halves[index * 2] ?? 0) >>> 0;
      into[index - from] = new Date((halves[index * 2 + 1] ?? 0) * 0x1_0000_0000 + low);
    }
  };
}

function decodeJson(data: Data): DecodeCells {
  const decode = decodeTexts(data);
  return (from, to, into) => {
    decode(from, to, into);
    for (let index = 0; index < to - from; index += 1) {
      const text = into[index];
      // A null cell has an empty text.
      into[index] = typeof text === "string" && text !== "" ? parseJson(text) : null;
    }
  };
}

function decodeLists(item: ColumnType, data: Data): DecodeCells {
  const offsets: Int32Array = data.valueOffsets;
  const [child] = data.children;
  if (child === undefined) throw new TypeError("a list column without items");
  const decode = columnDecoder(item, child);
  return (from, to, into) => {
    const start = offsets[from] ?? 0;
    const items: unknown[] = [];
    decode(start, offsets[to] ?? start, items);
    for (let index = from; index < to; index += 1) {
      into[index - from] = items.slice((offsets[index] ?? 0) - start, (offsets[index + 1] ?? 0) - start);
    }
  };
}
