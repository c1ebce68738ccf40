import { HeddleError } from "@heddle/core";
import { parseDatabaseUrl, type DatabaseAddress } from "./connection/database-url.ts";
import { deadlineIn } from "./connection/deadline.ts";
import { createDrizzle, type DrizzleDatabase } from "./connection/drizzle-client.ts";
import { createListener, type NotificationHandler } from "./connection/listener.ts";
import { createPool } from "./connection/pool.ts";
import { createRunner, type TransactionOptions } from "./connection/runner.ts";
import type { Transaction } from "./connection/transaction.ts";

export type { DrizzleDatabase } from "./connection/drizzle-client.ts";
export type { NotificationHandler } from "./connection/listener.ts";
export type { TransactionOptions } from "./connection/runner.ts";
export type { TransactionSql } from "./connection/tracked-sql.ts";
export type { Transaction } from "./connection/transaction.ts";

export interface OpenDatabaseOptions {
  /** `postgresql://user:password@host:port/database`; see `parseDatabaseUrl` for Unix sockets and parameters. */
  readonly url: string;
  /** Shown by the server in `pg_stat_activity`, such as `heddle daemon`. */
  readonly applicationName: string;
  /** Most connections at once; `listen` uses one more. @default 10 */
  readonly maxConnections?: number;
}

/**
 * Heddle's access to PostgreSQL. Every call has a deadline and says what a failure means:
 *
 * - `DATABASE_UNAVAILABLE`: no connection, or lost before `commit` was sent. Nothing was carried out.
 * - `DATABASE_DEADLINE`: not done in time, rolled back.
 * - `DATABASE_OUTCOME_UNKNOWN`: lost while `commit` was under way. Read the state again by the key of the work.
 * - `DATABASE_FAILED`: the server refused a statement, with its code in `details.sqlState`.
 */
export interface Database extends AsyncDisposable {
  /** Names the server and the database for people; holds no password. */
  readonly label: string;
  /** Ordinary queries, each in a transaction of its own. */
  readonly drizzle: DrizzleDatabase;
  /**
   * Runs `fn` in a READ COMMITTED transaction and commits it. After a conflict with another transaction (40001, 40P01,
   * 55P03) and after a connection that was lost before `commit` was sent, `fn` runs again from its start: it must have
   * no effects but its statements.
   */
  readonly transaction: <T>(
    name: string,
    fn: (tx: Transaction) => Promise<T>,
    options?: TransactionOptions,
  ) => Promise<T>;
  /** Runs `fn` read-only on one snapshot; also repeated after a connection that was lost at any point. */
  readonly read: <T>(name: string, fn: (tx: Transaction) => Promise<T>, options?: TransactionOptions) => Promise<T>;
  /** Listens for notifications until it is disposed of; see {@link NotificationHandler}. @throws DATABASE_UNAVAILABLE */
  readonly listen: (channel: string, onMessage: NotificationHandler) => Promise<AsyncDisposable>;
}

const OPEN_MS = 15_000;
const CLOSE_GRACE_MS = 5_000;
const DEFAULT_MAX_CONNECTIONS = 10;
/** The oldest server that Heddle is tested against. */
const OLDEST_SERVER_VERSION = 14;

/**
 * Connects to a database and makes sure that it answers and is recent enough.
 * @throws CONFIG_INVALID, DATABASE_UNAVAILABLE, DATABASE_UNSUPPORTED
 */
export async function openDatabase(options: OpenDatabaseOptions): Promise<Database> {
  const address = parseDatabaseUrl(options.url);
  const { applicationName, maxConnections = DEFAULT_MAX_CONNECTIONS } = options;
  const pool = createPool({ address, applicationName, maxConnections });
  const connection = await pool.acquire(deadlineIn(OPEN_MS));
  const { serverVersion } = connection;
  pool.release(connection);
  if (serverVersion < OLDEST_SERVER_VERSION) {
    await pool.close(0);
    throw serverTooOld(address, serverVersion);
  }
  const listener = createListener(address, applicationName);
  const run = createRunner(pool, address);
  const sendAlone = <T>(fn: (tx: Transaction) => Promise<T>): Promise<T> =>
    run({ name: "statement", mode: "write", fn, options: {} });
  return {
    label: address.label,
    drizzle: createDrizzle((text, parameters) => ({
      // Drizzle awaits the statement or its values; either sends it, in a transaction of its own.
      // oxlint-disable-next-line unicorn/no-thenable -- drizzle's client returns statements that are sent when awaited
      then: (resolve, reject) => sendAlone(async (tx) => tx.sql.unsafe(text, parameters)).then(resolve, reject),
      values: () => sendAlone(async (tx) => tx.sql.unsafe(text, parameters).values()),
    })),
    transaction: (name, fn, transactionOptions = {}) => run({ name, mode: "write", fn, options: transactionOptions }),
    read: (name, fn, transactionOptions = {}) => run({ name, mode: "read", fn, options: transactionOptions }),
    listen: listener.listen,
    [Symbol.asyncDispose]: async () => {
      listener.close();
      await pool.close(CLOSE_GRACE_MS);
    },
  };
}

function serverTooOld(address: DatabaseAddress, version: number): HeddleError {
  return new HeddleError(
    "DATABASE_UNSUPPORTED",
    `the server at ${address.label} is PostgreSQL ${version}, and Heddle needs ${OLDEST_SERVER_VERSION} or newer`,
    { hint: "Upgrade the server, or use the embedded one.", details: { address: address.label, version } },
  );
}
