import { HeddleError, type StoredColumn } from "@heddle/core";
import type { Table } from "apache-arrow";
import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { describeValue } from "../describe-value.ts";
import { fileError } from "../filesystem/file-error.ts";
import { parquetLayout, writeParquetFile } from "../parquet-file.ts";
import { loadArrow, type Arrow } from "../table/load-arrow.ts";
import type { TableSchema } from "../table/schema.ts";
import { databaseTypeOfStored } from "./column-types.ts";
import { quoteName, quoteText } from "./sql-text.ts";
import { ValueTypes } from "./value-types.ts";
import type { FileScope } from "./verified-files.ts";

/** What {@link jsonSource} reads. */
export interface JsonFiles {
  readonly paths: readonly string[];
  readonly format: "array" | "newline_delimited";
  readonly columns: ColumnTypes;
  /** Length of the longest file. */
  readonly bytes: number;
}

const MIN_OBJECT_BYTES = 16 * 1024 * 1024;

/** A table expression that reads rows from files of JSON. */
export function jsonSource({ paths, format, columns, bytes }: JsonFiles): string {
  const list = paths.map(quoteText).join(", ");
  const types = columns.map(([name, type]) => `${quoteName(name)}: ${quoteText(type)}`).join(", ");
  const size = Math.max(MIN_OBJECT_BYTES, bytes + 1);
  return `read_json([${list}], format = '${format}', columns = {${types}}, maximum_object_size = ${size})`;
}

/** A table expression that reads files of Parquet. */
export function parquetSource(paths: readonly string[], { unite }: { unite: boolean }): string {
  return `read_parquet([${paths.map(quoteText).join(", ")}]${unite ? ", union_by_name = true" : ""})`;
}

/** Columns with their types in DuckDB. */
export type ColumnTypes = readonly (readonly [name: string, type: string])[];

/**
 * The types of rows that were recorded with their columns; `null` where one has no counterpart in DuckDB. What was
 * recorded as text may be JSON: the declared schema tells, or else the rows that were seen.
 */
export function declaredTypes(
  columns: readonly StoredColumn[] | undefined,
  { schema, seen = [] }: { readonly schema: TableSchema | undefined; readonly seen?: ColumnTypes },
): ColumnTypes | null {
  const isJson = (name: string): boolean =>
    schema?.columns[name]?.type.kind === "json" || seen.some(([other, type]) => other === name && type === "JSON");
  const types = columns?.map((column): [string, string | null] => {
    const type = databaseTypeOfStored(column);
    return [column.name, type === "VARCHAR" && isJson(column.name) ? "JSON" : type];
  });
  return types?.every((pair): pair is [string, string] => pair[1] !== null) === true ? types : null;
}

/** Files that were made of a loaded value: of rows, or of Arrow's columns. */
export type WrittenValue =
  | { readonly kind: "rows"; readonly path: string; readonly bytes: number; readonly types: ValueTypes }
  | { readonly kind: "parquet"; readonly paths: readonly string[] };

/**
 * Writes a value that an I/O manager has loaded to temporary files that SQL can read: rows, however they come, in
 * constant memory, and tables or record batches of Arrow.
 *
 * @throws SQL_INPUT_UNREADABLE when it is neither
 */
export async function writeValue(value: unknown, scope: FileScope): Promise<WrittenValue> {
  const arrow = await loadArrow();
  if (arrow.isArrowTable(value)) return { kind: "parquet", paths: [await writeTable(value, scope)] };
  if (typeof value !== "object" || value === null || !(Symbol.asyncIterator in value || Symbol.iterator in value)) {
    throw new HeddleError("SQL_INPUT_UNREADABLE", `expected rows or an Arrow table, got ${describeValue(value)}`, {
      hint: "SQL reads tables: let the upstream return a list of rows, or give it an I/O manager of tables.",
    });
  }
  // Guarded above.
  const items = value as AsyncIterable<unknown> | Iterable<unknown>;
  const first = await peek(items);
  if (!first.done && isBatch(first.value))
    return { kind: "parquet", paths: await writeBatches(arrow, first.all, scope) };
  return writeRows(first.all, scope);
}

async function peek(items: AsyncIterable<unknown> | Iterable<unknown>) {
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const first = await iterator.next();
  async function* all(): AsyncGenerator<unknown, void> {
    try {
      for (let next = first; next.done !== true; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  const value: unknown = first.value;
  return { done: first.done === true, value, all: all() };
}

/** A record batch, of whichever copy of `apache-arrow`: the one of a table is a table, too. */
function isBatch(value: unknown): value is Table | { readonly schema: unknown; readonly numRows: number } {
  return (
    typeof value === "object" && value !== null && "schema" in value && "numRows" in value && "getChildAt" in value
  );
}

async function writeTable(table: Table, { directory }: FileScope): Promise<string> {
  const path = join(directory, `${randomUUID()}.parquet`);
  const body = await writeParquetFile(table, parquetLayout({ compression: "none" }));
  try {
    await writeFile(path, body);
  } catch (error) {
    throw fileError(error, { verb: "write", location: path });
  }
  return path;
}

/** So many rows become one file at a time. */
const FILE_ROWS = 262_144;

async function writeBatches(arrow: Arrow, batches: AsyncIterable<unknown>, scope: FileScope): Promise<string[]> {
  const paths: string[] = [];
  let gathered: Table | undefined;
  for await (const batch of batches) {
    scope.signal.throwIfAborted();
    // A record batch or a table: both are made of record batches.
    const table = arrow.isArrowTable(batch) ? batch : new arrow.Table([batch as never]);
    gathered = gathered === undefined ? table : gathered.concat(table);
    if (gathered.numRows < FILE_ROWS) continue;
    paths.push(await writeTable(gathered, scope));
    gathered = undefined;
  }
  if (gathered !== undefined) paths.push(await writeTable(gathered, scope));
  return paths;
}

async function writeRows(
  rows: AsyncIterable<unknown> | Iterable<unknown>,
  { directory, signal }: FileScope,
): Promise<WrittenValue> {
  const path = join(directory, `${randomUUID()}.jsonl`);
  const types = new ValueTypes();
  const file = createWriteStream(path);
  try {
    await pipeline(Readable.from(jsonLines(rows, types)), file, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw fileError(error, { verb: "write", location: path });
  }
  return { kind: "rows", path, bytes: file.bytesWritten, types };
}

const LINES_AT_ONCE = 1024;

async function* jsonLines(rows: AsyncIterable<unknown> | Iterable<unknown>, types: ValueTypes): AsyncGenerator<string> {
  let lines: string[] = [];
  let index = 0;
  for await (const row of rows) {
    types.see(row, index);
    index += 1;
    if (lines.push(JSON.stringify(row, toJson)) < LINES_AT_ONCE) continue;
    yield `${lines.join("\n")}\n`;
    lines = [];
  }
  if (lines.length > 0) yield `${lines.join("\n")}\n`;
}

/** What JSON has no form for, as a text that DuckDB reads as the type of its column. */
function toJson(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}
