import { sql } from "drizzle-orm";
import { bigint, check, index, integer, pgTable, smallint, text, timestamp, unique } from "drizzle-orm/pg-core";
import { environment } from "./code.ts";

/** A page of the catalog with its filters, under a name: what everybody who uses the deployment can open again. */
export const savedView = pgTable(
  "saved_view",
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    /** Which page it is a view of, such as `assets`. */
    page: text().notNull(),
    name: text().notNull(),
    /** Parameters of the address, as they stand after its `?`. */
    search: text().notNull(),
    savedAt: timestamp({ withTimezone: true })
      .notNull()
      .default(sql`clock_timestamp()`),
  },
  (table) => [unique("saved_view_name").on(table.page, table.name)],
);

/** An asset that is starred. By key, so that it stays so when its partitions are numbered otherwise. */
export const favourite = pgTable("favourite", {
  assetKey: text().primaryKey(),
  markedAt: timestamp({ withTimezone: true })
    .notNull()
    .default(sql`clock_timestamp()`),
});

/** What somebody has said about the problems of an asset: seen, or not before an instant. The newest word holds. */
export const attentionNote = pgTable(
  "attention_note",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    environmentId: smallint()
      .notNull()
      .references(() => environment.id),
    assetKey: text().notNull(),
    /** Names the problems that it was said of: it holds for no others. */
    problem: text().notNull(),
    text: text().notNull(),
    notedAt: timestamp({ withTimezone: true })
      .notNull()
      .default(sql`clock_timestamp()`),
    /** Until when the problems, and any that come, are left alone; null: until there are others. */
    until: timestamp({ withTimezone: true }),
    /** When somebody took it back. */
    endedAt: timestamp({ withTimezone: true }),
  },
  (table) => [
    index("attention_note_in_force")
      .on(table.environmentId, table.assetKey, table.id)
      .where(sql`ended_at is null`),
    check("attention_note_until", sql`until is null or until > noted_at`),
  ],
);
