import {
  HeddleError,
  ioManager,
  isHeddleError,
  type ErrorCode,
  type InputContext,
  type IoManager,
  type ListedValue,
  type RemovalContext,
  type StoredValue,
} from "@heddle/core";
import { call } from "./postgres/call.ts";
import { listVersions } from "./postgres/list-versions.ts";
import { relationNames } from "./postgres/names.ts";
import { publishVersion } from "./postgres/publish-version.ts";
import { previewVersion, readVersion, streamVersion, type VersionRead } from "./postgres/read-version.ts";
import { removeVersion } from "./postgres/remove-version.ts";
import { postgresSettings, type PostgresOptions, type PostgresSettings } from "./postgres/settings.ts";
import { IO_NAME, readStored } from "./postgres/stored-version.ts";
import { declaredColumns } from "./postgres/table-plan.ts";
import { writeVersion } from "./postgres/write-version.ts";
import { withSchema } from "./table/declared-schema.ts";
import { storedColumns, type InferRow, type TableRows, type TableSchema } from "./table/schema.ts";

export type { PostgresConnection, PostgresOptions, PostgresTableOptions } from "./postgres/settings.ts";
export { bool, date, float64, int32, int64, json, list, timestamp, utf8, type Column } from "./table/column.ts";
export { table, type InferRow, type TableRows, type TableSchema } from "./table/schema.ts";

/**
 * Stores rows in a table of a PostgreSQL database, and loads them as an array. Needs the package `postgres`, which is
 * loaded when something is first read or written.
 *
 * Every materialization is a version of its partition: rows are copied under a number that nobody sees yet, checked, and
 * then published by moving a pointer. Consumers in Heddle read exactly the version that they were given; everybody else
 * reads a view with the columns of the schema, which changes from one version to the next at once.
 *
 * @example
 * const warehouse = { env: "WAREHOUSE_URL" } as const;
 * asset({ key: "weather/raw", io: postgres({ ...warehouse, schema: weather }), materialize: () => fetchRows() });
 * // select * from weather.raw
 *
 * @throws CONFIG_INVALID, IO_COLUMN_UNKNOWN, IO_SCHEMA_INVALID
 */
export function postgres<TSchema extends TableSchema>(
  options: PostgresOptions<TSchema>,
): IoManager<TableRows<InferRow<TSchema>>, InferRow<TSchema>[]> {
  return versionedIo<TSchema, InferRow<TSchema>[]>(options, {
    // The rows have the schema's columns: that is what the type of a row was made from.
    load: async (read) => (await readVersion(read)) as InferRow<TSchema>[],
    empty: () => [],
  });
}

/**
 * As {@link postgres}, but consumers get the rows one after the other, a few megabytes of them in memory at a time. Where a
 * single consumer is to read so, state it there: `dep(raw, { io: postgresRows({ … }) })`.
 */
export function postgresRows<TSchema extends TableSchema>(
  options: PostgresOptions<TSchema>,
): IoManager<TableRows<InferRow<TSchema>>, AsyncIterable<InferRow<TSchema>>> {
  return versionedIo<TSchema, AsyncIterable<InferRow<TSchema>>>(options, {
    // As above.
    load: (read) => naming(read, streamVersion(read)) as AsyncIterable<InferRow<TSchema>>,
    empty: () => nothing<InferRow<TSchema>>(),
  });
}

interface Loading<TLoaded> {
  load(read: VersionRead): Promise<TLoaded> | TLoaded;
  empty(): TLoaded;
}

function versionedIo<TSchema extends TableSchema, TLoaded>(
  options: PostgresOptions<TSchema>,
  { load, empty }: Loading<TLoaded>,
): IoManager<TableRows<InferRow<TSchema>>, TLoaded> {
  const settings = postgresSettings(options);
  const { schema, drift, stated, indexes, partitionColumn } = settings;
  const columns = declaredColumns(schema);
  return ioManager<TableRows<InferRow<TSchema>>, TLoaded>({
    name: IO_NAME,
    store: undefined,
    table: { columns: storedColumns(schema), drift },
    ...withSchema(schema),
    filters: true,
    empty,
    async write(rows, context) {
      context.signal.throwIfAborted();
      const { assetKey } = context;
      const wanted = { names: relationNames(assetKey, stated), assetKey, columns, drift, indexes };
      const pool = await settings.connect();
      return named(context, () => writeVersion({ pool, wanted, schema, rows, context }));
    },
    load: async (context) => {
      const read = await versionRead(settings, context);
      return named(context, async () => load(read));
    },
    preview: async (context, { rows }) => {
      const read = await versionRead(settings, context);
      return named(context, () => previewVersion(read, rows));
    },
    async publish(stored, context) {
      const { assetKey, fence, signal } = context;
      const names = relationNames(assetKey, stated);
      const version = readStored(stored, subjectOf(context));
      const partitionKey = context.partitionKey ?? "";
      const publication = { names, assetKey, partitionKey, fence, stored: version, columns, drift, partitionColumn };
      const pool = await settings.connect();
      await call(pool, { verb: "publish", subject: names.qualified, signal }, (session) =>
        publishVersion(pool, session, publication),
      );
    },
    remove: (stored, context) => remove(settings, stored, context),
    listStored: ({ assetKey, signal }) => listStored(settings, assetKey, signal),
  });
}

async function remove(settings: PostgresSettings, stored: StoredValue, context: RemovalContext): Promise<void> {
  const version = readStored(stored, subjectOf(context));
  await call(
    await settings.connect(),
    { verb: "remove a version of", subject: version.relation, signal: context.signal },
    (session) => removeVersion(session, version),
  );
}

async function* listStored(
  settings: PostgresSettings,
  assetKey: string,
  signal: AbortSignal,
): AsyncGenerator<ListedValue> {
  const pool = await settings.connect();
  yield* listVersions(pool, { assetKey, names: relationNames(assetKey, settings.stated), signal });
}

async function versionRead(settings: PostgresSettings, context: InputContext): Promise<VersionRead> {
  context.signal.throwIfAborted();
  const subject = subjectOf(context);
  const stored = readStored(context.stored, subject);
  return { pool: await settings.connect(), schema: settings.schema, stored, subject, context };
}

/** Whose value an error is about is known here, and not where it is thrown. */
const NAMED_CODES = new Set<ErrorCode>(["IO_VALUE_NOT_STORABLE", "IO_SCHEMA_MISMATCH", "IO_COLUMN_UNKNOWN"]);

type Named = Pick<InputContext, "assetKey" | "partitionKey">;

async function named<T>(context: Named, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw withSubject(error, subjectOf(context));
  }
}

async function* naming<T>({ subject }: VersionRead, rows: AsyncIterable<T>): AsyncGenerator<T, void> {
  try {
    yield* rows;
  } catch (error) {
    throw withSubject(error, subject);
  }
}

function withSubject(error: unknown, subject: string): unknown {
  if (!isHeddleError(error) || !NAMED_CODES.has(error.code)) return error;
  return new HeddleError(error.code, `${subject}: ${error.message}`, {
    ...(error.hint !== undefined && { hint: error.hint }),
    details: error.details,
    cause: error,
  });
}

function subjectOf({ assetKey, partitionKey }: Named): string {
  return partitionKey === null ? `asset ${assetKey}` : `asset ${assetKey}, partition ${partitionKey}`;
}

async function* nothing<T>(): AsyncGenerator<T, void> {
  // No rows.
}
