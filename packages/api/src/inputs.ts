import {
  MAX_PARTITION_KEY_BYTES,
  MAX_POOL_SLOTS,
  MAX_RUN_LIMIT_MS,
  RUN_STATUSES,
  STEP_STATUSES,
  type PlanPredicate,
} from "@heddle/core";
import * as z from "zod";

/** Longest list that an answer holds. */
export const MAX_PAGE_SIZE = 500;
/** Most entries of a list in an input. */
export const MAX_INPUT_ITEMS = 10_000;
/** Most ranges of a set of partitions in an input (two numbers each). */
export const MAX_INPUT_RANGES = 50_000;

/** Most partitions in one step. */
export const MAX_CHUNK = 1_000_000;
/** Most attempts that a launch may ask for. */
export const MAX_ATTEMPTS = 20;
/** States by which partitions are chosen. */
export const PLAN_PREDICATES = ["missing", "failed", "stale"] as const satisfies readonly PlanPredicate[];

/** Text that PostgreSQL can hold: without NUL, and without halves of surrogate pairs. */
export const storable = (longest: number) =>
  z
    .string()
    .max(longest)
    .refine((value) => value.isWellFormed() && !value.includes("\0"), {
      message: "holds characters that no text can hold",
    });

/** Key of an asset. */
export const key = storable(1024).min(1);
/** Id of anything. */
export const id = z.int().positive();
const ordinal = z.int();
/** Epoch milliseconds, of the years that a database can tell. */
const instant = z.int().min(0).max(8_640_000_000_000);
const cursor = storable(200);
const limit = (preset: number) => z.int().min(1).max(MAX_PAGE_SIZE).default(preset);
const selectionText = storable(10_000);
const text = storable(1000);

const MAX_TAGS = 100;

const priority = z.int().min(-1000).max(1000);
const maxConcurrency = z.int().min(1).max(10_000);

const limitMs = z.int().min(1).max(MAX_RUN_LIMIT_MS);
const limitAction = z.enum(["cancel", "alert"]);

/** By when a run has to begin and to end; see `RunLimits`. */
const runLimits = z.strictObject({
  startWithinMs: limitMs.optional(),
  onLateStart: limitAction.optional(),
  runTimeoutMs: limitMs.optional(),
  onRunTimeout: limitAction.optional(),
  /** Epoch milliseconds. */
  deadline: z.int().positive().optional(),
  withinMs: limitMs.optional(),
  onDeadline: limitAction.optional(),
});

const fewKeys = (value: object) => Object.keys(value).length <= MAX_INPUT_ITEMS;
const MANY_KEYS = { message: `has more than ${MAX_INPUT_ITEMS} entries` };

/** Flat half-open ranges: sorted, disjoint, none empty. */
const ranges = z
  .array(ordinal)
  .max(MAX_INPUT_RANGES * 2)
  .refine((flat) => flat.length % 2 === 0 && flat.every((value, i) => i === 0 || value > (flat[i - 1] ?? value)), {
    message: "ranges must be pairs [start, end, …), sorted, disjoint and none of them empty",
  });

const idempotencyKey = storable(200).min(8);

export const noInput = z.strictObject({}).optional();

export const snapshotInput = z.strictObject({
  /** The version that the caller holds: `unchanged` is answered when it is the current one. */
  knownVersion: storable(200).nullish(),
});

export const statusInput = z.strictObject({
  /** Only these assets; all when left out. */
  ids: z.array(id).max(MAX_INPUT_ITEMS).optional(),
});

export const assetInput = z.strictObject({ key });

/** A former definition of the asset; left out: the one that is in force. */
const formerId = id.optional();

export const partitionDetailInput = z.strictObject({ key, ordinal, assetId: formerId });

/** Names a column of an asset. */
export const columnInput = z.strictObject({ key, column: storable(1_000).min(1) });

export const columnLineageInput = z.strictObject({ keys: z.array(key).min(1).max(MAX_PAGE_SIZE) });

