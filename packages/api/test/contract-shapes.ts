import {
  FAILURE_CAUSES,
  PARTITION_STATUSES,
  RUN_STATUSES,
  STEP_STATUSES,
  type AssetSnapshot,
  type MappingSpec,
  type PartitionsSpec,
  type StoredPreview,
  type StoredValue,
} from "@heddle/core";
import type * as contract from "@heddle/api";
import * as z from "zod";

// The contract as values. The compiler holds each of them against its interface, and `strictObject` finds at run time
// what an interface cannot: a property too many, a Date, a NaN, an `undefined`.

/** A schema whose output is `T`. */
export type Shape<T> = z.ZodType<T>;

export const id = z.int().positive();
export const count = z.int().nonnegative();
export const text = z.string();
export const maybe = text.nullable();
/** Epoch milliseconds of this age: what is off by a factor of a thousand is no instant. */
export const instant = z.number().min(Date.UTC(2000, 0)).max(Date.UTC(2100, 0));
export const lastInstant = instant.nullable();
const code = z
  .int()
  .min(-1)
  .max(PARTITION_STATUSES.length - 1);
export const ranges = z
  .array(z.int())
  .refine((flat) => flat.length % 2 === 0 && flat.every((bound, at) => at === 0 || bound > (flat[at - 1] ?? bound)));
/** `[statusCode, start, end, …]`, sorted and disjoint. */
const statusRuns = z
  .array(z.int())
  .refine((flat) =>
    flat.every((value, at) =>
      at % 3 === 0 ? value >= 0 : at % 3 === 2 ? value > (flat[at - 1] ?? value) : value >= (flat[at - 2] ?? value),
    ),
  );
/** What `JSON.parse` gives for a declaration; its parts are the business of the package that made it. */
export const plainObject = <T>() => z.custom<T>((value) => typeof value === "object" && value !== null);
export const metadata = z.record(text, z.json());
export const tags = z.record(text, text);
const mapping = plainObject<MappingSpec>();
export const partitionsSpec = plainObject<PartitionsSpec>();
const severity = z.enum(["warn", "error"]);
export const cause = z.enum(FAILURE_CAUSES);
export const runStatus = z.enum(RUN_STATUSES);
export const stepStatus = z.enum(STEP_STATUSES);

export const assetRef: Shape<contract.AssetRef> = z.strictObject({ id, key: text });

export const skipCause: Shape<contract.SkipCause> = z.strictObject({
  asset: assetRef,
  ordinal: z.int(),
  partitionKey: text,
  status: z.enum(["failed", "canceled", "skipped", "fresh"]),
  message: z.string().min(1),
});

/** A page of a list. */
export function pageOf<T>(item: Shape<T>): Shape<contract.Page<T>> {
  return z.strictObject({ items: z.array(item), nextCursor: maybe });
}

/** What a failed call carries. */
export const apiError: Shape<contract.ApiError> = z.strictObject({
  code: z.string().regex(/^[A-Z]+(?:_[A-Z]+)*$/),
  message: z.string().min(1),
  hint: z.string().min(1).nullable(),
  details: z.record(text, z.unknown()),
  correlationId: z.uuid(),
});

export const recordedError: Shape<contract.RecordedError> = z.strictObject({
  name: maybe,
  code: maybe,
  message: text,
  hint: maybe,
  stack: maybe,
  get cause() {
    return recordedError.nullable();
  },
});

export const sentence: Shape<contract.SentencePart> = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("text"), text }),
  z.strictObject({ kind: z.literal("asset"), key: text }),
  z.strictObject({ kind: z.literal("partition"), assetKey: text, ordinal: z.int(), partitionKey: text }),
  z.strictObject({ kind: z.literal("run"), runId: id }),
  z.strictObject({ kind: z.literal("check"), assetKey: text, name: text }),
  z.strictObject({ kind: z.literal("instant"), at: instant }),
]);

const counts: Shape<contract.PartitionCounts> = z.strictObject({
  missing: count,
  fresh: count,
  stale: count,
  failed: count,
  running: count,
  queued: count,
  skipped: count,
});

export const assetsSnapshot: Shape<contract.AssetsSnapshotResult> = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("unchanged"), version: text }),
  z.strictObject({
    kind: z.literal("snapshot"),
    version: text,
    ids: z.array(id),
    keys: z.array(text),
    groups: z.array(text),
    groupOf: z.array(count),
    codeLocations: z.array(text),
    codeLocationOf: z.array(count),
    external: z.array(z.literal([0, 1])),
    summaries: z.array(text),
    owners: z.array(z.array(text)),
    tags: z.array(tags),
    kinds: z.array(z.array(text)),
    partitions: z.array(plainObject<PartitionsSpec>()),
    partitionsOf: z.array(z.int().min(-1)),
    checkCounts: z.array(count),
    edges: z.strictObject({ counts: z.array(count), back: z.array(z.int()) }),
  }),
]);

