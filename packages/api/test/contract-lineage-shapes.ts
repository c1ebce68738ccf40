import type * as contract from "@heddle/api";
import { PARTITION_STATUSES } from "@heddle/core/internal";
import * as z from "zod";
import {
  assetRef,
  assetsSnapshot,
  count,
  id,
  instant,
  lastInstant,
  ranges,
  type Shape,
  text,
} from "./contract-shapes.ts";

const code = z
  .int()
  .min(-1)
  .max(PARTITION_STATUSES.length - 1);
const columns = z.array(count);
const counts = z.strictObject(
  Object.fromEntries(PARTITION_STATUSES.map((status) => [status, count])) as Record<
    (typeof PARTITION_STATUSES)[number],
    typeof count
  >, // one entry for each status
);

export const lineageActivity: Shape<contract.LineageActivity> = z.strictObject({
  from: instant,
  to: instant,
  first: lastInstant,
  materialized: columns,
  failed: columns,
  loads: z.array(z.strictObject({ at: instant, codeLocation: text })),
});

export const lineageStatuses: Shape<contract.LineageStatuses> = z.strictObject({
  at: instant,
  version: text.nullable(),
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
});

/** Without the word by which `assets.snapshot` tells it from `unchanged`. */
export const lineageGraph = z.custom<contract.LineageGraph>(
  (value) => assetsSnapshot.safeParse({ kind: "snapshot", ...(value as object) }).success, // an object, or it fails
);

const version: Shape<contract.DefinitionsVersion> = z.strictObject({
  id,
  codeLocation: text,
  hash: text,
  createdAt: instant,
  assets: count,
  current: z.boolean(),
});

export const definitionsVersions: Shape<contract.DefinitionsVersions> = z.strictObject({ versions: z.array(version) });

export const lineageDiff: Shape<contract.LineageDiff> = z.strictObject({
  base: version,
  added: z.array(text),
  changed: z.array(
    z.strictObject({
      key: text,
      what: z.array(z.enum(["code", "dependencies", "partitions", "checks", "group", "description", "other"])).min(1),
    }),
  ),
  removed: z.array(
    z.strictObject({
      id: id.nullable(),
      key: text,
      group: text,
      kinds: z.array(text),
      owners: z.array(text),
      upstream: z.array(text),
      downstream: z.array(text),
    }),
  ),
  unchanged: count,
});

export const lineageDurations: Shape<contract.LineageDurations> = z.strictObject({
  ids: z.array(id),
  stepMs: columns,
});

export const lineagePartitionView: Shape<contract.LineagePartitionView> = z.strictObject({
  asset: assetRef,
  ordinal: z.int(),
  partitionKey: text,
  ids: z.array(id),
  sizes: columns,
  texts: z.array(text),
  codes: z.array(code),
  counts: z.array(counts),
  read: z
    .strictObject({
      runId: id,
      at: instant,
      inputs: z.array(z.strictObject({ asset: assetRef, partitions: ranges, text, runId: id })),
    })
    .nullable(),
});
