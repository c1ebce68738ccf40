import type { JsonValue } from "@heddle/core";
import type { ScheduleSnapshot, SensorSnapshot, SerializedError } from "@heddle/core/internal";
import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  smallint,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { codeLocation } from "./code.ts";

/** An instant in epoch milliseconds, by the clock of the database. */
const instant = () => bigint({ mode: "number" });

/** Who ticks. */
export type TickKind = "schedule" | "sensor";
/** What became of a tick. */
export type TickOutcome = "requested" | "skipped" | "failed" | "missed";

/** What a person may do to either. */
export type TickChangeKind = "paused" | "resumed" | "cursor";

/** Every schedule that was ever declared, by name: what it was declared as, and where its chain of ticks stands. */
export const schedule = pgTable("schedule", {
  name: text().primaryKey(),
  codeLocationId: integer()
    .notNull()
    .references(() => codeLocation.id),
  definition: jsonb().$type<ScheduleSnapshot>().notNull(),
  /** Whether somebody has paused or resumed it; null: as it is declared. */
  paused: boolean(),
  /** The last tick with an outcome, or when the chain of ticks began. The next tick comes after it, and only one can. */
  after: instant().notNull(),
  /** The last tick that asked for runs or was skipped by its function: windows that ended later were not asked for. */
  coveredUntil: instant().notNull(),
  /** A tick that failed and is tried again. */
  retryTick: instant(),
  /** How often it has failed. */
  retryAttempts: smallint().notNull().default(0),
  /** Not before this instant. */
  retryNotBefore: instant(),
  retryError: jsonb().$type<SerializedError>(),
  /** When it disappeared from its code location; its history stays. */
  removedAt: timestamp({ withTimezone: true }),
});

/** Every sensor that was ever declared, by name, with its memory. */
export const sensor = pgTable("sensor", {
  name: text().primaryKey(),
  codeLocationId: integer()
    .notNull()
    .references(() => codeLocation.id),
  definition: jsonb().$type<SensorSnapshot>().notNull(),
  /** Whether somebody has paused or resumed it; null: as it is declared. */
  paused: boolean(),
  cursor: text(),
  /** Grows with everything that an evaluation or a person changes: an evaluation takes effect only on what it has seen. */
  version: bigint({ mode: "number" }).notNull().default(0),
  /** When the last evaluation began. */
  startedAt: instant(),
  /** Evaluations that failed, one after the other. */
  failures: integer().notNull().default(0),
  /** When it disappeared from its code location; its memory stays. */
  removedAt: timestamp({ withTimezone: true }),
});

/** What became of a tick of a schedule, or of an evaluation of a sensor. */
export const tick = pgTable(
  "tick",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    kind: text().$type<TickKind>().notNull(),
    name: text().notNull(),
    /** The instant at which a schedule's tick was due, or at which the evaluation of a sensor began. */
    at: instant().notNull(),
    /** Whether a person asked for it, beside the chain of ticks. */
    isManual: boolean().notNull().default(false),
    outcome: text().$type<TickOutcome>().notNull(),
    /** Why nothing was requested. */
    reason: text(),
    error: jsonb().$type<SerializedError>(),
    runIds: bigint({ mode: "number" })
      .array()
      .notNull()
      .default(sql`'{}'`),
    /** Ticks that this row stands for: missed ones, or evaluations that were skipped for the same reason. */
    count: integer().notNull().default(1),
    /** The last of them. */
    until: instant(),
    /** How long the function took. */
    durationMs: integer(),
    /** What the function logged: JSON lines `{l, m, f?}`. */
    log: text(),
    /** Where the evaluation of a sensor has moved its cursor; null when it stayed, and for one too long to be kept. */
    cursor: text(),
    recordedAt: timestamp({ withTimezone: true })
      .notNull()
      .default(sql`clock_timestamp()`),
  },
  (table) => [
    uniqueIndex("tick_of_schedule")
      .on(table.name, table.at)
      .where(sql`kind = 'schedule' and not is_manual`),
    index("tick_by_name").on(table.kind, table.name, table.id),
    check("tick_kind", sql`kind in ('schedule', 'sensor')`),
    check("tick_outcome", sql`outcome in ('requested', 'skipped', 'failed', 'missed')`),
    check("tick_requested", sql`(outcome = 'requested') = (run_ids <> '{}')`),
  ],
);

/** What somebody has done to a schedule or a sensor: the newest rows say who has paused it and why. Append-only. */
export const tickChange = pgTable(
  "tick_change",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    kind: text().$type<TickKind>().notNull(),
    name: text().notNull(),
    change: text().$type<TickChangeKind>().notNull(),
    /** What the cursor was set to; null for none, and for a change that is about something else. */
    cursor: text(),
    /** Who says that it was them; nobody checks it. */
    actor: text(),
    reason: text(),
    at: timestamp({ withTimezone: true })
      .notNull()
      .default(sql`clock_timestamp()`),
  },
  (table) => [
    index("tick_change_by_name").on(table.kind, table.name, table.id),
    check("tick_change_change", sql`change in ('paused', 'resumed', 'cursor')`),
  ],
);

/** Somebody who waits for an evaluation beside the chain of ticks. The daemon that leads answers. */
export const tickRequest = pgTable(
  "tick_request",
  {
    id: uuid().primaryKey(),
    kind: text().$type<TickKind>().notNull(),
    name: text().notNull(),
    /** Whether what is asked for takes effect. */
    isDryRun: boolean().notNull(),
    requestedAt: timestamp({ withTimezone: true })
      .notNull()
      .default(sql`clock_timestamp()`),
    answeredAt: timestamp({ withTimezone: true }),
    answer: jsonb().$type<JsonValue>(),
  },
  (table) => [
    index("tick_request_open")
      .on(table.requestedAt)
      .where(sql`answered_at is null`),
  ],
);