export const metadataSeriesInput = z.strictObject({
  key,
  /** Over time, the newest materializations; or over partitions, the last ones. @default time */
  axis: z.enum(["time", "partition"]).default("time"),
  /** Most points. */
  limit: z.int().min(1).max(MAX_PAGE_SIZE).default(200),
});

export const partitionPreviewInput = z.strictObject({
  key,
  assetId: formerId,
  /** Which partition, by its ordinal or by its key. @default the one of an asset without partitions */
  ordinal: ordinal.optional(),
  partition: storable(MAX_PARTITION_KEY_BYTES).optional(),
  /** Run of the materialization that is looked at. @default the one in use */
  runId: id.optional(),
  /** Most rows. */
  rows: z.int().min(1).max(1_000).default(100),
});

/** Most runs of equal status in one answer. */
export const MAX_STATUS_RUNS = 100_000;

export const partitionStatusInput = z.strictObject({
  key,
  assetId: formerId,
  /** Only partitions with ordinals from `start` up to `end`, without that itself. */
  within: z
    .strictObject({ start: ordinal, end: ordinal })
    .refine(({ start, end }) => start < end, { message: "`start` must be before `end`" })
    .optional(),
  /** Most runs of equal status to answer; what does not fit is told more coarsely. */
  maxRuns: z.int().min(1).max(MAX_STATUS_RUNS).default(MAX_STATUS_RUNS),
});

/** Epoch milliseconds of this age. */
const moment = z.int().min(Date.UTC(2000, 0)).max(Date.UTC(2100, 0));

export const lineageMomentInput = z.strictObject({ at: moment });

/** Most bars of a slider over time. */
const MAX_BUCKETS = 1_000;

export const lineageActivityInput = z
  .strictObject({ from: moment, to: moment, buckets: z.int().min(1).max(MAX_BUCKETS).default(200) })
  .refine(({ from, to }) => from < to, { message: "`from` must be before `to`" });

export const lineageGraphInput = z.strictObject({
  /** As `lineage.statusAt` names it. */
  version: z
    .string()
    .max(2_000)
    .regex(/^(?:[1-9]\d{0,8}(?:,[1-9]\d{0,8})*)?$/),
});

export const lineageDiffInput = z.strictObject({
  /** Id of one of `lineage.versions`. */
  base: z
    .int()
    .min(1)
    .max(2 ** 31 - 1),
});

export const lineagePartitionInput = z.strictObject({
  key,
  /** Key of the partition; "" for an asset without partitions. */
  partition: storable(1024),
});

/** Name of a dynamic partitions definition. */
const definition = storable(1024).min(1);

export const dynamicListInput = z.strictObject({
  definition,
  /** Only keys that hold this text, whatever its case. */
  text: text.optional(),
  /** Removed keys as well. */
  removed: z.boolean().default(false),
  cursor: cursor.nullish(),
  limit: limit(100),
});

export const dynamicChangeInput = z.strictObject({
  definition,
  /** What is wrong with one of them is told key by key. */
  keys: z.array(z.string().max(10_000)).min(1).max(MAX_INPUT_ITEMS),
});

export const materializationListInput = z.strictObject({
  key,
  /** Only of this partition. */
  ordinal: ordinal.optional(),
  cursor: cursor.nullish(),
  limit: limit(50),
});

export const checkHistoryInput = z.strictObject({
  key,
  /** Only of this check. */
  check: storable(1024).min(1).optional(),
  /** Only on this partition. */
  ordinal: ordinal.optional(),
  /** Only results that count as this. */
  outcome: z.enum(["passed", "warned", "failed"]).optional(),
  cursor: cursor.nullish(),
  limit: limit(50),
});

/** How a check stands: the worst of its newest results over all partitions; `never` without any. */
export const CHECK_STATES = ["failed", "warned", "passed", "never"] as const;

const checkName = storable(1024).min(1);

