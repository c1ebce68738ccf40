import fc from "fast-check";
import { formatDay } from "../src/table/calendar-day.ts";
import { bool, date, float64, int32, int64, json, list, table, timestamp, utf8 } from "../src/parquet.ts";
import type { Column, TableSchema } from "../src/parquet.ts";

/** A column of each kind, and its cells. */
export const CELLS: Readonly<Record<string, { readonly column: Column; readonly value: fc.Arbitrary<unknown> }>> = {
  bool: { column: bool(), value: fc.boolean() },
  int32: { column: int32(), value: fc.integer() },
  int64: { column: int64(), value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) },
  float64: { column: float64(), value: fc.double() },
  utf8: { column: utf8(), value: fc.oneof(fc.string(), fc.string({ unit: "binary" })) },
  date: { column: date(), value: fc.integer({ min: -719_528, max: 2_932_896 }).map(formatDay) },
  timestamp: { column: timestamp(), value: fc.date({ noInvalidDate: true }) },
  json: { column: json(), value: fc.jsonValue().filter((value) => !JSON.stringify(value).includes("\\u0000")) },
};

/** A schema and rows of it. */
export interface TableCase {
  readonly schema: TableSchema;
  readonly rows: readonly Record<string, unknown>[];
}

/** Tables of any columns, nullable or not, and lists of them. */
export const TABLES: fc.Arbitrary<TableCase> = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...Object.keys(CELLS)), fc.boolean(), fc.boolean()), {
    minLength: 1,
    maxLength: 6,
    selector: String,
  })
  .chain((kinds) => {
    const schema: Record<string, Column> = {};
    const row: Record<string, fc.Arbitrary<unknown>> = {};
    for (const [kind, isNullable, isList] of kinds) {
      const { column, value } = CELLS[kind]!;
      const name = `${kind} ${isNullable} ${isList}`;
      const item = isNullable ? column.nullable() : column;
      const cell = isNullable ? fc.option(value, { nil: null }) : value;
      schema[name] = isList && kind !== "json" ? list(item) : item;
      row[name] = isList && kind !== "json" ? fc.array(cell, { maxLength: 5 }) : cell;
    }
    return fc.record({ schema: fc.constant(table(schema)), rows: fc.array(fc.record(row), { maxLength: 40 }) });
  });

/** JSON has no sign of zero. */
export const withoutNegativeZero = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_key, cell: unknown) => (typeof cell === "bigint" ? `${cell}n` : cell)));

/** Rows as they come back: the values of JSON columns have no sign of zero; those of number columns keep theirs. */
export function withZeros(rows: unknown): unknown {
  return (rows as Record<string, unknown>[]).map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, name.startsWith("json ") ? withoutNegativeZero(value) : value]),
    ),
  );
}
