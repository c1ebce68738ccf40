import { HeddleError } from "@heddle/core";
import { describeValue } from "../describe-value.ts";
import type { Cells } from "./cells.ts";
import type { RowChunk } from "./row-chunks.ts";
import type { NamedColumn } from "./schema.ts";

/** Refuses rows that are no objects or have other properties than the declared columns. @throws IO_VALUE_NOT_STORABLE */
export function assertRowShapes({ rows, from }: RowChunk, columns: readonly NamedColumn[]): void {
  for (let index = 0; index < rows.length; index += 1) {
    const row = rows[index];
    // A missing column shows when its cells are read, so that counting finds those that are too many.
    if (typeof row !== "object" || row === null || countKeys(row) !== columns.length) {
      refuseShape(row, from + index, columns);
    }
  }
}

/** Counts without making an array of the keys; inherited ones are sorted out where the count is not the expected one. */
function countKeys(row: object): number {
  let count = 0;
  for (const _key in row) count += 1;
  return count;
}

function refuseShape(row: unknown, index: number, columns: readonly NamedColumn[]): void {
  if (typeof row !== "object" || row === null || Array.isArray(row)) {
    throw notStorable(`row ${index}: expected an object, got ${describeValue(row)}`, { row: index });
  }
  const declared = columns.map(({ name }) => name);
  const extra = Object.keys(row).filter((key) => !declared.includes(key));
  if (extra.length > 0) {
    throw notStorable(
      `row ${index} has ${list(extra)}, which the schema does not declare; it declares ${list(declared)}`,
      { row: index, columns: extra },
      "Declare the column, or leave the property out of the rows.",
    );
  }
  const missing = declared.filter((name) => !(name in row));
  if (missing.length > 0) throw missingColumns(index, missing);
}

/** One of the columns that rows should have. */
export interface ColumnOfRows extends NamedColumn {
  readonly columns: readonly NamedColumn[];
}

/**
 * Reads the cells of one column into `values` and counts its nulls.
 *
 * @throws IO_VALUE_NOT_STORABLE for a cell without value, and for a null where the column is not nullable
 */
export function extractCells(
  { rows, from }: RowChunk,
  { name, column, columns }: ColumnOfRows,
  values: unknown[],
): Cells {
  const refuse = (index: number, problem: string): never => {
    throw notStorable(`row ${from + index}, column ${JSON.stringify(name)}: ${problem}`, {
      row: from + index,
      column: name,
    });
  };
  let nullCount = 0;
  for (let index = 0; index < rows.length; index += 1) {
    // `assertRowShapes` has seen that every row is an object.
    const value = (rows[index] as Readonly<Record<string, unknown>>)[name];
    if (value === undefined) {
      refuseShape(rows[index], from + index, columns);
      throw missingColumns(from + index, [name]);
    }
    if (value === null) nullCount += 1;
    values[index] = value;
  }
  const cells = { values, length: rows.length, nullCount, refuse };
  if (nullCount === 0 || column.isNullable) return cells;
  // null is a JSON value as well.
  if (column.type.kind === "json") return { ...cells, nullCount: 0 };
  return refuse(values.indexOf(null), "null, but the column is not nullable");
}

function missingColumns(row: number, columns: readonly string[]): HeddleError {
  return notStorable(
    `row ${row} has no value for ${list(columns)}`,
    { row, columns: [...columns] },
    "Give every column a value; in a nullable column, null stands for none.",
  );
}

function notStorable(message: string, details: Record<string, number | string | string[]>, hint?: string): HeddleError {
  return new HeddleError("IO_VALUE_NOT_STORABLE", message, {
    hint: hint ?? "Change the value, or the type of the column in the schema.",
    details,
  });
}

function list(names: readonly string[]): string {
  return `the column${names.length === 1 ? "" : "s"} ${names.map((name) => JSON.stringify(name)).join(", ")}`;
}