export const checkListInput = z.strictObject({
  /** Only checks that stand so. */
  states: z.array(z.enum(CHECK_STATES)).min(1).max(CHECK_STATES.length).optional(),
  /** Only silenced ones, or only those that are not. */
  silenced: z.boolean().optional(),
  severity: z.enum(["warn", "error"]).optional(),
  /** Only of this asset. */
  asset: key.optional(),
  /** Only of assets that it selects. */
  selection: selectionText.optional(),
  /** Only those whose name, or whose asset's key, holds it. */
  text: text.optional(),
  /** What stands together: the checks of an asset, or those that found the same. The worst come first either way. */
  groupBy: z.enum(["asset", "message"]).default("asset"),
  cursor: storable(8_000).nullish(),
  limit: limit(100),
});

export const checkInput = z.strictObject({ key, check: checkName });

/** Longest time for which a check may be silenced. */
const MAX_SILENCE_MS = 366 * 24 * 3_600_000;

export const checkSilenceInput = z.strictObject({
  key,
  check: checkName,
  /** Epoch milliseconds, within a year; `null` lifts the silence. */
  until: z
    .int()
    .refine((until) => until > Date.now() && until < Date.now() + MAX_SILENCE_MS, {
      message: "must be a time to come, within a year",
    })
    .nullable(),
  /** Why; for those who wonder later. */
  reason: storable(1_000).min(1),
  actor: storable(200).min(1).optional(),
});

export const eventListInput = z.strictObject({
  /** Only what names this asset. */
  asset: key.optional(),
  /** Only what belongs to this run. */
  runId: id.optional(),
  cursor: cursor.nullish(),
  limit: limit(50),
});

export const selectionInput = z.strictObject({ selection: selectionText });

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
const notificationName = storable(100).min(1);

export const notificationInput = z.strictObject({ name: notificationName });

export const messageInput = z.strictObject({ id });

export const messageListInput = z.strictObject({
  /** Only of this notification. */
  notification: notificationName.optional(),
  /** Only what has become of it. */
  states: z
    .array(z.enum(["gathering", "sending", "sent", "failed"]))
    .max(4)
    .optional(),
  cursor: cursor.nullish(),
  limit: limit(50),
});

export const auditInput = z.strictObject({
  /** Only of procedures whose name begins like this, such as `runs.`. */
  action: storable(100).optional(),
  outcome: z.enum(["done", "refused"]).optional(),
  cursor: cursor.nullish(),
  limit: limit(50),
});

export const locationInput = z.strictObject({ name: storable(200).min(1) });

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
  /** Only these partitions of it, as ordinals by asset key; assets that are not named are left out. */
  partitions: z.record(key, ranges).refine(fewKeys, MANY_KEYS).optional(),
  /** Config by asset key, instead of what the run had; assets that are not named keep theirs. */
  config: z.record(key, z.json()).refine(fewKeys, MANY_KEYS).optional(),
});

export const runCancelInput = z.strictObject({
  runId: id,
  /** Takes running steps away from their workers at once, instead of letting these stop them. */
  force: z.boolean().default(false),
});

export const runChangeInput = z.strictObject({
  runId: id,
  /** Higher goes first. Left out: as it is. */
  priority: priority.optional(),
  /** Most steps of the run at once, `null` for no limit of its own. Left out: as it is. */
  maxConcurrency: maxConcurrency.nullish(),
});

/** Name of a check; left out: the asset itself. */
const checkOf = storable(200).min(1).nullish();

export const automationEvaluationListInput = z.strictObject({
  assetId: id,
  check: checkOf,
  /** Only evaluations that requested something. */
  onlyRequesting: z.boolean().default(false),
  cursor: cursor.nullish(),
  limit: limit(50),
});

export const automationEvaluationInput = z.strictObject({ id });

export const automationWhyInput = z.strictObject({
  assetKey: key,
  /** Left out: the newest. */
  partition: storable(1024).optional(),
  check: checkOf,
});

export const automationPreviewInput = z.strictObject({
  /** Only these assets are told of; all when left out. */
  selection: selectionText.optional(),
});

