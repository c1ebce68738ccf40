import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { HeddleError } from "@heddle/core";
import type { Database, Transaction } from "./database.ts";
import { adoptRestoredEvents } from "./events.ts";

/** What `migrate` did. */
export interface MigrationResult {
  /** Names of the migrations that were applied now, in order. */
  readonly applied: readonly string[];
}

interface Migration {
  /** From 1, without gaps. */
  readonly position: number;
  readonly name: string;
  readonly hash: string;
  /** Versions of Heddle from before it keep working: it only adds. Said by `-- additive` in its first line. */
  readonly isAdditive: boolean;
  readonly statements: readonly string[];
}

interface AppliedMigration {
  readonly position: number;
  readonly name: string;
  readonly hash: string;
  readonly additive: boolean;
}

const DIRECTORY = new URL("../migrations/", import.meta.url);
const STATEMENT_BREAK = "--> statement-breakpoint";
/** Names the lock that migrations of one database hold against each other. Any constant would do. */
const LOCK_ID = 728_463_351;
/** Everybody else waits for the one who migrates. */
const LOCK_WAIT_MS = 60_000;
const DEADLINE_MS = 300_000;

/**
 * Brings the schema of a database to this version of Heddle, in one transaction; any number of processes may do it at
 * once. A database that is ahead of this version is accepted while everything newer in it only adds.
 * @throws DATABASE_SCHEMA_NEWER, DATABASE_SCHEMA_ALTERED
 */
export async function migrate(db: Database): Promise<MigrationResult> {
  const migrations = await readMigrations();
  // Most starts find nothing to do and need no lock.
  const before = await db.read("read schema version", readApplied);
  if (missing(migrations, before).length === 0) {
    await adoptRestoredEvents(db);
    return { applied: [] };
  }
  return db.transaction(
    "migrate",
    async (tx) => {
      await tx.sql.unsafe(`set local lock_timeout = ${LOCK_WAIT_MS}`);
      await tx.sql`select pg_advisory_xact_lock(${LOCK_ID})`;
      await tx.sql.unsafe("set local lock_timeout = 2000");
      const pending = missing(migrations, await readApplied(tx));
      for (const migration of pending) await apply(tx, migration);
      return { applied: pending.map(({ name }) => name) };
    },
    { deadlineMs: DEADLINE_MS },
  );
}

/** Reads the migrations that this version carries. The journal and the files are written by `drizzle-kit generate`. */
async function readMigrations(): Promise<readonly Migration[]> {
  // Written by drizzle-kit, shipped with this file and compared with the schema by a test.
  const journal = JSON.parse(await readFile(new URL("meta/_journal.json", DIRECTORY), "utf8")) as {
    readonly entries: readonly { readonly idx: number; readonly tag: string }[];
  };
  return Promise.all(
    journal.entries.map(async ({ idx, tag }) => {
      const text = await readFile(new URL(`${tag}.sql`, DIRECTORY), "utf8");
      return {
        position: idx + 1,
        name: tag,
        hash: createHash("sha256").update(text).digest("hex"),
        isAdditive: text.startsWith("-- additive"),
        statements: text.split(STATEMENT_BREAK),
      };
    }),
  );
}

async function readApplied(tx: Transaction): Promise<readonly AppliedMigration[]> {
  // Not `to_regclass`: it may answer from a cache that is older than the lock.
  const found = await tx.sql`
    select 1 from pg_tables where schemaname = current_schema() and tablename = 'schema_migration'`;
  if (found.length === 0) return [];
  return tx.sql<AppliedMigration[]>`select position, name, hash, additive from schema_migration order by position`;
}

/** The migrations that a database has not had yet. @throws when it has had others than these */
function missing(migrations: readonly Migration[], applied: readonly AppliedMigration[]): readonly Migration[] {
  for (const { position, name, hash, additive } of applied) {
    const known = migrations[position - 1];
    if (known === undefined) {
      if (!additive) throw schemaNewer(name, migrations.at(-1)?.name ?? "none");
    } else if (known.hash !== hash) {
      throw schemaAltered(name, known.name);
    }
  }
  return migrations.slice(applied.length);
}

async function apply(tx: Transaction, migration: Migration): Promise<void> {
  if (migration.position === 1) {
    await tx.sql`
      create table schema_migration (
        position integer primary key,
        name text not null,
        hash text not null,
        additive boolean not null,
        applied_at timestamptz not null default clock_timestamp()
      )`;
  }
  for (const statement of migration.statements) await tx.sql.unsafe(statement);
  const { position, name, hash, isAdditive } = migration;
  await tx.sql`
    insert into schema_migration (position, name, hash, additive)
    values (${position}, ${name}, ${hash}, ${isAdditive})`;
}

function schemaNewer(found: string, known: string): HeddleError {
  return new HeddleError(
    "DATABASE_SCHEMA_NEWER",
    `the database has had the migration ${found}, and this version of Heddle knows none after ${known}`,
    {
      hint: "Run the version of Heddle that made it, or a newer one.",
      details: { found, known },
    },
  );
}

function schemaAltered(found: string, known: string): HeddleError {
  return new HeddleError(
    "DATABASE_SCHEMA_ALTERED",
    `the database has had a migration ${found} that differs from ${known} of this version of Heddle`,
    {
      hint: "The database belongs to a development version. Use a new one, or the version that made it.",
      details: { found, known },
    },
  );
}
