import type { FreshnessState } from "@heddle/core";
import type { ConditionSpec, FreshnessSpec, StoredTargetState } from "@heddle/core/internal";
import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  index,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
} from "drizzle-orm/pg-core";
import { partitionSet } from "./columns.ts";

/** An instant in epoch milliseconds, by the clock of the database. */
const instant = () => bigint({ mode: "number" });

/** Where the evaluation of conditions stands in an environment: the guard of everything that evaluations write. */
export const automationRound = pgTable("automation_round", {
  environmentId: smallint().primaryKey(),
  /** Grows with each evaluation that is written: one takes effect only on what it began from. */
  version: bigint({ mode: "number" }).notNull(),
  /** The instant of the newest evaluation. */
  at: instant().notNull(),
  /** The events that it had seen. */
  cursor: text().notNull(),
  /** Version of the definitions that it was of. */
  definitions: text().notNull(),
});

/** What the condition of an asset, or of a check (`check_name`, "" for the asset itself), remembers. */
export const automationState = pgTable(
  "automation_state",
  {
    environmentId: smallint().notNull(),
    asset: text().notNull(),
    checkName: text().notNull(),
    state: jsonb().$type<StoredTargetState>().notNull(),
    /** Partitions that are not requested any more, to end an endless loop; null for none. */
    stopped: partitionSet(),
    stoppedAt: instant(),
    /** When it last asked for runs. */
    requestedAt: instant(),
    /** Partitions that it asked for then. */
    requestedCount: bigint({ mode: "number" }),
    runIds: bigint({ mode: "number" })
      .array()
      .notNull()
      .default(sql`'{}'`),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.asset, table.checkName] })],
);

/** Conditions that a person has switched off, or on again: who, when and why. Without a row they are on. */
export const automationSwitch = pgTable(
  "automation_switch",
  {
    asset: text().notNull(),
    checkName: text().notNull(),
    isOff: boolean().notNull(),
    reason: text(),
    actor: text(),
    changedAt: timestamp({ withTimezone: true })
      .notNull()
      .default(sql`clock_timestamp()`),
  },
  (table) => [primaryKey({ columns: [table.asset, table.checkName] })],
);

/** Conditions by the hash of what they ask: evaluations are of few different ones. */
export const automationCondition = pgTable("automation_condition", {
  hash: text().primaryKey(),
  spec: jsonb().$type<ConditionSpec>().notNull(),
});

/** One evaluation of one condition that came to something else than the one before. */
export const automationEvaluation = pgTable(
  "automation_evaluation",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    at: instant().notNull(),
    /** Partitions of `requested`. */
    requestedCount: bigint({ mode: "number" }).notNull(),
    /** Partitions for which the whole condition held. */
    heldCount: bigint({ mode: "number" }).notNull(),
    /** The run that makes what it asked for; null when it asked for nothing new, or was refused. */
    runId: bigint({ mode: "number" }),
    environmentId: smallint().notNull(),
    asset: text().notNull(),
    checkName: text().notNull(),
    cursor: text().notNull(),
    conditionHash: text().notNull(),
    requested: partitionSet().notNull(),
    stopped: partitionSet().notNull(),
    /** For which partitions each part of the condition held: nested lists in the order of its parts. */
    tree: text().notNull(),
    /** Why what it asked for was not launched. */
    problem: text(),
    recordedAt: timestamp({ withTimezone: true })
      .notNull()
      .default(sql`clock_timestamp()`),
  },
  (table) => [index("automation_evaluation_by_target").on(table.asset, table.checkName, table.id)],
);

/** How fresh each asset with a policy is. */
export const freshness = pgTable(
  "freshness",
  {
    environmentId: smallint().notNull(),
    asset: text().notNull(),
    policy: jsonb().$type<FreshnessSpec>().notNull(),
    state: text().$type<FreshnessState>().notNull(),
    /** Since when. */
    since: instant().notNull(),
    /** Up to which instant it was judged. */
    judgedAt: instant().notNull(),
    /** When the newest materialization was made, as of then. */
    materializedAt: instant(),
    /** When the state is another one although nothing is materialized. */
    changesAt: instant(),
    /** When it became, or becomes, overdue. */
    overdueAt: instant(),
  },
  (table) => [
    primaryKey({ columns: [table.environmentId, table.asset] }),
    check("freshness_state", sql`state in ('pass', 'warn', 'fail', 'unknown')`),
  ],
);

/** Changes of an asset's freshness, at the instants at which they happened. */
export const freshnessChange = pgTable(
  "freshness_change",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    at: instant().notNull(),
    environmentId: smallint().notNull(),
    asset: text().notNull(),
    /** Null for the first state that is known. */
    fromState: text().$type<FreshnessState>(),
    toState: text().$type<FreshnessState>().notNull(),
  },
  (table) => [index("freshness_change_by_asset").on(table.environmentId, table.asset, table.at, table.id)],
);
