import type { JsonValue } from "@heddle/core";
import { sql } from "drizzle-orm";
import { bigint, integer, jsonb, pgTable, smallint, timestamp, uuid } from "drizzle-orm/pg-core";
import { codeLocation } from "./code.ts";

/**
 * Who this database belongs to: one row, drawn when the database was made. By its id a store says whose values lie in it,
 * so that nobody collects what another deployment still needs.
 */
export const deployment = pgTable("deployment", {
  id: uuid()
    .primaryKey()
    .default(sql`gen_random_uuid()`),
  createdAt: timestamp({ withTimezone: true })
    .notNull()
    .default(sql`clock_timestamp()`),
});

/**
 * The removal of stored values that nothing refers to any more, one row for each code location. There is something to do
 * when it was requested after it was finished last; the worker that does it is named, and replaced when its lease ends.
 */
export const collection = pgTable("collection", {
  codeLocationId: integer()
    .primaryKey()
    .references(() => codeLocation.id),
  requestedAt: timestamp({ withTimezone: true })
    .notNull()
    .default(sql`clock_timestamp()`),
  /** What was replaced, or written and never published, less than this ago stays. */
  graceMs: bigint({ mode: "number" }).notNull(),
  workerId: uuid(),
  startedAt: timestamp({ withTimezone: true }),
  finishedAt: timestamp({ withTimezone: true }),
  /** Passes that failed since the last one that did not. */
  failures: smallint().notNull().default(0),
  /** What the last pass has removed, and what it could not. */
  result: jsonb().$type<JsonValue>(),
});
