import type { JsonValue, NotificationTarget } from "@heddle/core";
import type { NotificationSnapshot, NotifiedEvent, SerializedError } from "@heddle/core/internal";
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
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { codeLocation } from "./code.ts";

/** What becomes of a message. */
export type MessageState = "gathering" | "sending" | "sent" | "failed";

/** Every notification that was ever declared, by name, and where it stands in the stream of events. */
export const notification = pgTable("notification", {
  name: text().primaryKey(),
  codeLocationId: integer()
    .notNull()
    .references(() => codeLocation.id),
  definition: jsonb().$type<NotificationSnapshot>().notNull(),
  /** Behind the last event that was looked at. */
  cursor: text().notNull(),
  /** Grows with the cursor: events are taken only by who has seen it. */
  version: bigint({ mode: "number" }).notNull().default(0),
  /** When it disappeared from its code location; its messages stay. */
  removedAt: timestamp({ withTimezone: true }),
});

/**
 * Messages of notifications, one for each place that they go to: what is to be sent, and what became of it. While one is
 * gathering, what happens is added to it; from its first attempt on it stays as it is.
 */
export const notificationMessage = pgTable(
  "notification_message",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    /** What the receiver knows it by, however often it is tried. */
    key: uuid()
      .notNull()
      .default(sql`gen_random_uuid()`),
    notification: text().notNull(),
    /** Number of the target among those of the notification. */
    place: smallint().notNull().default(0),
    target: jsonb().$type<NotificationTarget>().notNull(),
    /** A template; null for sentences. */
    template: text(),
    /** What is told together. */
    groupKey: text().notNull(),
    isTest: boolean().notNull().default(false),
    state: text().$type<MessageState>().notNull(),
    /** Things that it tells. */
    count: integer().notNull(),
    /** The first of them. */
    events: jsonb().$type<readonly NotifiedEvent[]>().notNull(),
    /** The first of the runs that they are about. */
    runIds: bigint({ mode: "number" })
      .array()
      .notNull()
      .default(sql`'{}'`),
    createdAt: timestamp({ withTimezone: true })
      .notNull()
      .default(sql`clock_timestamp()`),
    /** When it is tried next; while somebody tries it, when he is given up. */
    dueAt: timestamp({ withTimezone: true }).notNull(),
    attempts: smallint().notNull().default(0),
    /** Who tries it; another may when `due_at` is over. */
    attemptId: uuid(),
    /** After this it is not tried any more. */
    giveUpAt: timestamp({ withTimezone: true }),
    giveUpAfterMs: bigint({ mode: "number" }).notNull(),
    /** Of the last attempt. */
    error: jsonb().$type<SerializedError>(),
    /** When it was first tried: from then the next one of its group counts. */
    beganAt: timestamp({ withTimezone: true }),
    endedAt: timestamp({ withTimezone: true }),
  },
  (table) => [
    uniqueIndex("notification_message_gathering")
      .on(table.notification, table.place, table.groupKey)
      .where(sql`state = 'gathering'`),
    index("notification_message_due")
      .on(table.dueAt)
      .where(sql`state in ('gathering', 'sending')`),
    index("notification_message_by_name").on(table.notification, table.id),
    index("notification_message_group").on(table.notification, table.place, table.groupKey, table.beganAt),
    index("notification_message_of_runs")
      .using("gin", table.runIds)
      .where(sql`error is not null`),
    check("notification_message_state", sql`state in ('gathering', 'sending', 'sent', 'failed')`),
    check("notification_message_ended", sql`(state in ('sent', 'failed')) = (ended_at is not null)`),
  ],
);

/** Requests that came to webhook sensors with a right signature; each once, by the name that its sender gave it. */
export const webhookReceipt = pgTable(
  "webhook_receipt",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    sensor: text().notNull(),
    deliveryId: text().notNull(),
    receivedAt: timestamp({ withTimezone: true })
      .notNull()
      .default(sql`clock_timestamp()`),
    headers: jsonb().$type<Readonly<Record<string, string>>>().notNull(),
    payload: jsonb().$type<JsonValue>().notNull(),
  },
  (table) => [unique("webhook_receipt_delivery").on(table.sensor, table.deliveryId)],
);
