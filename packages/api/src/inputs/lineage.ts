import * as z from "zod";
import { key, storable } from "./fields.ts";

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
