import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
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
  // Drizzle uses these two members of a client, and `begin` for transactions, which the type takes away.
  return drizzle(client as unknown as postgres.Sql, { schema, casing: "snake_case" });
}
