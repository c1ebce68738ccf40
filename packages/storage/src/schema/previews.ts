import type { JsonValue } from "@heddle/core";
import { sql } from "drizzle-orm";
import { bigint, index, integer, jsonb, pgTable, timestamp, uuid } from "drizzle-orm/pg-core";

/**
 * Somebody who wants to look at a stored value. A worker answers: it has the project's code and may reach its stores. Rows
 * live for minutes; a value never changes, so an answer may be given again as long as it is there.
 */
export const previewRequest = pgTable(
  "preview_request",
  {
    id: uuid().primaryKey(),
    assetId: integer().notNull(),
    ordinal: bigint({ mode: "number" }).notNull(),
    /** Run of the materialization that is looked at. */
    runId: bigint({ mode: "number" }).notNull(),
    /** Most rows that are wanted. */
    rows: integer().notNull(),
    /** Whose I/O managers read it. */
    codeVersionId: integer().notNull(),
    /** What is read: asset key, partition key, stored value. */
    subject: jsonb().$type<JsonValue>().notNull(),
    requestedAt: timestamp({ withTimezone: true })
      .notNull()
      .default(sql`clock_timestamp()`),
    /** A worker reads it until then; after it another one may. */
    claimedUntil: timestamp({ withTimezone: true }),
    answeredAt: timestamp({ withTimezone: true }),
    answer: jsonb().$type<JsonValue>(),
  },
  (table) => [
    index("preview_request_open")
      .on(table.requestedAt)
      .where(sql`answered_at is null`),
    index("preview_request_of_value").on(table.assetId, table.ordinal, table.runId),
  ],
);
