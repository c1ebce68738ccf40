import {
  HeddleError,
  isHeddleError,
  type InputContext,
  type JsonValue,
  type RowFilter,
  type TablePreview,
} from "@heddle/core";
import { systemErrorCode } from "../filesystem/file-error.ts";
import { beforeAbort } from "../before-abort.ts";
import { corruptObject } from "../store-error.ts";
import { assertStoredAs } from "../table/schema-mismatch.ts";
import { columnsOf, type NamedColumn, type TableSchema } from "../table/schema.ts";
import { arrowTypeName } from "../table/column.ts";
import { call, orRollBack } from "./call.ts";
import { arrivingRows } from "./decode-rows.ts";
import { filterSql } from "./filter-sql.ts";
import { columnName, quoteName } from "./names.ts";
import { isWidened, pgType } from "./pg-types.ts";
import type { Pool } from "./pool.ts";
import type { Session } from "./session.ts";
import { summarizeBlocks } from "./summarize-blocks.ts";
import { versionMissing, type StoredVersion } from "./stored-version.ts";

/** Rows that are wanted of a stored version. */
export interface VersionRead {
  readonly pool: Pool;
  readonly schema: TableSchema;
  readonly stored: StoredVersion;
  /** Names the value for people. */
  readonly subject: string;
  readonly context: Pick<InputContext, "columns" | "where" | "signal">;
}

/** Rows by their numbers: from this one up to, and without, that one. */
interface RowRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Loads the rows of a version, in the order in which they were written.
 *
 * @throws IO_OBJECT_MISSING, IO_OBJECT_CORRUPT, IO_SCHEMA_MISMATCH, IO_COLUMN_UNKNOWN, IO_STORE_FAILED
 */
export async function readVersion(read: VersionRead): Promise<object[]> {
  const rows = await readRange(read, { from: 0, to: read.stored.rows });
  await assertWhole(read, rows.length);
  return rows;
}

/** So many bytes of rows are asked for at once by a reader that takes one row after the other. */
const PAGE_BYTES = 4 * 1024 * 1024;
const MAX_PAGE_ROWS = 20_000;

/**
 * Streams the rows of a version in their order, page by page, one page ahead. Between pages no connection is held and no
 * transaction is open, however long the consumer takes; a page that meets a lost connection is read again.
 */
export function streamVersion(read: VersionRead): AsyncGenerator<object, void> {
  // What cannot be read is refused before the first row is asked for.
  selectText(read, { from: 0, to: 0 });
  return streamPages(read);
}

async function* streamPages(read: VersionRead): AsyncGenerator<object, void> {
  const { stored, context } = read;
  const pageRows = pageSize(stored);
  // Whoever stops early does not wait for the page ahead.
  const stopped = new AbortController();
  const signal = AbortSignal.any([context.signal, stopped.signal]);
  const readPage = (from: number): Promise<object[]> | undefined => {
    if (from >= stored.rows) return undefined;
    const page = readRange({ ...read, context: { ...context, signal } }, { from, to: from + pageRows });
    // Its failure is met when it is its turn.
    page.catch(() => undefined);
    return page;
  };
  let count = 0;
  try {
    // Blocks that the index does not know would be read again for every page. Without it, pages come more slowly.
    if (stored.rows > pageRows)
      await beforeAbort(
        summarizeBlocks(read.pool, stored.table).catch(() => undefined),
        signal,
      );
    let next = readPage(0);
    for (let from = pageRows; next !== undefined; from += pageRows) {
      const page: object[] = await next;
      next = readPage(from);
      count += page.length;
      yield* page;
    }
    await assertWhole(read, count);
  } finally {
    stopped.abort(new Error("the reader has stopped"));
  }
}

function pageSize({ rows, bytes }: StoredVersion): number {
  const bytesPerRow = Math.max(1, bytes / Math.max(1, rows));
  return Math.max(1, Math.min(MAX_PAGE_ROWS, Math.floor(PAGE_BYTES / bytesPerRow)));
}

async function readRange(read: VersionRead, range: RowRange): Promise<object[]> {
  const { pool, subject, context, stored } = read;
  const { text, parameters, columns } = selectText(read, range);
  try {
    return await call(pool, { verb: "load", subject, signal: context.signal }, async (session) => {
      const rows = arrivingRows(columns);
      await session.run(BEGIN_READING);
      await orRollBack(session, () => session.read(text, parameters, rows));
      await session.run("commit");
      return rows.finish();
    });
  } catch (error) {
    const cause = isHeddleError(error) ? error.cause : undefined;
    const code = systemErrorCode(cause);
    if (code === UNDEFINED_TABLE) throw versionMissing(subject, stored);
    if (code === UNDEFINED_COLUMN && cause instanceof Error) throw columnGone(cause.message, stored);
    throw error;
  }
}

/** Of a table that was never analyzed the planner believes that its index is of no use. */
const BEGIN_READING =
  "begin isolation level read committed read only; set local enable_seqscan = off; set local statement_timeout = 0";
const UNDEFINED_TABLE = "42P01";
const UNDEFINED_COLUMN = "42703";

