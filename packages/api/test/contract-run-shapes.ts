import type * as contract from "@heddle/api";
import * as z from "zod";
import {
  assetRef,
  assetStatuses,
  cause,
  count,
  id,
  instant,
  lastInstant,
  materialization,
  materializationFields,
  maybe,
  metadata,
  partitionsSpec,
  ranges,
  recordedError,
  runStatus,
  skipCause,
  type Shape,
  stepStatus,
  tags,
  text,
} from "./contract-shapes.ts";
import { checkResult } from "./contract-check-shapes.ts";

// The rest of the contract as values: plans, runs and events. See `contract-shapes.ts`.

const takenConfig = z.strictObject({ jsonSchema: z.json(), required: z.boolean() });

const planNotice: Shape<contract.PlanNotice> = z.strictObject({
  code: z.enum([
    "UPSTREAM_MISSING",
    "UPSTREAM_NONEXISTENT",
    "MAPPING_OUTDATED",
    "CONFIG_INVALID",
    "ALREADY_RUNNING",
    "NOT_REACHED",
    "EXTERNAL_ASSET",
  ]),
  severity: z.enum(["warning", "error"]),
  message: z.string().min(1),
  assetKey: text,
  upstreamKey: maybe,
  partitions: ranges,
  absentCount: count.nullable(),
});

export const planPreview: Shape<contract.PlanPreview> = z.strictObject({
  hash: text,
  at: instant,
  assets: z.array(
    z.strictObject({
      asset: assetRef,
      partitions: ranges,
      rangeCount: count,
      text,
      count,
      missing: count,
      failed: count,
      stale: count,
      fresh: count,
      reusable: count,
      overwrites: count,
      reason: z.enum(["selected", "upstream", "downstream"]),
      chunk: z.union([count, z.literal("range")]).nullable(),
      config: takenConfig.nullable(),
      waits: z.array(text),
      workMs: count.nullable(),
    }),
  ),
  total: count,
  warnings: z.array(planNotice),
  effect: text,
  reason: text.nullable(),
  alreadyPlanned: count,
  order: z.enum(["oldest", "newest"]),
  after: z.array(z.strictObject({ id, status: runStatus })),
  pools: z.array(z.strictObject({ name: text, slots: count, used: count, ready: count, steps: id })),
  estimate: z.strictObject({ workMs: count, wallMs: count, p50Ms: count, p90Ms: count, basis: text }).nullable(),
  refused: maybe,
});

export const launchResult: Shape<contract.LaunchResult> = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("launched"), runId: id, created: z.boolean() }),
  z.strictObject({
    kind: z.literal("changed"),
    preview: planPreview,
    changes: z.array(z.strictObject({ asset: assetRef.nullable(), added: ranges, removed: ranges, text })).nullable(),
  }),
]);

const stepCounts: Shape<contract.StepCounts> = z.strictObject({
  waiting: count,
  ready: count,
  running: count,
  backoff: count,
  success: count,
  failed: count,
  skipped: count,
  canceled: count,
});

const runFields = {
  id,
  status: runStatus,
  purpose: z.enum(["materialize", "check"]),
  origin: z.record(text, z.json()).and(z.object({ kind: text })),
  priority: z.int(),
  maxConcurrency: id.nullable(),
  tags,
  createdAt: instant,
  startedAt: lastInstant,
  endedAt: lastInstant,
  cancelRequestedAt: lastInstant,
  letsFinish: z.boolean(),
  counts: stepCounts,
  total: count,
  assetCount: count,
  assetsMade: count,
  assetsFailed: count,
  queue: z.strictObject({ position: id, length: id, message: z.string().min(1) }).nullable(),
  assets: z.array(assetRef).max(5),
  checks: z.strictObject({ warned: count, failed: count }),
};

export const runSummary: Shape<contract.RunSummary> = z.strictObject(runFields);

export const runDetail: Shape<contract.RunDetail> = z.strictObject({
  ...runFields,
  codeVersion: maybe,
  planHash: text,
  plannedAt: lastInstant,
  order: z.enum(["oldest", "newest"]),
  after: z.array(z.strictObject({ id, status: runStatus })),
  warnings: z.array(planNotice),
  progress: z.array(
    z.strictObject({
      asset: assetRef,
      partitions: ranges,
      text,
      total: count,
      counts: stepCounts,
      skippedBecause: skipCause.nullable(),
      config: takenConfig.nullable(),
      checks: z.array(text),
      givenConfig: z.json(),
      codeVersion: text,
      codeChanged: z.boolean(),
      chunk: z.union([count, z.literal("range")]).nullable(),
      attempts: id,
      pools: z.array(text),
      upstream: z.array(z.strictObject({ assetId: id, samePartition: z.boolean() })),
    }),
  ),
  limits: z.array(
    z.strictObject({
      limit: z.enum(["start", "timeout", "deadline"]),
      action: z.enum(["cancel", "alert"]),
      at: lastInstant,
      state: z.enum(["open", "kept", "exceeded"]),
      message: text,
    }),
  ),
  canceledBecause: maybe,
  failures: z.array(
    z.strictObject({
      fingerprint: text,
      cause,
      message: text,
      count,
      failedSteps: count,
      poisonSteps: count,
      firstAt: instant,
      lastAt: instant,
      assets: z.array(assetRef),
      example: z.strictObject({
        asset: assetRef,
        ordinal: z.int(),
        partitionKey: text,
        attempt: id,
        error: recordedError.nullable(),
      }),
    }),
  ),
  notifications: z.array(
    z.strictObject({
      messageId: id,
      notification: text,
      place: z.strictObject({ channel: z.enum(["webhook", "slack", "email"]), text }),
      state: z.enum(["gathering", "sending", "sent", "failed"]),
      attempts: count,
      nextAttemptAt: lastInstant,
      message: text,
    }),
  ),
  blockers: z.array(
    z.strictObject({
      reason: z.enum(["no_daemon", "no_worker", "paused", "queued_behind", "retry_wait", "after_runs", "pool"]),
      message: z.string().min(1),
    }),
  ),
});

