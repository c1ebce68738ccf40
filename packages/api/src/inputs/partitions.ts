import { MAX_PARTITION_KEY_BYTES } from "@heddle/core/internal";
import { PARTITION_SORTS } from "@heddle/storage";
import * as z from "zod";
import { MAX_INPUT_ITEMS, cursor, id, key, limit, ordinal, partitionsText, storable, text } from "./fields.ts";

/** A former definition of the asset; left out: the one that is in force. */
const formerId = id.optional();

export const partitionDetailInput = z.strictObject({
  key,
  assetId: formerId,
  /** Which partition, by its ordinal or by its key. @default the one of an asset without partitions */
  ordinal: ordinal.optional(),
  partition: storable(MAX_PARTITION_KEY_BYTES).optional(),
});

/** Names a column of an asset. */
export const columnInput = z.strictObject({ key, column: storable(1_000).min(1) });

export const partitionTableInput = z.strictObject({
  key,
  /** In words, `2024-01..2024-03 & status:failed`; left out: all of them. */
  partitions: partitionsText.optional(),
  /** `partition`: their own order. What has no such value comes last. */
  sort: z.enum(["partition", ...PARTITION_SORTS]).default("partition"),
  descending: z.boolean().default(false),
  /** How many come before the page. A place in the order and no cursor: what is paged through is a set, and a page of it is found by its place at once. */
  offset: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
  limit: limit(100),
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

export type PartitionDetailInput = z.output<typeof partitionDetailInput>;
export type PartitionPreviewInput = z.output<typeof partitionPreviewInput>;
export type PartitionTableInput = z.output<typeof partitionTableInput>;
export type PartitionStatusInput = z.output<typeof partitionStatusInput>;
export type DynamicListInput = z.output<typeof dynamicListInput>;
export type DynamicChangeInput = z.output<typeof dynamicChangeInput>;
