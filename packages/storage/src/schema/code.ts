import type { AssetSnapshot, DefinitionsSnapshot, Numbering, SerializedError } from "@heddle/core/internal";
import { sql } from "drizzle-orm";
import {
  integer,
  jsonb,
  pgTable,
  smallint,
  text,
  timestamp,
  unique,
  uniqueIndex,
  type AnyPgColumn,
} from "drizzle-orm/pg-core";
import { bytes } from "./columns.ts";

/** A named set of pointers from asset partitions to materializations. */
export const environment = pgTable("environment", {
  id: smallint().primaryKey().generatedAlwaysAsIdentity(),
  name: text().notNull().unique(),
});

/** A project whose definitions are loaded; `loadError` holds why its newest code does not load, if it does not. */
export const codeLocation = pgTable("code_location", {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  name: text().notNull().unique(),
  /** Directory of the project on the machine that loads it. */
  directory: text().notNull(),
  currentCodeVersionId: integer().references((): AnyPgColumn => codeVersion.id),
  loadError: jsonb().$type<SerializedError>(),
  loadedAt: timestamp({ withTimezone: true }),
  /** When somebody asked that it be loaded again. */
  reloadRequestedAt: timestamp({ withTimezone: true }),
});

/** One bundle of a code location by content hash: runs pin it, workers fetch and verify it. */
export const codeVersion = pgTable(
  "code_version",
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    codeLocationId: integer()
      .notNull()
      .references(() => codeLocation.id),
    hash: text().notNull(),
    snapshot: jsonb().$type<DefinitionsSnapshot>().notNull(),
    /** The bundle itself, gzip. */
    bundle: bytes().notNull(),
    createdAt: timestamp({ withTimezone: true })
      .notNull()
      .default(sql`clock_timestamp()`),
  },
  (table) => [unique("code_version_location_hash").on(table.codeLocationId, table.hash)],
);

/**
 * Every asset that was ever declared, once for each way in which its partitions were numbered: a definition whose
 * ordinals would mean other partitions gets a row of its own, and the history of the old one stays where it was. The
 * integer id is what all other tables hold.
 */
export const asset = pgTable(
  "asset",
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    key: text().notNull(),
    /** How ordinals and keys of partitions belong together (`partitionScheme`). Empty only until the next registration. */
    scheme: text().notNull().default(""),
    /** Every static key that ever had an ordinal here. */
    numbering: jsonb().$type<Numbering>(),
    codeLocationId: integer()
      .notNull()
      .references(() => codeLocation.id),
    definition: jsonb().$type<AssetSnapshot>().notNull(),
    /** Code version whose definition this is. */
    codeVersionId: integer()
      .notNull()
      .references(() => codeVersion.id),
    createdAt: timestamp({ withTimezone: true })
      .notNull()
      .default(sql`clock_timestamp()`),
    /** When it disappeared from its code location; its history stays. */
    removedAt: timestamp({ withTimezone: true }),
    /** When another numbering of the same key took over; null for the one that is in force. */
    supersededAt: timestamp({ withTimezone: true }),
  },
  (table) => [
    unique("asset_key_scheme").on(table.key, table.scheme),
    uniqueIndex("asset_in_force")
      .on(table.key)
      .where(sql`superseded_at is null`),
  ],
);
