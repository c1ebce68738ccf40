import type { JsonValue, StoredValue } from "@heddle/core";
import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  unique,
} from "drizzle-orm/pg-core";
import { partitionSet } from "./columns.ts";

/**
 * Input materializations that a step read, grouped: upstream asset id, partition ranges `[start, end, …)` and the run
 * that made them. Together they name materializations, whose key is (asset, ordinal, run).
 */
export type MaterializationInputs = readonly {
  readonly assetId: number;
  readonly partitions: readonly number[];
  readonly runId: number;
}[];

/**
 * The record that one partition of an asset was made. Append-only; named by (asset, ordinal, run). Wide columns come
 * first: this table has a row for every materialization, and padding would cost each of them 12 bytes.
 */
export const materialization = pgTable(
  "materialization",
  {
    ordinal: bigint({ mode: "number" }).notNull(),
    runId: bigint({ mode: "number" }).notNull(),
    claimId: bigint({ mode: "number" }).notNull(),
    startedAt: timestamp({ withTimezone: true }).notNull(),
    publishedAt: timestamp({ withTimezone: true })
      .notNull()
      .default(sql`clock_timestamp()`),
    assetId: integer().notNull(),
    /** The code version that executed, stamped by the worker. */
    codeVersionId: integer().notNull(),
    durationMs: integer().notNull(),
    /** 1 for a first attempt. */
    attempt: smallint().notNull(),
    dataVersion: text(),
    /** Where and how the value is stored; null when the asset stores nothing through an I/O manager. */
    stored: jsonb().$type<StoredValue>(),
    metadata: jsonb().$type<Record<string, JsonValue>>(),
    inputs: jsonb().$type<MaterializationInputs>(),
    /** Since when what it stored is removed: a later one had taken its place. The row stays as history. */
    collectedAt: timestamp({ withTimezone: true }),
  },
  (table) => [
    primaryKey({ columns: [table.assetId, table.ordinal, table.runId] }),
    // What was so at a moment of the past is read by time; it costs next to nothing, because rows are in its order, nearly.
    index("materialization_by_time").using("brin", table.publishedAt),
  ],
);

/** The current materialization of each partition in each environment. */
export const assetPartition = pgTable(
  "asset_partition",
  {
    environmentId: smallint().notNull(),
    assetId: integer().notNull(),
    ordinal: bigint({ mode: "number" }).notNull(),
    runId: bigint({ mode: "number" }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.assetId, table.ordinal] })],
);

/** Status of an asset's partitions in an environment as sets, for 8,192 ordinals a row. */
export const assetChunk = pgTable(
  "asset_chunk",
  {
    environmentId: smallint().notNull(),
    assetId: integer().notNull(),
    chunk: integer().notNull(),
    materialized: partitionSet().notNull(),
    /** Partitions whose newest step failed (the old materialization, if any, stays current). */
    failed: partitionSet().notNull(),
    /** Those of `failed` that a check on what is current has failed, and no step that was to make them; null for none. */
    checkFailed: partitionSet(),
    /**
     * End of the last of the runs that made some of it and are not kept any more; null while all are. What a run made that
     * began before is not surely its own: only the pointers tell.
     */
    forgottenUntil: timestamp({ withTimezone: true }),
    /** Newest materialization of the whole chunk. */
    updatedAt: timestamp({ withTimezone: true })
      .notNull()
      .default(sql`clock_timestamp()`),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.assetId, table.chunk] })],
);

/**
 * Which partitions of an asset are out of date, as the daemon has judged it: a row for every declared asset that has been
 * looked at. It follows from other tables, and is made anew when it is lost.
 */
