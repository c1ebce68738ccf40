import type { DuckDBDataChunk, DuckDBValue } from "@duckdb/node-api";
import { formatDay, parseDay } from "../table/calendar-day.ts";
import type { ColumnType } from "../table/column.ts";
import type { DuckDB } from "./load-duckdb.ts";

/** Turns a value of DuckDB that is there into a cell of a row. @throws RangeError for one that a cell cannot be */
type ReadCell = (value: DuckDBValue) => unknown;

const FIRST_DAY = parseDay("0000-01-01") ?? 0;
const LAST_DAY = parseDay("9999-12-31") ?? 0;
/** Days repeat, and so do their texts; forgotten as a whole beyond this. */
const MAX_KNOWN_DAYS = 4096;

/** Makes the function that reads the cells of a column, which has the type that {@link selectDeclared} gives it. */
export function cellReader(duckdb: DuckDB, type: ColumnType): ReadCell | null {
  switch (type.kind) {
    case "date":
      return dayReader(duckdb);
    case "timestamp":
      return (value) => (value instanceof duckdb.DuckDBTimestampTZValue ? readInstant(value.micros) : value);
    case "json":
      return (value) => JSON.parse(String(value)) as unknown;
    case "list": {
      const readItem = cellReader(duckdb, type.item);
      return (value) => {
        if (!(value instanceof duckdb.DuckDBListValue)) return value;
        const { items } = value;
        if (!type.hasNullItems && items.includes(null)) throw new RangeError("a list has an item that is null");
        return readItem === null ? items : items.map((item) => (item === null ? null : readItem(item)));
      };
    }
    default:
      return null;
  }
}

function dayReader({ DuckDBDateValue }: DuckDB): ReadCell {
  const known = new Map<number, string>();
  return (value) => {
    if (!(value instanceof DuckDBDateValue)) return value;
    const found = known.get(value.days);
    if (found !== undefined) return found;
    if (value.days < FIRST_DAY || value.days > LAST_DAY)
      throw new RangeError(`${String(value)} is no day of the years 0000 to 9999`);
    const text = formatDay(value.days);
    if (known.size >= MAX_KNOWN_DAYS) known.clear();
    known.set(value.days, text);
    return text;
  };
}

/** DuckDB counts microseconds, a cell has milliseconds: the rest is cut off, towards the past. */
function readInstant(micros: bigint): Date {
  const millis = Number(BigInt.asIntN(64, micros) / 1000n) - (micros < 0n && micros % 1000n !== 0n ? 1 : 0);
  const instant = new Date(millis);
  if (Number.isNaN(instant.getTime())) throw new RangeError("infinity is no instant");
  return instant;
}

/** Appends the cells of one column of a chunk. */
export function appendCells(
  chunk: DuckDBDataChunk,
  column: { readonly index: number; readonly read: ReadCell | null },
  into: unknown[],
): void {
  const { index, read } = column;
  const vector = chunk.getColumnVector(index);
  for (let row = 0; row < chunk.rowCount; row += 1) {
    const value = vector.getItem(row);
    into.push(value === null || read === null ? value : read(value));
  }
}
