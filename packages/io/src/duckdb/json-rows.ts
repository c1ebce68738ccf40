import { HeddleError, type JsonValue } from "@heddle/core";
import { subjectOf, type QuerySubject } from "./query-error.ts";
import type { QueryResult } from "./query-result.ts";
import { columnsOf } from "../table/schema.ts";

/** A cell as JSON: an instant is its ISO text, a whole number of 64 bits a number. */
export type JsonCell<TCell> = TCell extends bigint
  ? number
  : TCell extends Date
    ? string
    : TCell extends readonly (infer TItem)[]
      ? readonly JsonCell<TItem>[]
      : TCell;

/** A typed row as JSON. */
export type JsonRowOf<TRow> = { [K in keyof TRow]: JsonCell<TRow[K]> };

/** A row whose columns nobody declared. */
export type JsonRow = Readonly<Record<string, JsonValue>>;

/**
 * The rows of a result as JSON, for I/O managers that store JSON values.
 *
 * @throws SQL_RESULT_MISMATCH for a whole number that JSON would change
 */
export async function jsonRows(result: QueryResult, subject: QuerySubject): Promise<JsonRow[]> {
  const columns = columnsOf(result.schema);
  const rows: JsonRow[] = [];
  for await (const row of result.rows()) {
    const cells = new Map(Object.entries(row));
    const refuse = (name: string, value: bigint): never => {
      throw new HeddleError(
        "SQL_RESULT_MISMATCH",
        `${subjectOf(subject)}: row ${rows.length}, column ${JSON.stringify(name)}: JSON has no number ${value}`,
        {
          hint: "Cast it to text in the query, or give the asset an I/O manager with a schema, such as parquet({ schema }).",
          details: { asset: subject.assetKey, partition: subject.partitionKey, column: name },
        },
      );
    };
    const entries = columns.map(({ name }): [string, JsonValue] => [
      name,
      toJson(cells.get(name), (value) => refuse(name, value)),
    ]);
    rows.push(Object.fromEntries(entries));
  }
  return rows;
}

function toJson(value: unknown, refuse: (value: bigint) => never): JsonValue {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : refuse(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item) => toJson(item, refuse));
  // What is left of the kinds of cell is JSON.
  return value as JsonValue;
}
