import { type StoredValue } from "@heddle/core";
import {
  FAILURE_CAUSES,
  PARTITION_STATUSES,
  RUN_STATUSES,
  STEP_STATUSES,
  type MappingSpec,
  type PartitionsSpec,
} from "@heddle/core/internal";
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
export const code = z
  .int()
  .min(-1)
  .max(PARTITION_STATUSES.length - 1);
export const ranges = z
  .array(z.int())
  .refine((flat) => flat.length % 2 === 0 && flat.every((bound, at) => at === 0 || bound > (flat[at - 1] ?? bound)));
/** What `JSON.parse` gives for a declaration; its parts are the business of the package that made it. */
export const plainObject = <T>() => z.custom<T>((value) => typeof value === "object" && value !== null);
export const metadata = z.record(text, z.json());
export const tags = z.record(text, text);
export const mapping = plainObject<MappingSpec>();
export const partitionsSpec = plainObject<PartitionsSpec>();
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

export const counts: Shape<contract.PartitionCounts> = z.strictObject({
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
  definitionsVersion: text,
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
  staleAsOf: lastInstant,
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
