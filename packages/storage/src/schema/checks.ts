import { sql } from "drizzle-orm";
import { bigint, index, integer, pgTable, smallint, text, timestamp } from "drizzle-orm/pg-core";

/**
 * Somebody who does not want to be told of a check for some time. Append-only but for its end: the newest row of a check
 * is the one that counts, and only until it runs out or is lifted.
 */
export const checkSilence = pgTable(
  "check_silence",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    environmentId: smallint().notNull(),
    assetId: integer().notNull(),
    name: text().notNull(),
    until: timestamp({ withTimezone: true }).notNull(),
    reason: text().notNull(),
    /** Who says that it was them; nobody checks it. */
    actor: text(),
    at: timestamp({ withTimezone: true })
      .notNull()
      .default(sql`clock_timestamp()`),
    /** Since when it is lifted, before it ran out. */
    liftedAt: timestamp({ withTimezone: true }),
    liftedBy: text(),
  },
  (table) => [
    index("check_silence_of_check").on(table.environmentId, table.assetId, table.name, table.id),
    index("check_silence_open")
      .on(table.environmentId, table.until)
      .where(sql`lifted_at is null`),
  ],
);
