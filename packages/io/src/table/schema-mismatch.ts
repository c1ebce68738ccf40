import { HeddleError } from "@heddle/core";
import { arrowTypeName } from "./column.ts";
import type { NamedColumn } from "./schema.ts";

/** A column as it was stored. */
export interface StoredAs {
  readonly name: string;
  /** Name of its Arrow type. */
  readonly type: string;
}

/**
 * Refuses to load columns that were stored with another type, or were not stored. A nullable column may be absent: it
 * was declared after the table was stored, and reads as `null`. A type may be wider than it was.
 *
 * @throws IO_SCHEMA_MISMATCH
 */
export function assertStoredAs(stored: readonly StoredAs[], columns: readonly NamedColumn[]): void {
  for (const { name, column } of columns) {
    const found = stored.find((candidate) => candidate.name === name);
    const expected = arrowTypeName(column.type);
    if (found === undefined && !column.isNullable) throw schemaMismatch(name, "the stored table does not have it");
    if (found !== undefined && found.type !== expected && !isWider(found.type, expected)) {
      throw schemaMismatch(name, `it is stored as ${found.type}, and the schema declares ${expected}`);
    }
  }
}

/** Whether a column of the one type is read as the other one: the schema was widened after the table was stored. */
function isWider(stored: string, declared: string): boolean {
  return stored === "Int32" && (declared === "Int64" || declared === "Float64");
}

/** The error about one column of a stored table. */
export function schemaMismatch(name: string, problem: string): HeddleError {
  return new HeddleError("IO_SCHEMA_MISMATCH", `column ${JSON.stringify(name)}: ${problem}`, {
    hint: "The schema has changed since this was stored: materialize the partition again, or declare the column as it was (a new column as nullable).",
    details: { column: name },
  });
}
