import { randomBytes } from "node:crypto";
import { migrate, openDatabase, type Database } from "../../src/index.ts";
import { startEmbeddedServer } from "../../src/embedded/index.ts";
import postgres from "postgres";
import { inject } from "vitest";
import type {} from "./postgres-global-setup.ts";

/** A database of one test file, with Heddle's schema in it. Dropped when it is disposed of. */
export interface TestDatabase extends AsyncDisposable {
  /** Connection URL, for processes that a test starts and for connections of its own. */
  readonly url: string;
  readonly db: Database;
}

export interface TestDatabaseOptions {
  /** Most connections of `db`. @default 10 */
  readonly maxConnections?: number;
}

const TEMPLATE = "heddle_test_template";
/** Test files run in several processes: whoever comes first makes the template, the others wait for it. */
const TEMPLATE_LOCK_ID = 1_942_337_810;
/** A test loses nothing that matters when the machine crashes. Tests of durability start a server of their own. */
const SETTINGS = { fsync: "off", full_page_writes: "off", max_connections: "300" };

/**
 * Makes a new database from a template that has been migrated once. The server is shared by the whole run and starts
 * with the first call: name `postgres-global-setup.ts` as `globalSetup` in the vitest configuration.
 *
 * @example
 * await using database = await createTestDatabase();
 * await createRun(database.db, …);
 */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const { url: serverUrl } = await startEmbeddedServer({ directory: inject("postgresDirectory"), settings: SETTINGS });
  const name = `test_${randomBytes(8).toString("hex")}`;
  await administer(serverUrl, async (sql) => {
    await ensureTemplate(sql, serverUrl);
    await sql.unsafe(`create database ${name} template ${TEMPLATE}`);
  });
  const url = withDatabase(serverUrl, name);
  const db = await openDatabase({ url, applicationName: "heddle test", ...options });
  return {
    url,
    db,
    [Symbol.asyncDispose]: async () => {
      await db[Symbol.asyncDispose]();
      await administer(serverUrl, (sql) => sql.unsafe(`drop database if exists ${name} with (force)`));
    },
  };
}

/** Runs statements that cannot be part of a transaction, on a connection of their own. */
async function administer(serverUrl: string, fn: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const { hostname, port, username, password, pathname } = new URL(serverUrl);
  const sql = postgres({
    // postgres.js takes the directory of a Unix socket as the host, but does not read it from a URL.
    host: decodeURIComponent(hostname),
    port: Number(port),
    username,
    password,
    database: pathname.slice(1),
    max: 1,
    onnotice: () => {},
  });
  try {
    await fn(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function ensureTemplate(sql: postgres.Sql, serverUrl: string): Promise<void> {
  const exists = async (): Promise<boolean> =>
    (await sql`select 1 from pg_database where datname = ${TEMPLATE} and datistemplate`).length > 0;
  if (await exists()) return;
  await sql`select pg_advisory_lock(${TEMPLATE_LOCK_ID})`;
  if (await exists()) return;
  await sql.unsafe(`drop database if exists ${TEMPLATE}`);
  await sql.unsafe(`create database ${TEMPLATE}`);
  const url = withDatabase(serverUrl, TEMPLATE);
  const db = await openDatabase({ url, applicationName: "heddle test template", maxConnections: 1 });
  await migrate(db);
  await db[Symbol.asyncDispose]();
  // Marked last: a template that is not whole is made again.
  await sql.unsafe(`alter database ${TEMPLATE} is_template true`);
}

function withDatabase(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
