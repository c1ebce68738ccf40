import type { CatchUp, ChosenAssets, Consumption } from "@heddle/core";
import type {
  ChosenChecks,
  PartitionsRule,
  RequestPreview,
  RunLimits,
  SourceLocation,
  WatchedEvents,
} from "@heddle/core/internal";
import type * as contract from "@heddle/api";
import * as z from "zod";
import {
  count,
  id,
  instant,
  lastInstant,
  maybe,
  metadata,
  recordedError,
  runStatus,
  tags,
  text,
  type Shape,
} from "./contract-shapes.ts";

export const source: Shape<SourceLocation> = z.strictObject({ file: text, line: count });
const assets: Shape<ChosenAssets> = z.union([
  z.strictObject({ selection: text }),
  z.strictObject({ keys: z.array(text) }),
]);
const checks: Shape<ChosenChecks> = z.union([z.literal("all"), z.record(text, z.array(text).min(1))]);
const partitions: Shape<PartitionsRule> = z.union([
  z.strictObject({ kind: z.literal("latest") }),
  z.strictObject({ kind: z.literal("ended") }),
  z.strictObject({ kind: z.literal("text"), text }),
  z.strictObject({ kind: z.literal("keys"), keys: z.array(text) }),
]);
const catchUp: Shape<CatchUp> = z.union([
  z.strictObject({ kind: z.literal("latest") }),
  z.strictObject({ kind: z.literal("all"), most: count }),
  z.strictObject({ kind: z.literal("none") }),
]);
const limitMs = z.number().positive().optional();
const limitAction = z.enum(["cancel", "alert"]).optional();
const runLimits: Shape<RunLimits> = z.strictObject({
  startWithinMs: limitMs,
  onLateStart: limitAction,
  runTimeoutMs: limitMs,
  onRunTimeout: limitAction,
  deadline: limitMs,
  withinMs: limitMs,
  onDeadline: limitAction,
});
const runs: Shape<contract.TickRuns> = z.strictObject({
  assets: assets.nullable(),
  checks: checks.nullable(),
  partitions: partitions.nullable(),
  tags,
  priority: z.int(),
  limits: runLimits.nullable(),
});
const logLine: Shape<contract.TickLogLine> = z.strictObject({
  level: z.enum(["debug", "info", "warn", "error"]),
  message: text,
  fields: metadata.nullable(),
});

export const tick: Shape<contract.Tick> = z.strictObject({
  id,
  at: instant,
  isManual: z.boolean(),
  outcome: z.enum(["requested", "skipped", "failed", "missed"]),
  reason: maybe,
  error: recordedError.nullable(),
  runIds: z.array(id),
  count: id,
  until: lastInstant,
  durationMs: count.nullable(),
  log: z.array(logLine),
  cursor: maybe,
  recordedAt: instant,
});

const switched: Shape<contract.TickSwitch> = z.strictObject({ at: instant, actor: maybe, reason: maybe });
const marks = z.string().regex(/^[rsfm]{0,100}$/u);

export const schedule: Shape<contract.Schedule> = z.strictObject({
  name: text,
  codeLocation: text,
  description: maybe,
  crons: z.array(text).min(1),
  timeZone: text,
  catchUp,
  isPaused: z.boolean(),
  switched: switched.nullable(),
  marks,
  isEvaluated: z.boolean(),
  runs,
  next: z.array(instant).length(10),
  last: tick.nullable(),
  retry: z.strictObject({ at: instant, failures: id, notBefore: instant, error: recordedError.nullable() }).nullable(),
  source: source.nullable(),
});

export const schedules: Shape<contract.Schedules> = z.strictObject({
  now: instant,
  schedules: z.array(schedule).min(1),
});

const watched: Shape<WatchedEvents> = z.union([
  z.strictObject({ kind: z.literal("materialized"), assets }),
  z.strictObject({ kind: z.literal("run-ended"), statuses: z.array(runStatus) }),
  z.strictObject({
    kind: z.literal("checked"),
    assets,
    checks: z.array(text).nullable(),
    outcomes: z.array(z.enum(["passed", "warned", "failed"])),
  }),
  z.strictObject({
    kind: z.literal("webhook"),
    signature: z.enum(["standard", "github", "stripe"]),
    secretEnv: text,
    toleranceMs: count,
  }),
]);
const consumption: Shape<Consumption> = z.union([
  z.strictObject({ kind: z.literal("each") }),
  z.strictObject({ kind: z.literal("latest") }),
  z.strictObject({ kind: z.literal("batch"), size: id, withinMs: id }),
  z.strictObject({ kind: z.literal("debounce"), quietMs: id }),
]);

export const sensor: Shape<contract.Sensor> = z.strictObject({
  name: text,
  codeLocation: text,
  description: maybe,
  intervalMs: id,
  watches: z.strictObject({ events: watched, consume: consumption }).nullable(),
  isPaused: z.boolean(),
  switched: switched.nullable(),
  marks,
  runs,
  cursor: maybe,
  failures: count,
  nextAt: lastInstant,
  last: tick.nullable(),
  source: source.nullable(),
});

export const sensors: Shape<contract.Sensors> = z.strictObject({ now: instant, sensors: z.array(sensor).min(1) });

export const sensorCursor: Shape<contract.SensorCursor> = z.strictObject({
  at: instant,
  cursor: maybe,
  tickId: id.nullable(),
  actor: maybe,
  reason: maybe,
});

export const ownerChange: Shape<contract.TickOwnerChange> = z.strictObject({ name: text, changed: z.boolean() });

const keys = z.strictObject({ definition: text, keys: z.array(text) });
const request: Shape<RequestPreview> = z.strictObject({
  runKey: maybe,
  tags,
  assets: z.array(z.strictObject({ key: text, partitions: text, count, checks: z.array(text).optional() })),
  assetCount: count,
  total: count,
  warnings: z.array(text),
  reason: maybe,
});

export const evaluation: Shape<contract.TickEvaluation> = z.strictObject({
  at: instant,
  outcome: z.enum(["requested", "skipped", "failed"]),
  reason: maybe,
  error: recordedError.nullable(),
  requests: z.array(request),
  requestCount: count,
  runIds: z.array(id),
  cursor: maybe,
  addPartitions: z.array(keys),
  removePartitions: z.array(keys),
  durationMs: count.nullable(),
  log: z.array(logLine),
});
