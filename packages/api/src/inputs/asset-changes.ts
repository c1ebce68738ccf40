import * as z from "zod";
import { author, id, idempotencyKey, key, MAX_PAGE_SIZE, partitionsText, selectionText, storable } from "./fields.ts";

/** Which partitions of one asset. An asset without partitions takes any of them for the one that it has. */
const partitionsOfOne = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("all") }),
  /** In words: "2026-01-01..2026-02-01", "a,b", "last 7", one key. */
  z.strictObject({ kind: z.literal("text"), text: partitionsText }),
]);

const MAX_REPORTED_ENTRIES = 100;

export const reportInput = z.strictObject({
  key,
  partitions: partitionsOfOne.default({ kind: "all" }),
  /** Tells whether the data came out different: what reads it is out of date when it did, or when this is left out. */
  dataVersion: storable(200).min(1).optional(),
  /** By name: JSON, or what `metadata.…` makes. */
  metadata: z
    .record(storable(200).min(1), z.json())
    .refine((entries) => Object.keys(entries).length <= MAX_REPORTED_ENTRIES, {
      message: `has more than ${MAX_REPORTED_ENTRIES} entries`,
    })
    .refine((entries) => JSON.stringify(entries).length <= 65_536, { message: "is longer than 64 KB" })
    .default({}),
  /** For those who wonder later. */
  note: storable(1_000).min(1).optional(),
  /** Made once for each confirmed dialog: sending the same report twice records it once. */
  idempotencyKey,
  actor: storable(200).min(1).optional(),
});

export const observeInput = z.strictObject({
  /** Of external assets that are observed; others that it names are left out. */
  selection: selectionText,
  /** @default the newest window of what is cut by time, else all */
  partitions: partitionsOfOne.optional(),
  /** Records also what is found unchanged. */
  force: z.boolean().default(false),
  /** Made once for each click: sending the same observation twice looks once. */
  idempotencyKey,
});

export const wipeInput = z.strictObject({
  key,
  partitions: partitionsOfOne,
  /** The asset's key once more, typed by a person: nothing is wiped without it. */
  confirm: storable(1024),
  ...author,
  /** Made once for each confirmed dialog: sending the same wipe twice wipes once. */
  idempotencyKey,
});

export const codeSourceInput = z.strictObject({
  key,
  /** Id of a version of the code. @default the one in force, or the last that declared the asset */
  version: id.optional(),
});

export const codeDifferenceInput = z.strictObject({
  key,
  /** Id of the version of the code that is compared with the one before. */
  version: id,
});

export const assetChangesInput = z.strictObject({
  key,
  cursor: storable(200).nullish(),
  limit: z.int().min(1).max(MAX_PAGE_SIZE).default(50),
});

export type CodeSourceInput = z.output<typeof codeSourceInput>;
export type CodeDifferenceInput = z.output<typeof codeDifferenceInput>;
export type AssetChangesInput = z.output<typeof assetChangesInput>;
export type ReportInput = z.output<typeof reportInput>;
export type ObserveInput = z.output<typeof observeInput>;
export type WipeInput = z.output<typeof wipeInput>;
