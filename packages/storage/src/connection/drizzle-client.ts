import {
  createTableRelationsHelpers,
  extractTablesRelationalConfig,
  type ExtractTablesWithRelations,
} from "drizzle-orm";
import { PgDatabase, PgDialect } from "drizzle-orm/pg-core";
import { PostgresJsSession, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import type postgres from "postgres";
import * as schema from "../schema/index.ts";
import { textParameter } from "./wire-types.ts";

/** Drizzle on Heddle's schema, without transactions of its own: those are `Database.transaction`. */
export type DrizzleDatabase = Omit<PostgresJsDatabase<typeof schema>, "transaction">;

/** What drizzle calls on its client: it awaits the statement, or its `values()`. */
export interface DrizzleStatement extends PromiseLike<unknown> {
  readonly values: () => PromiseLike<unknown>;
}

/** Sends one statement of drizzle. */
export type DrizzleSend = (text: string, parameters: never[]) => DrizzleStatement;

/** What drizzle() would make anew each time, which takes milliseconds: every transaction that uses drizzle has its own. */
const DIALECT = new PgDialect({ casing: "snake_case" });
const { tables, tableNamesMap } = extractTablesRelationalConfig<ExtractTablesWithRelations<typeof schema>>(
  schema,
  createTableRelationsHelpers,
);
const RELATIONS = { fullSchema: schema, schema: tables, tableNamesMap };

/**
 * Drizzle over a function that sends statements. Drizzle overwrites the parsers of the client it is given, so it gets
 * one of its own that has none; the parameters that it has turned into text are marked as such.
 */
export function createDrizzle(send: DrizzleSend): DrizzleDatabase {
  const client = {
    options: { parsers: {}, serializers: {} },
    unsafe: (text: string, parameters: readonly unknown[] = []) => {
      const marked = parameters.map((value) => (typeof value === "string" ? textParameter(value) : value));
      // postgres.js turns them into text by the types that the server names.
      return send(text, marked as never[]);
    },
  };
  // A session uses these two members of a client, and `begin` for transactions, which the type takes away.
  const session = new PostgresJsSession(client as unknown as postgres.Sql, DIALECT, RELATIONS);
  return new PgDatabase(DIALECT, session, RELATIONS);
}
