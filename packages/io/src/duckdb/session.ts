import { HeddleError } from "@heddle/core";
import type { DuckDBConnection, DuckDBInstance, DuckDBResult, DuckDBType, DuckDBValue } from "@duckdb/node-api";
import type { ResolvedLimits } from "./database-limits.ts";
import { loadDuckDB, type DuckDB } from "./load-duckdb.ts";
import type { RenderedSql, SqlScalar } from "./sql-fragment.ts";
import { temporaryFiles } from "./temporary-files.ts";

/** A connection to a database of this process, for one step at a time. */
export interface Session extends AsyncDisposable {
  readonly connection: DuckDBConnection;
  readonly duckdb: DuckDB;
  /**
   * Runs something on the connection, which is interrupted when the signal fires: then this rejects with the signal's
   * reason.
   */
  during<T>(act: () => Promise<T>): Promise<T>;
  /** Runs one statement to its end. Errors come as DuckDB throws them. */
  run(query: string | RenderedSql): Promise<DuckDBResult>;
}

/** Databases in memory, by their limits: they hold nothing but what queries use, and stay for the next one. */
const instances = new Map<string, Promise<DuckDBInstance>>();

/** Opens a session on the database in memory that has these limits. */
export async function openSession(limits: ResolvedLimits, signal: AbortSignal): Promise<Session> {
  const duckdb = await loadDuckDB();
  const key = JSON.stringify(limits);
  let opening = instances.get(key);
  if (opening === undefined) {
    opening = startDatabase(duckdb, limits);
    instances.set(key, opening);
    opening.catch(() => instances.delete(key));
  }
  const instance = await opening;
  return connectSession({ duckdb, instance, signal });
}

async function startDatabase(duckdb: DuckDB, limits: ResolvedLimits): Promise<DuckDBInstance> {
  // It stays as long as the process does.
  const { path } = await temporaryFiles(limits.temporaryDirectory);
  try {
    return await duckdb.DuckDBInstance.create(":memory:", databaseSettings(limits, path));
  } catch (cause) {
    throw new HeddleError("CONFIG_INVALID", `DuckDB could not be started with ${JSON.stringify(limits)}`, {
      hint: "Correct the limits of the database; the cause says what is wrong with them.",
      cause,
    });
  }
}

/** The settings of a database with these limits, which puts what does not fit into memory into a directory. */
export function databaseSettings(limits: ResolvedLimits, spillDirectory: string): Record<string, string> {
  const { memoryMiB, threads, temporaryMiB } = limits;
  return {
    memory_limit: `${memoryMiB}MiB`,
    threads: String(threads),
    temp_directory: spillDirectory,
    ...(temporaryMiB !== null && { max_temp_directory_size: `${temporaryMiB}MiB` }),
    // A query must not load code from the network because it names a function.
    autoinstall_known_extensions: "false",
  };
}

/** Opens a session on a database that is open. */
export async function connectSession({
  duckdb,
  instance,
  signal,
}: {
  readonly duckdb: DuckDB;
  readonly instance: DuckDBInstance;
  readonly signal: AbortSignal;
}): Promise<Session> {
  signal.throwIfAborted();
  const connection = await instance.connect();
  const during = <T>(act: () => Promise<T>): Promise<T> => interruptible(connection, signal, act);
  const run = (query: string | RenderedSql): Promise<DuckDBResult> =>
    during(async () => {
      if (typeof query === "string") return connection.run(query);
      return connection.run(query.text, ...bindable(duckdb, query.values));
    });
  // Days and months of an instant must not depend on the machine.
  await run("set TimeZone = 'UTC'");
  return {
    connection,
    duckdb,
    during,
    run,
    async [Symbol.asyncDispose]() {
      connection.closeSync();
    },
  };
}

/** An interruption that comes just before a query begins is lost: it is repeated until the query has ended. */
const INTERRUPT_EVERY_MS = 20;

async function interruptible<T>(connection: DuckDBConnection, signal: AbortSignal, act: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  let timer: NodeJS.Timeout | undefined;
  const interrupt = (): void => {
    connection.interrupt();
    timer = setInterval(() => connection.interrupt(), INTERRUPT_EVERY_MS);
  };
  signal.addEventListener("abort", interrupt, { once: true });
  try {
    return await act();
  } finally {
    clearInterval(timer);
    signal.removeEventListener("abort", interrupt);
    // Instead of DuckDB's "Interrupted!", and of a result that may be cut short.
    signal.throwIfAborted();
  }
}

const INT32_MAX = 2_147_483_647;

/** Values as DuckDB's client takes them, with their types. */
export function bindable(duckdb: DuckDB, values: readonly SqlScalar[]): [DuckDBValue[], DuckDBType[]] {
  const { DuckDBTimestampTZValue } = duckdb;
  return [
    values.map((value) => {
      if (value instanceof Date) return new DuckDBTimestampTZValue(BigInt(value.getTime()) * 1000n);
      return typeof value === "number" && typeOf(value, duckdb) === duckdb.BIGINT ? BigInt(value) : value;
    }),
    values.map((value) => typeOf(value, duckdb)),
  ];
}

/** Whole numbers are integers, so that they compare with a column of any kind of number as what they are. */
function typeOf(value: SqlScalar, duckdb: DuckDB): DuckDBType {
  switch (typeof value) {
    case "string":
      return duckdb.VARCHAR;
    case "boolean":
      return duckdb.BOOLEAN;
    case "bigint":
      return duckdb.BIGINT;
    case "number":
      if (!Number.isSafeInteger(value)) return duckdb.DOUBLE;
      return Math.abs(value) <= INT32_MAX ? duckdb.INTEGER : duckdb.BIGINT;
    default:
      return value === null ? duckdb.SQLNULL : duckdb.TIMESTAMPTZ;
  }
}