function columnGone(message: string, { table }: StoredVersion): HeddleError {
  return new HeddleError("IO_SCHEMA_MISMATCH", `the table ${table} was altered by hand: ${message}`, {
    hint: "Put the column back and materialize the partition again.",
    details: { table },
  });
}

function selectText({ schema, stored, context }: VersionRead, { from, to }: RowRange) {
  const columns = columnsOf(schema, context.columns);
  assertLoadable(stored, columns);
  const parameters: string[] = [String(stored.version)];
  const expression = (name: string): string => columnSql(schema, stored, name);
  const parameter = (value: string): string => `$${parameters.push(value)}`;
  const conditions = ["heddle_version = $1::bigint"];
  if (from > 0) conditions.push(`heddle_row >= ${parameter(String(from))}::integer`);
  if (to < stored.rows) conditions.push(`heddle_row < ${parameter(String(to))}::integer`);
  if (context.where !== undefined) {
    assertLoadable(stored, filteredColumns(schema, context.where));
    conditions.push(filterSql(context.where, { schema, expression, parameter }));
  }
  const selected = ["heddle_row", ...columns.map(({ name }) => expression(name))];
  const text = `select ${selected.join(", ")} from ${stored.table} where ${conditions.join(" and ")}`;
  return { text, parameters, columns };
}

function filteredColumns(schema: TableSchema, where: RowFilter): readonly NamedColumn[] {
  const names = Object.keys(where);
  return names.length === 0 ? [] : columnsOf(schema, names);
}

/** Refuses columns that were stored as something that cannot be read as what is declared. @throws IO_SCHEMA_MISMATCH */
function assertLoadable(stored: StoredVersion, columns: readonly NamedColumn[]): void {
  const found = stored.columns.map((column) => {
    const declared = columns.find(({ name }) => name === column.name)?.column.type;
    const isWider = declared !== undefined && isWidened(STORED_TYPES[column.type] ?? "", pgType(declared).name);
    return isWider ? { name: column.name, type: arrowTypeName(declared) } : column;
  });
  assertStoredAs(found, columns);
}

/** Of the types that may have become wider. */
const STORED_TYPES: Readonly<Record<string, string>> = { Int32: "int4" };

/** SQL of a declared column: where a version holds it, or that it holds none. */
function columnSql(schema: TableSchema, { columns, places }: StoredVersion, name: string): string {
  const declared = schema.columns[name]?.type;
  const type = declared === undefined ? "text" : pgType(declared).name;
  const held = columns.find((column) => column.name === name);
  if (held === undefined || declared === undefined) return `null::${type}`;
  const place = quoteName(places[name] ?? columnName(name));
  return held.type === arrowTypeName(declared) ? place : `${place}::${type}`;
}

/**
 * Makes sure, after the last row was read, that the version is there and was all along: it is marked before the first of
 * its rows is removed.
 */
async function assertWhole({ pool, stored, subject, context }: VersionRead, count: number): Promise<void> {
  const isThere = await call(pool, { verb: "load", subject, signal: context.signal }, (session) =>
    hasVersion(session, stored),
  );
  if (!isThere) throw versionMissing(subject, stored);
  if (context.where !== undefined || count === stored.rows) return;
  throw corruptObject(
    `${subject}: version ${stored.version} of ${stored.table}`,
    `it has ${count} rows, it should have ${stored.rows}: somebody removed or added rows by hand`,
  );
}

async function hasVersion(session: Session, { version, token }: StoredVersion): Promise<boolean> {
  const rows = await session.query(
    "select from heddle.version where id = $1::bigint and token = $2::uuid and not is_removed",
    [String(version), token],
  );
  return rows.length > 0;
}

/** The first rows, for a person. */
export async function previewVersion(read: VersionRead, wantedRows: number): Promise<TablePreview> {
  const { stored, schema, context } = read;
  if (!Number.isSafeInteger(wantedRows) || wantedRows < 1) {
    throw new HeddleError("CONFIG_INVALID", `a preview of ${wantedRows} rows cannot be made`, {
      hint: "Ask for one row at least.",
    });
  }
  const rows = await readRange(read, { from: 0, to: Math.min(wantedRows, stored.rows) });
  await assertWhole({ ...read, context: { ...context, where: {} } }, rows.length);
  const names = columnsOf(schema, context.columns).map(({ name }) => name);
  return {
    columns: names.flatMap((name) => stored.columns.find((column) => column.name === name) ?? []),
    rows: rows.map((row) =>
      names
        .filter((name) => stored.columns.some((column) => column.name === name))
        // Rows have the properties that the schema declares.
        .map((name) => toJson((row as Readonly<Record<string, unknown>>)[name])),
    ),
    totalRows: context.where === undefined ? stored.rows : null,
  };
}

/** A cell as JSON: instants and integers of 64 bits as text, as are the numbers that JSON does not have. */
function toJson(cell: unknown): JsonValue {
  if (typeof cell === "bigint") return String(cell);
  if (typeof cell === "number" && !Number.isFinite(cell)) return String(cell);
  if (cell instanceof Date) return cell.toISOString();
  // Of lists, the items may be such cells; of JSON values, none is.
  return Array.isArray(cell) ? cell.map(toJson) : (cell as JsonValue);
}
