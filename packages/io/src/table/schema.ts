import { HeddleError, type StoredColumn } from "@heddle/core";
import { arrowTypeName, type Column } from "./column.ts";

/** The columns of a table by name. */
export type Columns = Readonly<Record<string, Column>>;

/** The declared columns of a table; made by {@link table}. */
export interface TableSchema<TColumns extends Columns = Columns> {
  readonly columns: TColumns;
}

/** The type of a row: `InferRow<typeof weatherSchema>`. */
export type InferRow<TSchema extends TableSchema> =
  // A condition and not the object alone: the compiler then shows the properties and not this name with the whole schema.
  TSchema extends TableSchema<infer TColumns>
    ? { -readonly [TName in keyof TColumns]: TColumns[TName] extends Column<infer TValue> ? TValue : never }
    : never;

/** What an asset may return as rows: an array, or anything that yields rows or arrays of rows, also while it makes them. */
export type TableRows<TRow> =
  | readonly TRow[]
  | Iterable<TRow | readonly TRow[]>
  | AsyncIterable<TRow | readonly TRow[]>;

/**
 * Declares the columns of a table. Rows are objects with exactly these properties: a missing one is an error, and so is
 * one too many; no value is written as `null`, in a nullable column.
 *
 * @example
 * const weather = table({ day: date(), station: utf8(), tempMax: float64().nullable() });
 * type WeatherRow = InferRow<typeof weather>; // { day: string; station: string; tempMax: number | null }
 *
 * @throws IO_SCHEMA_INVALID when there is no column, or a name cannot be one
 */
export function table<const TColumns extends Columns>(columns: TColumns): TableSchema<TColumns> {
  const names = Object.keys(columns);
  if (names.length === 0)
    throw invalid("a table needs at least one column", "Declare a column: table({ day: date() }).");
  for (const name of names) {
    const problem = findNameProblem(name);
    if (problem !== null)
      throw invalid(`${JSON.stringify(name)} cannot be the name of a column: ${problem}`, "Rename the column.");
  }
  return { columns };
}

function findNameProblem(name: string): string | null {
  if (name === "") return "it is empty";
  // An object with this key would change its prototype instead.
  if (name === "__proto__") return "JavaScript gives it another meaning";
  if (name.startsWith("\uFEFF")) return "it begins with a byte order mark, which not every format gives back";
  if (!name.isWellFormed() || /\p{Cc}/u.test(name)) return "it has control characters or broken Unicode";
  return null;
}

function invalid(message: string, hint: string): HeddleError {
  return new HeddleError("IO_SCHEMA_INVALID", message, { hint });
}

/** A column with its name. */
export interface NamedColumn {
  readonly name: string;
  readonly column: Column;
}

/** The columns of a schema in their order; only some of them when `names` is given. @throws IO_COLUMN_UNKNOWN */
export function columnsOf(schema: TableSchema, names?: readonly string[]): readonly NamedColumn[] {
  const all = Object.entries(schema.columns).map(([name, column]): NamedColumn => ({ name, column }));
  if (names === undefined) return all;
  assertColumnsKnown(names, Object.keys(schema.columns));
  const wanted = new Set(names);
  return all.filter(({ name }) => wanted.has(name));
}

/** Refuses names that a table does not have. @throws IO_COLUMN_UNKNOWN */
export function assertColumnsKnown(names: readonly string[], known: readonly string[]): void {
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0 && names.length > 0) return;
  const what = unknown.length === 0 ? "no column is asked for" : `there is no column ${unknown.map(quote).join(", ")}`;
  throw new HeddleError("IO_COLUMN_UNKNOWN", `${what}; the table has ${known.map(quote).join(", ")}`, {
    hint: "Correct the names in `dep(asset, { columns: [...] })`.",
    details: { unknown },
  });
}

function quote(name: string): string {
  return JSON.stringify(name);
}

/** What is recorded about a schema's columns. */
export function storedColumns(schema: TableSchema): readonly StoredColumn[] {
  return columnsOf(schema).map(({ name, column }) => ({
    name,
    type: arrowTypeName(column.type),
    nullable: column.isNullable,
  }));
}
