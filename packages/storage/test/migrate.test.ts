import { readFile } from "node:fs/promises";
import { createTestDatabase } from "./support/index.ts";
import { generateDrizzleJson, generateMigration } from "drizzle-kit/api";
import { expect, test } from "vitest";
import { openDatabase, type Database } from "../src/database.ts";
import { appendEvents, FIRST_EVENT_CURSOR, readEvents } from "../src/events.ts";
import { migrate } from "../src/migrate.ts";
import * as schema from "../src/schema/index.ts";
import { addRun } from "./rows.ts";

const MIGRATIONS = new URL("../migrations/", import.meta.url);

async function readSnapshot(): Promise<Parameters<typeof generateMigration>[0]> {
  const journal = JSON.parse(await readFile(new URL("meta/_journal.json", MIGRATIONS), "utf8"));
  const newest = String(journal.entries.at(-1).idx).padStart(4, "0");
  return JSON.parse(await readFile(new URL(`meta/${newest}_snapshot.json`, MIGRATIONS), "utf8"));
}

/** Empties a database, so that it is as one that Heddle sees for the first time. */
async function empty(db: Database): Promise<void> {
  await db.transaction("empty", async ({ sql }) => {
    await sql`drop schema public cascade`;
    await sql`create schema public`;
  });
}

test("the migrations lead to the schema that the code declares", async () => {
  const declared = generateDrizzleJson(schema, undefined, undefined, "snake_case");
  // What this prints is missing: run `pnpm --filter @heddle/storage run generate`.
  expect(await generateMigration(await readSnapshot(), declared)).toEqual([]);
});

test("twenty processes may migrate a new database at once", async () => {
  await using database = await createTestDatabase();
  await empty(database.db);
  const databases = await Promise.all(
    Array.from({ length: 20 }, () =>
      openDatabase({ url: database.url, applicationName: "migrate", maxConnections: 2 }),
    ),
  );
  const results = await Promise.all(databases.map((db) => migrate(db)));
  await Promise.all(databases.map((db) => db[Symbol.asyncDispose]()));
  expect(results.filter(({ applied }) => applied.length > 0)).toHaveLength(1);
  expect(await database.db.drizzle.query.environment.findMany()).toEqual([{ id: 1, name: "production" }]);
});

test("a migration that fails leaves nothing behind", async () => {
  await using database = await createTestDatabase();
  await empty(database.db);
  // In the way of the last table that is made.
  await database.db.drizzle.execute("create table worker ()");
  await expect(migrate(database.db)).rejects.toMatchObject({ code: "DATABASE_FAILED", details: { sqlState: "42P07" } });
  const [row] = await database.db.read(
    "count",
    ({ sql }) => sql<{ count: number }[]>`
    select count(*)::integer as count from pg_tables where schemaname = 'public'`,
  );
  expect(row?.count).toBe(1);
});

test("a database that is ahead is refused, unless what is newer only adds", async () => {
  await using database = await createTestDatabase();
  const ahead = (additive: boolean) =>
    database.db.transaction("ahead", async ({ sql }) => {
      await sql`delete from schema_migration where name = 'from_the_future'`;
      await sql`
        insert into schema_migration (position, name, hash, additive)
        select max(position) + 1, 'from_the_future', 'hash', ${additive} from schema_migration`;
    });
  await ahead(true);
  expect(await migrate(database.db)).toEqual({ applied: [] });
  await ahead(false);
  await expect(migrate(database.db)).rejects.toMatchObject({
    code: "DATABASE_SCHEMA_NEWER",
    details: { found: "from_the_future" },
  });
});

test("a database whose migrations were other ones is refused", async () => {
  await using database = await createTestDatabase();
  await database.db.drizzle.execute("update schema_migration set hash = 'other' where position = 1");
  await expect(migrate(database.db)).rejects.toMatchObject({ code: "DATABASE_SCHEMA_ALTERED" });
});

test("a run that has ended cannot be opened again", async () => {
  await using database = await createTestDatabase();
  const set = (status: string, ended: boolean) =>
    database.db.transaction("set status", async ({ sql }) => {
      await sql`update run set status = ${status}, ended_at = ${ended ? sql`now()` : null}`;
    });
  await addRun(database.db, { total: 0, unfinished: 0 });
  await set("failed", true);
  await set("failed", true);
  await expect(set("running", false)).rejects.toMatchObject({
    code: "DATABASE_FAILED",
    details: { sqlState: "23514", constraint: "run_final" },
  });
});

test("events of a database that was restored elsewhere stay readable", async () => {
  await using database = await createTestDatabase();
  await database.db.transaction("append", (tx) => appendEvents(tx, [{ kind: "restored" }]));
  // A dump keeps the numbers of transactions, and a new server begins to count anew.
  await database.db.drizzle.execute("update event set xid = '9000000000'");
  await migrate(database.db);
  const { events } = await database.db.read("read", (tx) => readEvents(tx, { after: FIRST_EVENT_CURSOR, limit: 10 }));
  expect(events.map(({ kind }) => kind)).toEqual(["restored"]);
});