const columns = z.array(count);

export const assetStatuses: Shape<contract.AssetStatuses> = z.strictObject({
  cursor: text,
  now: instant,
  ids: z.array(id),
  codes: z.array(code),
  lastMaterializedAt: z.array(lastInstant),
  totals: columns,
  counts: z.strictObject({
    missing: columns,
    fresh: columns,
    stale: columns,
    failed: columns,
    running: columns,
    queued: columns,
    skipped: columns,
  }),
  freshness: z.array(z.int().min(-1).max(2)),
  checks: z.strictObject({ passed: columns, warned: columns, failed: columns }),
});

export const materializationFields = {
  ordinal: z.int(),
  partitionKey: text,
  runId: id,
  attempt: id,
  attemptId: text,
  codeVersion: maybe,
  startedAt: instant,
  durationMs: count,
  publishedAt: instant,
  dataVersion: maybe,
  stored: plainObject<StoredValue>().nullable(),
  metadata,
  inputs: z.array(z.strictObject({ asset: assetRef, partitions: ranges, text, runId: id })),
  collectedAt: instant.nullable(),
  current: z.boolean(),
};

export const materialization: Shape<contract.Materialization> = z.strictObject(materializationFields);

export const checkResult: Shape<contract.CheckResult> = z.strictObject({
  id,
  name: text,
  ordinal: z.int(),
  partitionKey: text,
  runId: id,
  passed: z.boolean(),
  severity,
  blocking: z.boolean(),
  description: maybe,
  metadata,
  at: instant,
});

const checkStanding: Shape<contract.CheckStanding> = z.strictObject({
  name: text,
  description: maybe,
  severity,
  blocking: z.boolean(),
  declared: z.boolean(),
  passed: ranges,
  warned: ranges,
  failed: ranges,
  last: checkResult.nullable(),
});

export const assetChecks: Shape<contract.AssetChecks> = z.strictObject({
  asset: assetRef,
  checks: z.array(checkStanding),
});

const checkSilence: Shape<contract.CheckSilence> = z.strictObject({
  at: instant,
  until: instant,
  reason: text,
  actor: maybe,
  liftedAt: lastInstant,
  liftedBy: maybe,
});

const checkSummary: Shape<contract.CheckSummary> = z.strictObject({
  asset: assetRef,
  name: text,
  severity,
  blocking: z.boolean(),
  owners: z.array(text),
  state: z.enum(["failed", "warned", "passed", "never"]),
  passed: count,
  warned: count,
  failed: count,
  recent: z.string().regex(/^[pwf]{0,24}$/u),
  isFlapping: z.boolean(),
  lastAt: lastInstant,
  changedAt: lastInstant,
  message: maybe,
  fingerprint: maybe,
  silence: checkSilence.nullable(),
});

export const checkList: Shape<contract.CheckList> = z.strictObject({
  now: instant,
  totals: z.strictObject({ failed: count, warned: count, passed: count, never: count, silenced: count }),
  items: z.array(checkSummary),
  nextCursor: maybe,
});

export const checkDetail: Shape<contract.CheckDetail> = z.strictObject({
  now: instant,
  summary: checkSummary,
  standing: checkStanding,
  partitions: plainObject<PartitionsSpec>().nullable(),
  silences: z.array(checkSilence).max(20),
});

export const checkSilenceChange: Shape<contract.CheckSilenceChange> = z.strictObject({ changed: z.boolean() });

const assetLink: Shape<contract.AssetLink> = z.strictObject({
  id,
  key: text,
  code,
  lastMaterializedAt: lastInstant,
  mapping,
  rule: z.string().min(1),
  waits: z.string().nullable(),
});

export const assetResult: Shape<contract.AssetResult> = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("unknown"), key: text, nearest: z.array(text).max(5) }),
  z.strictObject({
    kind: z.literal("asset"),
    id,
    definition: plainObject<AssetSnapshot>(),
    codeLocation: text,
    removedAt: lastInstant,
    code,
    counts,
    total: count,
    lastMaterializedAt: lastInstant,
    why: z.array(z.array(sentence)).min(1),
    latest: materialization.nullable(),
    upstream: z.array(assetLink),
    downstream: z.array(assetLink),
    checks: z.array(checkStanding),
    former: z.strictObject({ count, partitions: ranges, text }),
    formerDefinitions: z.array(
      z.strictObject({ assetId: id, scheme: text, description: text, materialized: count, supersededAt: instant }),
    ),
  }),
]);