export const automationSetInput = z.strictObject({
  assetKey: key,
  check: checkOf,
  on: z.boolean(),
  reason: text.min(1).nullish(),
  /** Who does it, as people call them. */
  actor: storable(200).min(1).nullish(),
});

export const freshnessInput = z.strictObject({ assetId: id, cursor: cursor.nullish(), limit: limit(50) });

/** Name of a schedule or a sensor. */
const tickName = storable(200).min(1);

export const tickOwnerInput = z.strictObject({ name: tickName });

/** Who changes something, and why: what that person says. */
const author = { actor: storable(200).min(1).optional(), reason: storable(1_000).min(1).optional() };

export const tickSwitchInput = z.strictObject({ name: tickName, ...author });

export const tickListInput = z.strictObject({ name: tickName, cursor: cursor.nullish(), limit: limit(50) });

export const tickEvaluateInput = z.strictObject({
  name: tickName,
  /** Shows what would be requested, and requests nothing. */
  dryRun: z.boolean().default(true),
  /** Made once for each click: asking again under it waits for the same answer. */
  requestId: z.uuid(),
});

export const sensorCursorInput = z.strictObject({
  name: tickName,
  /** At most 64 KB; `null` for none: the sensor begins anew. */
  cursor: z.string().max(65_536).nullable(),
  ...author,
});

const partitionsText = storable(10_000).min(1);

/** Which partitions of the chosen assets. Assets without partitions always take part whole. */
const partitionsChoice = z.discriminatedUnion("kind", [
  /** Every partition that exists. */
  z.strictObject({ kind: z.literal("all") }),
  /**
   * In words: "2026-01-01..2026-02-01", "a,b", "last 7", "all", one key. They are read by the definition of `asset`, or
   * of the first chosen asset that has partitions; the others take the partitions that these map to.
   */
  z.strictObject({ kind: z.literal("text"), text: partitionsText, asset: key.optional() }),
  /** Ordinals of the definition of one chosen asset; the others take the partitions that these map to. */
  z.strictObject({ kind: z.literal("ranges"), asset: key, ranges }),
  /**
   * Asset by asset, in words or as ordinals of its own definition. Chosen assets that are not named take the partitions
   * that the named ones map to.
   */
  z.strictObject({
    kind: z.literal("each"),
    assets: z.record(key, z.union([partitionsText, ranges])).refine(fewKeys, MANY_KEYS),
  }),
]);

/** What may be a run's config for one asset; its own schema says what has to be. */
const config = z.json();

const planFields = {
  /** A selection, or `keys`: exactly one of them. */
  selection: selectionText.optional(),
  keys: z.array(key).min(1).max(MAX_INPUT_ITEMS).optional(),
  partitions: partitionsChoice.default({ kind: "all" }),
  /**
   * Of those partitions, only the ones in these states: never made; newest step failed; made, but out of date, or about
   * to be because the plan makes again what they read. All when left out.
   */
  only: z.array(z.enum(PLAN_PREDICATES)).min(1).max(PLAN_PREDICATES.length).optional(),
  /**
   * What else to make: `upstream_missing` adds upstream partitions that are needed and not there, `downstream` adds
   * everything that reads what is made.
   */
  cascade: z.enum(["self", "upstream_missing", "downstream"]).default("self"),
  /** Which partitions of an asset go first. */
  order: z.enum(["oldest", "newest"]).default("oldest"),
  /** Partitions in one step, for assets whose function makes several; left out: as they declare it. */
  chunk: z.union([z.int().min(1).max(MAX_CHUNK), z.literal("range")]).optional(),
  /**
   * Which assets skip what is up to date when its step would start: those that declare `cache`, all of them (`fresh`), or
   * none (`never`).
   */
  reuse: z.enum(["declared", "fresh", "never"]).default("declared"),
  /** Attempts that a step has at most, instead of what the assets declare. */
  attempts: z.int().min(1).max(MAX_ATTEMPTS).optional(),
  /** Config by asset key. */
  config: z.record(key, config).refine(fewKeys, MANY_KEYS).optional(),
  /** Leaves out partitions that read others which do not exist, instead of refusing the plan. */
  leaveOutUnreadable: z.boolean().default(false),
  /**
   * What becomes of partitions that runs which are not over hold. `leave_out`: they are left to those runs, and when the
   * new run reads them it begins after those runs. `wait`: they are made again, after those runs. `refuse`: there is no
   * launch.
   */
  overlap: z.enum(["leave_out", "wait", "refuse"]).default("leave_out"),
};

