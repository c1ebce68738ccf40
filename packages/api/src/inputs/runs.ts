import { RUN_STATUSES, STEP_STATUSES } from "@heddle/core/internal";
import * as z from "zod";
import {
  MANY_KEYS,
  cursor,
  fewKeys,
  id,
  instant,
  key,
  limit,
  maxConcurrency,
  ordinal,
  priority,
  ranges,
  selectionText,
  storable,
  text,
} from "./fields.ts";

export const runListInput = z.strictObject({
  statuses: z.array(z.enum(RUN_STATUSES)).max(RUN_STATUSES.length).optional(),
  /** Runs that hold this asset. */
  asset: key.optional(),
  /** With `asset`: runs that make some of these of its partitions, in words: one key, `a..b`, `last 7`. */
  partition: text.min(1).optional(),
  /** Runs that hold any asset of this selection. */
  selection: selectionText.optional(),
  /** A run's id, or words of its origin and tags. */
  text: text.optional(),
  /** Runs that have all of these tags. */
  tags: z
    .array(z.strictObject({ name: storable(100).min(1), value: storable(500).optional() }))
    .max(20)
    .optional(),
  /** Kinds of causes: `manual`, `retry`, `schedule`, `sensor`, … */
  causes: z.array(storable(50).min(1)).max(20).optional(),
  /** Created at or after this instant, and before that one. */
  from: instant.optional(),
  to: instant.optional(),
  /** Only backfills: runs that make several partitions of some asset. */
  backfills: z.boolean().optional(),
  cursor: cursor.nullish(),
  limit: limit(50),
});

export const runTimelineInput = z.strictObject({
  runId: id,
  /** Only this asset. */
  asset: key.optional(),
});

export const runOutputsInput = z.strictObject({
  runId: id,
  asset: key.optional(),
  cursor: cursor.nullish(),
  limit: limit(50),
});

export const runCompareInput = z.strictObject({
  runId: id,
  /** The run to compare with; left out: the one before it that is most like it, one that succeeded if there is one. */
  with: id.optional(),
});

/** Name of a notification. */
export const notificationName = storable(100).min(1);

export const runInput = z.strictObject({ runId: id });

export const runStepsInput = z.strictObject({
  runId: id,
  asset: key.optional(),
  statuses: z.array(z.enum(STEP_STATUSES)).max(STEP_STATUSES.length).optional(),
  cursor: cursor.nullish(),
  limit: limit(200),
});

export const runStepInput = z.strictObject({ runId: id, asset: key, ordinal });

const logFilter = {
  runId: id,
  asset: key.optional(),
  ordinal: ordinal.optional(),
  /** The lowest level to show. */
  level: z.enum(["debug", "info", "warn", "error"]).optional(),
  /** Lines whose message holds this text, whatever its case. */
  text: text.optional(),
};

export const runLogsInput = z.strictObject({
  ...logFilter,
  /** Where to go on; left out: the first lines (`after`) or the last ones (`before`). */
  cursor: cursor.nullish(),
  direction: z.enum(["after", "before"]).default("after"),
  limit: limit(200),
});

export const runLogLineInput = z.strictObject({
  runId: id,
  /** Of the line. */
  cursor,
});

export const runLogsTailInput = z.strictObject({
  ...logFilter,
  /** Only lines after this one. Sent by the client by itself when it reconnects. */
  lastEventId: cursor.nullish(),
});

export const runRetryInput = z.strictObject({
  runId: id,
  /**
   * `failed`: only what failed. `from_failure`: that, and what was skipped because of it. `unfinished`: that, and what was
   * canceled. `all`: everything once more.
   */
  only: z.enum(["failed", "from_failure", "unfinished", "all"]).default("from_failure"),
  /** By the definitions and code in force, so that what was corrected counts; or exactly as the run was. */
  code: z.enum(["newest", "same"]).default("newest"),
  /** Only these partitions of it, as ordinals by asset key; assets that are not named are left out. */
  partitions: z.record(key, ranges).refine(fewKeys, MANY_KEYS).optional(),
  /** Config by asset key, instead of what the run had; assets that are not named keep theirs. */
  config: z.record(key, z.json()).refine(fewKeys, MANY_KEYS).optional(),
});

export const runCancelInput = z.strictObject({
  runId: id,
  /** Takes running steps away from their workers at once, instead of letting these stop them. */
  force: z.boolean().default(false),
  /** Lets what runs finish and be published; only what has not begun is canceled. */
  letFinish: z.boolean().default(false),
});

export const runChangeInput = z.strictObject({
  runId: id,
  /** Higher goes first. Left out: as it is. */
  priority: priority.optional(),
  /** Most steps of the run at once, `null` for no limit of its own. Left out: as it is. */
  maxConcurrency: maxConcurrency.nullish(),
  /** Which partitions of an asset go first. Left out: as it is. */
  order: z.enum(["oldest", "newest"]).optional(),
});

/** Name of a check; left out: the asset itself. */
export const checkOf = storable(200).min(1).nullish();

export type RunRetryInput = z.output<typeof runRetryInput>;
export type RunCancelInput = z.output<typeof runCancelInput>;
export type RunChangeInput = z.output<typeof runChangeInput>;
export type RunStepInput = z.output<typeof runStepInput>;
export type RunListInput = z.output<typeof runListInput>;
export type RunTimelineInput = z.output<typeof runTimelineInput>;
export type RunOutputsInput = z.output<typeof runOutputsInput>;
export type RunCompareInput = z.output<typeof runCompareInput>;
export type RunStepsInput = z.output<typeof runStepsInput>;
export type RunLogsInput = z.output<typeof runLogsInput>;
export type RunLogLineInput = z.output<typeof runLogLineInput>;
export type RunLogsTailInput = z.output<typeof runLogsTailInput>;
