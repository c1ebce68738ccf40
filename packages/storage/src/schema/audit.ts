import type { JsonValue } from "@heddle/core";
import { sql } from "drizzle-orm";
import { bigint, check, index, integer, jsonb, pgTable, text, timestamp } from "drizzle-orm/pg-core";

/** Who changed something. Until there is a login this is what the caller says of itself, and nobody has verified it. */
export interface Actor {
  /** `catalog`: a page of it. `command`: the command line. `api`: another client. `webhook`: somebody from outside. */
  readonly kind: "catalog" | "command" | "api" | "webhook";
  /** The operating system's user, where the client told it. */
  readonly name: string | null;
}

/** What a person changed, or was refused: written in the transaction of the change. Rows are never changed. */
export const audit = pgTable(
  "audit",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    at: timestamp({ withTimezone: true })
      .notNull()
      .default(sql`clock_timestamp()`),
    actor: jsonb().$type<Actor>().notNull(),
    /** The procedure, such as `runs.cancel`. */
    action: text().notNull(),
    /** What it was done to, for people: `run 41`. */
    subject: text().notNull().default(""),
    outcome: text().$type<"done" | "refused">().notNull(),
    /** Why it was refused. */
    errorCode: text(),
    /** What was asked for; null where that is long. */
    input: jsonb().$type<JsonValue>(),
    /** SHA-256 of it, as JSON. */
    inputDigest: text().notNull(),
  },
  (table) => [
    index("audit_by_action").on(table.action, table.id),
    check("audit_outcome", sql`outcome in ('done', 'refused') and (outcome = 'refused') = (error_code is not null)`),
  ],
);

/** Where a loop of the daemon that leads stands, written down every few seconds. */
export const daemonLoop = pgTable("daemon_loop", {
  name: text().primaryKey(),
  host: text().notNull(),
  pid: integer().notNull(),
  beatAt: timestamp({ withTimezone: true }).notNull(),
  /** How much later than it was due the last round began. */
  lagMs: integer().notNull(),
  /** How long the last round took. */
  durationMs: integer().notNull(),
  /** Rounds that have failed, one after the other. */
  failures: integer().notNull(),
});
