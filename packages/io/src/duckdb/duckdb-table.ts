import {
  HeddleError,
  ioManager,
  isHeddleError,
  type InputContext,
  type IoManager,
  type ObjectStore,
  type OutputContext,
  type RowFilter,
  type SchemaDrift,
  type StoredValue,
} from "@heddle/core";
import { parseJson } from "@heddle/core/internal";
import { join, resolve } from "node:path";
import { naming } from "../encoded-io-manager.ts";
import { filesystemStore } from "../filesystem.ts";
import { parquet } from "../parquet.ts";
import { previewValues } from "../preview-values.ts";
import { columnsOf, storedColumns, type InferRow, type TableRows, type TableSchema } from "../table/schema.ts";
import { withDatabaseFile, type FileUse } from "./database-file.ts";
import { resolveLimits } from "./database-limits.ts";
import { subjectOf, type QuerySubject } from "./query-error.ts";
import { openResult, type QueryResult } from "./query-result.ts";
import { findSameNames, foldName } from "./same-names.ts";
import { VERSION_COLUMN } from "./table-layout.ts";
import { TableVersions, type VersionRead } from "./table-versions.ts";
import { temporaryFiles } from "./temporary-files.ts";

/** What {@link duckdbTable} takes. */
export interface DuckdbTableOptions<TSchema extends TableSchema> {
  /** Path of the file, which is made when it is not there; its directory has to be there. */
  readonly file: string;
  /** Name of the table in the file. @default the asset key, with `_` instead of `/` */
  readonly table?: string;
  /** The columns of the rows. */
  readonly schema: TSchema;
  /** Longest wait for another process that has the file open, in milliseconds. @default 60_000 */
  readonly waitMs?: number;
  /**
   * Which changes of its columns an asset may make from one materialization to the next. The table follows new columns
   * and wider numbers; what it cannot follow is refused in any case.
   * @default "additive"
   */
  readonly drift?: SchemaDrift;
}

const DEFAULT_WAIT_MS = 60_000;

/**
 * Stores rows in a table of a DuckDB file, for programs that open the file by themselves. They see a view of the
 * table's name with the rows of every partition that has passed its blocking checks; a partition changes in one step.
 * Consumers in Heddle read exactly the version that was published for them.
 *
 * One process at a time can have the file open. It is opened late and closed early, and whoever finds it in use waits.
 *
 * @throws IO_SCHEMA_INVALID when DuckDB cannot tell two of the columns apart
 *
 * @example
 * asset({ key: "weather/raw", io: duckdbTable({ file: "warehouse.duckdb", schema: weather }), materialize: () => rows });
 */
export function duckdbTable<TSchema extends TableSchema>(
  options: DuckdbTableOptions<TSchema>,
): IoManager<TableRows<InferRow<TSchema>>, InferRow<TSchema>[]> {
  const { schema, drift = "additive" } = options;
  const table = new DuckdbTable(options);
  return ioManager<TableRows<InferRow<TSchema>>, InferRow<TSchema>[]>({
    name: NAME,
    store: undefined,
    table: { columns: storedColumns(schema), drift },
    filters: true,
    write: (rows, context) => table.write(rows, context),
    async load(context) {
      const rows: object[] = [];
      const result = await naming(context, () => table.open(context, {}));
      try {
        for await (const row of result.rows()) rows.push(row);
      } finally {
        await result[Symbol.asyncDispose]();
      }
      // The rows have the schema's columns: that is what the type of a row was made from.
      return rows as InferRow<TSchema>[];
    },
    publish: (stored, context) => table.publish(stored, context),
    remove: (stored, context) => table.remove(stored, context),
    async preview(context, { rows: most }) {
      const shown: unknown[] = [];
      const result = await naming(context, () => table.open(context, { limit: most }));
      try {
        for await (const row of result.rows()) shown.push(readable(row));
      } finally {
        await result[Symbol.asyncDispose]();
      }
      const declared = context.stored.columns?.filter(({ name }) => context.columns?.includes(name) ?? true);
      return previewValues(shown, context.where === undefined ? (context.stored.rows ?? null) : null, declared);
    },
    empty: () => [],
    ...withExport((context, path) => table.export(context, { path, reader: "query" })),
  });
}

/** Name of the I/O manager in stored values. */
const NAME = "duckdb";
const EXPORT = Symbol.for("heddle.duckdb-export");

/** Writes what a stored value has into a Parquet file. */
type Export = (context: InputContext, path: string) => Promise<unknown>;

/** Parts of an I/O manager with which a query can read what it has stored, without making values of it. */
function withExport(exportTo: Export): { readonly [EXPORT]: Export } {
  return { [EXPORT]: exportTo };
}

/** The function that writes a stored version into a Parquet file; `null` for every other I/O manager. */
export function exporterOf(io: object | null): Export | null {
  const found: unknown = io === null ? null : Reflect.get(io, EXPORT);
  // Nothing else has a property of this name.
  return typeof found === "function" ? (found as Export) : null;
}

class DuckdbTable {
  readonly #options: DuckdbTableOptions<TableSchema>;

  constructor(options: DuckdbTableOptions<TableSchema>) {
    assertNamesDiffer(options.schema);
    this.#options = options;
  }

