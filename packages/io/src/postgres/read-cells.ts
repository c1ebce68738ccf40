import { assertNever, parseJson } from "@heddle/core/internal";
import { formatDay } from "../table/calendar-day.ts";
import type { ColumnType } from "../table/column.ts";
import { EPOCH_DAYS, EPOCH_MS } from "./pg-types.ts";

/** Reads a cell that has a value from PostgreSQL's binary format. */
export type ReadCell = (buffer: Buffer, at: number, length: number) => unknown;

/** Makes the function that reads the cells of a column. */
export function cellReader(type: ColumnType): ReadCell {
  switch (type.kind) {
    case "bool":
      return (buffer, at) => buffer[at] === 1;
    case "int32":
      return (buffer, at) => buffer.readInt32BE(at);
    case "int64":
      return (buffer, at) => buffer.readBigInt64BE(at);
    case "float64":
      return (buffer, at) => buffer.readDoubleBE(at);
    case "utf8":
      return (buffer, at, length) => buffer.toString("utf8", at, at + length);
    case "date":
      return dayReader();
    case "timestamp":
      return readInstant;
    case "json":
      // After the version of the format.
      return (buffer, at, length): unknown => parseJson(buffer.toString("utf8", at + 1, at + length));
    case "list":
      return listReader(cellReader(type.item));
    default:
      return assertNever(type);
  }
}

/** Days repeat, and so do their texts; forgotten as a whole beyond this. */
const MAX_KNOWN_DAYS = 4096;

function dayReader(): ReadCell {
  const known = new Map<number, string>();
  return (buffer, at) => {
    const day = buffer.readInt32BE(at);
    const text = known.get(day);
    if (text !== undefined) return text;
    if (known.size >= MAX_KNOWN_DAYS) known.clear();
    const formatted = formatDay(day + EPOCH_DAYS);
    known.set(day, formatted);
    return formatted;
  };
}

/** Microseconds of 64 bits are more than a number holds exactly: the halves are divided one after the other. */
function readInstant(buffer: Buffer, at: number): Date {
  const high = buffer.readInt32BE(at);
  const low = buffer.readUInt32BE(at + 4);
  const highMs = Math.floor(high / 1_000);
  const rest = (high - highMs * 1_000) * 0x1_0000_0000 + low;
  return new Date(highMs * 0x1_0000_0000 + Math.floor(rest / 1_000) + EPOCH_MS);
}

function listReader(read: ReadCell): ReadCell {
  return (buffer, at) => {
    const items: unknown[] = [];
    if (buffer.readInt32BE(at) === 0) return items;
    let position = at + 20;
    for (let left = buffer.readInt32BE(at + 12); left > 0; left -= 1) {
      const length = buffer.readInt32BE(position);
      position += 4;
      items.push(length < 0 ? null : read(buffer, position, length));
      position += Math.max(0, length);
    }
    return items;
  };
}
