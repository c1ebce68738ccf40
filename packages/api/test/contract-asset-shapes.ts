import type * as contract from "@heddle/api";
import type { AssetSnapshot, StoredPreview } from "@heddle/core/internal";
import * as z from "zod";
import { checkResult, checkStanding } from "./contract-check-shapes.ts";
import {
  assetRef,
  cause,
  code,
  count,
  counts,
  id,
  instant,
  lastInstant,
  mapping,
  materialization,
  maybe,
  partitionsSpec,
  plainObject,
  ranges,
  recordedError,
  skipCause,
  stepStatus,
  text,
  type Shape,
  sentence,
} from "./contract-shapes.ts";

/** `[statusCode, start, end, …]`, sorted and disjoint. */
const statusRuns = z
  .array(z.int())
  .refine((flat) =>
    flat.every((value, at) =>
      at % 3 === 0 ? value >= 0 : at % 3 === 2 ? value > (flat[at - 1] ?? value) : value >= (flat[at - 2] ?? value),
    ),
  );

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

export const partitionTable: Shape<contract.PartitionTable> = z.strictObject({
  asset: assetRef,
  total: count,
  reachable: count,
  rows: z.array(
    z.strictObject({
      ordinal: z.int(),
      partitionKey: text,
      code: z.int().min(0),
      made: z
        .strictObject({ runId: id, at: instant, durationMs: count, rows: count.nullable(), bytes: count.nullable() })
        .nullable(),
      failedRunId: id.nullable(),
    }),
  ),
});

export const dynamicPartitions: Shape<contract.DynamicPartitions> = z.strictObject({
  definition: text,
  total: count,
  items: z.array(z.strictObject({ ordinal: z.int(), key: text, addedAt: instant, removedAt: instant.nullable() })),
  nextCursor: maybe,
});

export const reportResult: Shape<contract.ReportResult> = z.strictObject({
  runId: id,
  partitions: count,
  created: z.boolean(),
});

export const observeResult: Shape<contract.ObserveResult> = z.strictObject({
  runId: id,
  assets: count,
  partitions: count,
  created: z.boolean(),
});

export const wipeResult: Shape<contract.WipeResult> = z.strictObject({ partitions: count, text, changed: z.boolean() });

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
  staleBecause: z.array(z.array(sentence)),
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
  stoppedSteps: z.array(
    z.strictObject({
      runId: id,
      status: z.enum(["skipped", "canceled"]),
      endedAt: instant,
      skippedBecause: skipCause.nullable(),
    }),
  ),
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
