import type { JsonValue } from "@heddle/core";
import { sql } from "drizzle-orm";
import { bigint, customType, index, integer, jsonb, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";
import { partitionSet } from "./columns.ts";

const xid8 = customType<{ data: string; driverData: string }>({ dataType: () => "xid8" });

/**
 * What happened, written in the transaction that made it so; one row for a whole batch of partitions. Ids are not in
 * commit order: consumers read `(xid, id)` below `pg_snapshot_xmin(pg_current_snapshot())`.
 */
export const event = pgTable(
  "event",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    xid: xid8()
      .notNull()
      .default(sql`pg_current_xact_id()`),
    at: timestamp({ withTimezone: true })
      .notNull()
      .default(sql`clock_timestamp()`),
    kind: text().notNull(),
    runId: bigint({ mode: "number" }),
    assetId: integer(),
    partitions: partitionSet(),
    payload: jsonb().$type<JsonValue>(),
  },
  (table) => [
    index("event_cursor").on(table.xid, table.id),
    // What happened in a stretch of time is read by time; rows are in its order, nearly.
    index("event_by_time").using("brin", table.at),
    index("event_of_loads")
      .on(table.id)
      .where(sql`kind = 'code_loaded'`),
  ],
);

/** Leadership by lease and epoch, by database time. */
export const lease = pgTable("lease", {
  name: text().primaryKey(),
  holder: uuid().notNull(),
  epoch: bigint({ mode: "number" }).notNull(),
  expiresAt: timestamp({ withTimezone: true }).notNull(),
});