export const metadataSeries: Shape<contract.MetadataSeries> = z.strictObject({
  axis: z.enum(["time", "partition"]),
  at: z.array(z.int()),
  partitions: z.array(text),
  ordinals: z.array(z.int()),
  runIds: z.array(id),
  series: z.array(z.strictObject({ name: text, unit: maybe, values: z.array(z.number().nullable()) })),
  marks: z.array(
    z.strictObject({ at: instant, kind: z.enum(["deploy", "failed"]), text, runId: id, ordinal: z.int() }),
  ),
});

export const partitionPreview: Shape<contract.PartitionPreview> = z.strictObject({
  runId: id,
  partitionKey: text,
  preview: plainObject<StoredPreview>(),
});

export const partitionStatuses: Shape<contract.PartitionStatuses> = z.strictObject({
  asset: assetRef,
  cursor: text,
  spec: partitionsSpec.nullable(),
  now: instant,
  all: ranges,
  runs: statusRuns,
  resolution: id,
  counts,
  total: count,
});

export const dynamicPartitions: Shape<contract.DynamicPartitions> = z.strictObject({
  definition: text,
  total: count,
  items: z.array(z.strictObject({ ordinal: z.int(), key: text, addedAt: instant, removedAt: instant.nullable() })),
  nextCursor: maybe,
});

export const dynamicPartitionsChange: Shape<contract.DynamicPartitionsChange> = z.strictObject({
  definition: text,
  changed: count,
  partitions: ranges,
});

const mapped: Shape<contract.MappedPartitions> = z.strictObject({
  asset: assetRef,
  mapping,
  rule: text,
  partitions: ranges,
  missing: ranges,
  text,
  count,
});

export const partitionDetail: Shape<contract.PartitionDetail> = z.strictObject({
  asset: assetRef,
  ordinal: z.int(),
  partitionKey: text,
  window: z.strictObject({ start: instant, end: instant }).nullable(),
  supersededAt: lastInstant,
  exists: z.boolean(),
  code,
  materializations: z.array(materialization),
  failedAttempts: z.array(
    z.strictObject({
      runId: id,
      number: id,
      attemptId: text,
      workerId: text,
      cause,
      error: recordedError.nullable(),
      fingerprint: maybe,
      startedAt: lastInstant,
      endedAt: instant,
    }),
  ),
  checks: z.array(checkResult),
  openSteps: z.array(
    z.strictObject({
      runId: id,
      status: stepStatus,
      retryAt: lastInstant,
      attemptId: maybe,
      workerId: maybe,
      startedAt: lastInstant,
      skippedBecause: skipCause.nullable(),
    }),
  ),
  upstream: z.array(mapped),
  downstream: z.array(mapped),
});

const loadProblem: Shape<contract.LoadProblem> = z.strictObject({
  code: text,
  message: text,
  hint: maybe,
  assetKey: maybe,
  file: maybe,
  line: id.nullable(),
  stack: maybe,
});

export const deployment: Shape<contract.Deployment> = z.strictObject({
  version: text,
  now: instant,
  environment: text,
  codeLocations: z.array(
    z.strictObject({
      name: text,
      directory: text,
      codeVersion: maybe,
      loadedAt: lastInstant,
      assetCount: count,
      problems: z.array(loadProblem),
    }),
  ),
  daemon: z.strictObject({
    alive: z.boolean(),
    count,
    loops: z.array(
      z.strictObject({
        name: text,
        host: text,
        pid: count,
        beatAt: instant,
        lagMs: count,
        durationMs: count,
        failures: count,
      }),
    ),
  }),
  workers: z.array(
    z.strictObject({
      id: text,
      host: text,
      pid: count,
      slots: count,
      runningSteps: count,
      startedAt: instant,
      leaseUntil: instant,
      alive: z.boolean(),
      draining: z.boolean(),
    }),
  ),
  openRuns: z.strictObject({ queued: count, running: count, paused: count, canceling: count }),
  definitionsVersion: text,
});

export const selectionResult: Shape<contract.SelectionResult> = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("matched"), canonical: text, ids: z.array(id) }),
  z.strictObject({ kind: z.literal("invalid"), message: text, hint: maybe, position: count }),
]);

const pool: Shape<contract.Pool> = z.strictObject({
  name: text,
  slots: count,
  declaredSlots: count.nullable(),
  isSet: z.boolean(),
  location: maybe,
  used: count,
  ready: count,
  holders: z.array(z.strictObject({ runId: id, asset: assetRef, slots: id })),
});

export const pools: Shape<contract.Pools> = z.strictObject({ pools: z.array(pool) });

export const poolChange: Shape<contract.PoolChange> = z.strictObject({
  changed: z.boolean(),
  pool: pool.nullable(),
});