  /** Stages the rows in a temporary file first: the database is open only while they are copied from there. */
  async write(rows: unknown, context: OutputContext): Promise<StoredValue> {
    const { schema, file } = this.#options;
    const { signal, assetKey, partitionKey, attemptId } = context;
    const name = this.#tableName(assetKey);
    const limits = resolveLimits({});
    const files = await temporaryFiles(limits.temporaryDirectory);
    try {
      const store = filesystemStore({ directory: files.path });
      // Rows are validated there, whatever they are.
      const staged = await parquet({ schema }).write(rows as never, { ...context, store });
      const path = await pathOf(store, staged);
      const count = staged.rows ?? 0;
      const version = await naming(context, () =>
        withDatabaseFile(this.#use("write", signal), (session) =>
          new TableVersions(session, { name, assetKey, schema }).add({ path, rows: count, partitionKey, attemptId }),
        ),
      );
      const { dataVersion, columns = [] } = staged;
      const location = `${resolve(file)}#${name}`;
      return { io: NAME, objects: [], dataVersion, rows: count, columns, location, details: { table: name, version } };
    } finally {
      await files.remove();
    }
  }

  async publish(stored: StoredValue, { signal, assetKey, partitionKey, fence }: OutputContext): Promise<void> {
    const { table: name, version } = placeOf(stored, { assetKey, partitionKey });
    const { schema } = this.#options;
    await withDatabaseFile(this.#use("write", signal), (session) =>
      new TableVersions(session, { name, assetKey, schema }).publish(version, { partitionKey, fence }),
    );
  }

  async remove(stored: StoredValue, subject: QuerySubject & { readonly signal: AbortSignal }): Promise<void> {
    const { table: name, version } = placeOf(stored, subject);
    const { schema } = this.#options;
    try {
      // `read`: where the file is gone, there is nothing to remove.
      await withDatabaseFile(this.#use("read", subject.signal), (session) =>
        new TableVersions(session, { name, assetKey: subject.assetKey, schema }).remove(version),
      );
    } catch (error) {
      if (!isHeddleError(error, "IO_OBJECT_MISSING")) throw error;
    }
  }

  /** Copies what is wanted of a version into a temporary file, and opens that: the database is closed by then. */
  async open(context: InputContext, { limit }: { limit?: number }): Promise<QueryResult> {
    const { assetKey, partitionKey, signal } = context;
    const limits = resolveLimits({});
    const files = await temporaryFiles(limits.temporaryDirectory);
    try {
      const path = join(files.path, "rows.parquet");
      const read = { path, reader: "buffers", ...(limit !== undefined && { limit }) } as const;
      const { count, schema } = await this.export(context, read);
      const dispose = (): Promise<void> => files.remove();
      return openResult({ path, count, schema, subject: { assetKey, partitionKey }, signal, dispose });
    } catch (error) {
      await files.remove();
      throw error;
    }
  }

  async export(
    context: InputContext,
    { path, reader, limit }: Pick<VersionRead, "path" | "reader" | "limit">,
  ): Promise<{ count: number; schema: TableSchema }> {
    const { stored, assetKey, partitionKey, columns, signal } = context;
    const { table: name, version } = placeOf(stored, { assetKey, partitionKey });
    const { schema } = this.#options;
    const wanted = {
      columns: Object.fromEntries(columnsOf(schema, columns).map((named) => [named.name, named.column])),
    };
    const where: RowFilter | undefined = context.where;
    const count = await withDatabaseFile(this.#use("read", signal), (session) =>
      new TableVersions(session, { name, assetKey, schema }).read({
        version,
        rows: stored.rows ?? 0,
        path,
        reader,
        schema: wanted,
        where,
        ...(limit !== undefined && { limit }),
      }),
    );
    return { count, schema: wanted };
  }

  #tableName(assetKey: string): string {
    const { table = assetKey.replaceAll("/", "_") } = this.#options;
    const isFine = table !== "" && table.length <= 200 && !/\p{Cc}/u.test(table) && table.isWellFormed();
    if (isFine) return table;
    throw new HeddleError("CONFIG_INVALID", `${JSON.stringify(table.slice(0, 200))} cannot be the name of a table`, {
      hint: "Give duckdbTable a name of at most 200 characters without control characters.",
    });
  }

  #use(mode: FileUse["mode"], signal: AbortSignal): FileUse {
    const { file, waitMs = DEFAULT_WAIT_MS } = this.#options;
    return { file, waitMs, signal, mode };
  }
}

function assertNamesDiffer(schema: TableSchema): void {
  const names = columnsOf(schema).map(({ name }) => name);
  const same = findSameNames(names);
  const isTaken = names.some((name) => foldName(name) === VERSION_COLUMN);
  if (same === null && !isTaken) return;
  const problem =
    same === null
      ? `the name ${VERSION_COLUMN} is taken`
      : `the columns ${same.map((name) => JSON.stringify(name)).join(" and ")} differ in upper and lower case alone`;
  throw new HeddleError("IO_SCHEMA_INVALID", `a table of DuckDB cannot have this schema: ${problem}`, {
    hint: "Rename the column.",
  });
}

async function pathOf(store: ObjectStore, { objects: [object] }: StoredValue): Promise<string> {
  const path = object === undefined ? undefined : await store.pathOf?.(object.key);
  if (path === undefined) throw new RangeError("a store of files gave no path");
  return path;
}

function placeOf(stored: StoredValue, subject: QuerySubject): { table: string; version: number } {
  const { table, version } = stored.details ?? {};
  if (stored.io === NAME && typeof table === "string" && typeof version === "number") return { table, version };
  throw new HeddleError(
    "IO_MANAGER_MISMATCH",
    `${subjectOf(subject)} is stored as a value of the I/O manager "${stored.io}"; "${NAME}" cannot load it`,
    { hint: `Materialize it again with "${NAME}", or give the asset "${stored.io}" again.` },
  );
}

/** A row for a person to read: what JSON does not have, as text. */
function readable(row: object): unknown {
  return parseJson(
    JSON.stringify(row, (_key, value: unknown) => {
      if (typeof value === "bigint") return String(value);
      return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
    }),
  );
}
