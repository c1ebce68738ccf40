import * as z from "zod";
import {
  MAX_INPUT_ITEMS,
  MAX_PAGE_SIZE,
  cursor,
  id,
  key,
  limit,
  ordinal,
  selectionText,
  storable,
  text,
} from "./fields.ts";

export const snapshotInput = z.strictObject({
  /** The version that the caller holds: `unchanged` is answered when it is the current one. */
  knownVersion: storable(200).nullish(),
});

export const statusInput = z.strictObject({
  /** Only these assets; all when left out. */
  ids: z.array(id).max(MAX_INPUT_ITEMS).optional(),
});

export const assetInput = z.strictObject({ key });

export const columnFindInput = z.strictObject({ text: text.min(1), limit: limit(20) });

export const columnLineageInput = z.strictObject({ keys: z.array(key).min(1).max(MAX_PAGE_SIZE) });

export const metadataSeriesInput = z.strictObject({
  key,
  /** Over time, the newest materializations; or over partitions, the last ones. @default time */
  axis: z.enum(["time", "partition"]).default("time"),
  /** Most points. */
  limit: z.int().min(1).max(MAX_PAGE_SIZE).default(200),
});

/** Partitions that are reached in an order by value: what comes later is found with a narrower choice. */
export const MAX_SORTED_PARTITIONS = 10_000;

export const materializationListInput = z.strictObject({
  key,
  /** Only of this partition. */
  ordinal: ordinal.optional(),
  cursor: cursor.nullish(),
  limit: limit(50),
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

export type MetadataSeriesInput = z.output<typeof metadataSeriesInput>;
export type MaterializationListInput = z.output<typeof materializationListInput>;
export type EventListInput = z.output<typeof eventListInput>;
