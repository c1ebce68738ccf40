import { HeddleError } from "@heddle/core";
import type { Table } from "apache-arrow";
import { describeValue } from "../describe-value.ts";
import type { Arrow } from "./load-arrow.ts";
import { assertColumnsKnown } from "./schema.ts";

/** Refuses what is not an Arrow table, of whichever copy of `apache-arrow`. @throws IO_VALUE_NOT_STORABLE */
export function assertArrowTable(arrow: Arrow, value: unknown): asserts value is Table {
  if (arrow.isArrowTable(value)) return;
  throw new HeddleError("IO_VALUE_NOT_STORABLE", `expected a Table of apache-arrow, got ${describeValue(value)}`, {
    hint: "Return an Arrow table, or give the I/O manager a schema to return rows: parquet({ schema }), arrow({ schema }).",
  });
}

/** Some columns of a table, in the table's order. @throws IO_COLUMN_UNKNOWN */
export function selectColumns(table: Table, names: readonly string[] | undefined): Table {
  if (names === undefined) return table;
  const known = table.schema.fields.map(({ name }) => name);
  assertColumnsKnown(names, known);
  return table.select(known.filter((name) => names.includes(name)));
}