const oneChoice = (input: { selection?: string | undefined; keys?: string[] | undefined }) =>
  (input.selection === undefined) !== (input.keys === undefined);
const ONE_CHOICE = { message: "give either `selection` or `keys`" };

export const planPreviewInput = z.strictObject(planFields).refine(oneChoice, ONE_CHOICE);

export const planLaunchInput = z
  .strictObject({
    ...planFields,
    /** `hash` and `at` of the preview that was confirmed. */
    planHash: storable(200).min(1),
    at: z.int().positive(),
    /** Made once for each confirmed dialog: sending the same launch twice makes one run. */
    idempotencyKey,
    priority: priority.default(0),
    /** Most steps of the run at once; left out: no limit of its own. */
    maxConcurrency: maxConcurrency.nullish(),
    /** Left out: no limit in time. */
    limits: runLimits.optional(),
    tags: z
      .record(storable(100).min(1), storable(500))
      .refine((tags) => Object.keys(tags).length <= MAX_TAGS, { message: `has more than ${MAX_TAGS} tags` })
      .default({}),
  })
  .refine(oneChoice, ONE_CHOICE);

export const poolSetInput = z.strictObject({
  name: storable(300).min(1),
  /** 0 lets none of its steps begin; null: what the definitions say holds again. */
  slots: z.int().min(0).max(MAX_POOL_SLOTS).nullable(),
  /** Why; kept in the audit log. */
  reason: text.optional(),
});

export const eventStreamInput = z.strictObject({
  /** Only what is after this position; left out: from now on. Sent by the client by itself when it reconnects. */
  lastEventId: cursor.nullish(),
});

export type AuditInput = z.output<typeof auditInput>;
export type MessageListInput = z.output<typeof messageListInput>;
export type PlanPreviewInput = z.output<typeof planPreviewInput>;
export type PlanLaunchInput = z.output<typeof planLaunchInput>;
export type PoolSetInput = z.output<typeof poolSetInput>;
export type MetadataSeriesInput = z.output<typeof metadataSeriesInput>;
export type PartitionPreviewInput = z.output<typeof partitionPreviewInput>;
export type PartitionStatusInput = z.output<typeof partitionStatusInput>;
export type MaterializationListInput = z.output<typeof materializationListInput>;
export type CheckListInput = z.output<typeof checkListInput>;
export type CheckInput = z.output<typeof checkInput>;
export type CheckSilenceInput = z.output<typeof checkSilenceInput>;
export type CheckHistoryInput = z.output<typeof checkHistoryInput>;
export type EventListInput = z.output<typeof eventListInput>;
export type DynamicListInput = z.output<typeof dynamicListInput>;
export type DynamicChangeInput = z.output<typeof dynamicChangeInput>;
export type AutomationEvaluationInput = z.output<typeof automationEvaluationInput>;
export type AutomationEvaluationListInput = z.output<typeof automationEvaluationListInput>;
export type AutomationPreviewInput = z.output<typeof automationPreviewInput>;
export type AutomationSetInput = z.output<typeof automationSetInput>;
export type AutomationWhyInput = z.output<typeof automationWhyInput>;
export type FreshnessInput = z.output<typeof freshnessInput>;
export type TickListInput = z.output<typeof tickListInput>;
export type TickEvaluateInput = z.output<typeof tickEvaluateInput>;
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