export const assetStaleness = pgTable(
  "asset_staleness",
  {
    environmentId: smallint().notNull(),
    assetId: integer().notNull(),
    /** Stands for everything in the definitions that it was judged by: another one, and all of it is judged again. */
    definition: text().notNull(),
    /** Made by other code. */
    code: partitionSet().notNull(),
    /** Made from inputs that came out different since. */
    inputs: partitionSet().notNull(),
    /** All that is out of date: those, and what reads something that is. */
    stale: partitionSet().notNull(),
    /** May have changed, and is not judged yet: a run holds it, or there was too much at once. */
    pending: partitionSet().notNull(),
    judgedAt: timestamp({ withTimezone: true })
      .notNull()
      .default(sql`clock_timestamp()`),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.assetId] })],
);

/** Up to where events are judged in an environment: the guard of everything that is written about staleness. */
export const stalenessRound = pgTable("staleness_round", {
  environmentId: smallint().primaryKey(),
  /** Grows with each round that is written: one takes effect only on what it began from. */
  version: bigint({ mode: "number" }).notNull(),
  /** The events that it had seen. */
  cursor: text().notNull(),
  at: timestamp({ withTimezone: true })
    .notNull()
    .default(sql`clock_timestamp()`),
});

/**
 * Partitions that somebody took back: their pointers were removed, so that they are missing until they are made again.
 * What they were stays as history, and its values are collected like those that were replaced.
 */
export const wipe = pgTable(
  "wipe",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    environmentId: smallint().notNull(),
    assetId: integer().notNull(),
    partitions: partitionSet().notNull(),
    /** Members of `partitions`. */
    size: integer().notNull(),
    wipedAt: timestamp({ withTimezone: true })
      .notNull()
      .default(sql`clock_timestamp()`),
    reason: text(),
    /** Makes a wipe idempotent: the same key never wipes twice. */
    originKey: text().notNull().unique("wipe_origin_key"),
    /** Since when all values are removed that it has taken back. */
    collectedAt: timestamp({ withTimezone: true }),
  },
  (table) => [
    index("wipe_by_asset").on(table.assetId, table.id),
    index("wipe_uncollected")
      .on(table.id)
      .where(sql`collected_at is null`),
  ],
);

/** One result of one check on one partition. */
export const checkResult = pgTable(
  "check_result",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    environmentId: smallint().notNull(),
    assetId: integer().notNull(),
    name: text().notNull(),
    ordinal: bigint({ mode: "number" }).notNull(),
    runId: bigint({ mode: "number" }).notNull(),
    /** The run that made the value that was judged, where it is another one: the check ran by itself. */
    judgedRunId: bigint({ mode: "number" }),
    claimId: bigint({ mode: "number" }).notNull(),
    passed: boolean().notNull(),
    severity: text().$type<"warn" | "error">().notNull(),
    blocking: boolean().notNull(),
    description: text(),
    metadata: jsonb().$type<Record<string, JsonValue>>(),
    at: timestamp({ withTimezone: true })
      .notNull()
      .default(sql`clock_timestamp()`),
  },
  (table) => [index("check_result_by_partition").on(table.assetId, table.name, table.ordinal, table.id)],
);

/**
 * A dynamic definition. `version` is drawn at random with each change of its keys: a process that remembers them knows by
 * it whether they are still the same.
 */
export const dynamicDefinition = pgTable("dynamic_definition", {
  name: text().primaryKey(),
  version: bigint({ mode: "number" }).notNull().default(0),
});

/**
 * The keys of dynamic definitions. Append-only: a key keeps its ordinal for ever, also while it is removed, and no other
 * key ever gets it.
 */
export const dynamicPartition = pgTable(
  "dynamic_partition",
  {
    definition: text()
      .notNull()
      .references(() => dynamicDefinition.name),
    ordinal: integer().notNull(),
    key: text().notNull(),
    addedAt: timestamp({ withTimezone: true })
      .notNull()
      .default(sql`clock_timestamp()`),
    /** While it is removed: since when. */
    removedAt: timestamp({ withTimezone: true }),
  },
  (table) => [
    primaryKey({ columns: [table.definition, table.ordinal] }),
    unique("dynamic_partition_key").on(table.definition, table.key),
  ],
);