export const stepBar: Shape<contract.StepBar> = z.strictObject({
  assetId: id,
  ordinal: z.int(),
  partitionKey: text,
  status: stepStatus,
  startedAt: lastInstant,
  durationMs: count.nullable(),
  attempts: count,
  retryAt: lastInstant,
  cause: cause.nullable(),
  message: maybe,
  skippedBecause: skipCause.nullable(),
});

export const stepDetail: Shape<contract.StepDetail> = z.strictObject({
  runId: id,
  asset: assetRef,
  ordinal: z.int(),
  partitionKey: text,
  status: stepStatus,
  retryAt: lastInstant,
  skippedBecause: skipCause.nullable(),
  attempts: z.array(
    z.strictObject({
      number: id,
      attemptId: z.string().regex(/^\d+-\d+$/),
      outcome: z.enum(["running", "success", "failed"]),
      cause: cause.nullable(),
      error: recordedError.nullable(),
      workerId: maybe,
      startedAt: lastInstant,
      endedAt: lastInstant,
    }),
  ),
  subSteps: z.array(z.strictObject({ name: text, startedAt: instant, durationMs: count, tries: id })),
  subStepCount: count,
  materialization: materialization.nullable(),
  checks: z.array(checkResult),
});

export const runMatrix: Shape<contract.RunMatrix> = z.strictObject({
  runId: id,
  plannedAt: instant,
  assetCount: count,
  rows: z.array(
    z.strictObject({
      asset: assetRef,
      spec: partitionsSpec.nullable(),
      statuses: z.array(z.int()),
      resolution: id,
      total: count,
    }),
  ),
});

export const runTimeline: Shape<contract.RunTimeline> = z.strictObject({
  runId: id,
  start: z.number().min(0),
  end: z.number().min(0),
  steps: z.array(stepBar).nullable(),
  weight: z.number().min(1),
  lanes: z.array(
    z.strictObject({ assetId: id, start: instant, end: instant, workMs: count, active: z.array(z.number()) }),
  ),
  bucketMs: z.number().positive(),
  made: z.array(count).length(120),
  failed: z.array(count).length(120),
});

export const runOutput: Shape<contract.RunOutput> = z.strictObject({ ...materializationFields, asset: assetRef });

const assetInRun: Shape<contract.AssetInRun> = z.strictObject({
  counts: stepCounts,
  total: count,
  text,
  workMs: count,
  startMs: count.nullable(),
  endMs: count.nullable(),
  codeVersion: text,
  config: z.json(),
});

export const runComparison: Shape<contract.RunComparison> = z.strictObject({
  runId: id,
  tookMs: count.nullable(),
  other: z.strictObject({ id, status: runStatus, createdAt: instant, tookMs: count.nullable() }).nullable(),
  assets: z.array(z.strictObject({ asset: assetRef, now: assetInRun.nullable(), before: assetInRun.nullable() })),
});

const logLine: Shape<contract.LogLine> = z.strictObject({
  cursor: text,
  at: instant,
  assetId: id,
  ordinal: z.int(),
  partitionKey: text,
  attemptId: text,
  level: z.enum(["debug", "info", "warn", "error"]),
  message: text,
  fields: metadata.nullable(),
  stream: z.enum(["stdout", "stderr"]).nullable(),
  fullBytes: count.nullable(),
});

export const logLineText: Shape<contract.LogLineText> = z.strictObject({ message: text });

export const logPage: Shape<contract.LogPage> = z.strictObject({
  lines: z.array(logLine),
  before: maybe,
  after: maybe,
  hasMore: z.boolean(),
  ended: z.boolean(),
});

export const logTail: Shape<contract.LogTail> = z.strictObject({ lines: z.array(logLine), ended: z.boolean() });

export const runChange: Shape<contract.RunChange> = z.strictObject({
  runId: id,
  status: runStatus,
  changed: z.boolean(),
});

export const runRetry: Shape<contract.RunRetry> = z.strictObject({ runId: id, created: z.boolean() });

export const activityEvent: Shape<contract.ActivityEvent> = z.strictObject({
  id,
  at: instant,
  kind: text,
  runId: id.nullable(),
  asset: assetRef.nullable(),
  partitionCount: count.nullable(),
  partitionText: text,
  payload: z.json(),
});

export const eventMessage: Shape<contract.EventMessage> = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("resync"), reason: z.enum(["slow_client", "long_absence", "unknown_cursor"]) }),
  z.strictObject({
    kind: z.literal("changes"),
    at: instant,
    definitionsVersion: maybe,
    deployment: z.boolean(),
    assets: assetStatuses,
    partitions: z.array(z.strictObject({ assetId: id, partitions: ranges })),
    runs: z.array(
      z.strictObject({
        id,
        status: runStatus,
        counts: stepCounts,
        total: count,
        startedAt: lastInstant,
        endedAt: lastInstant,
      }),
    ),
  }),
]);
