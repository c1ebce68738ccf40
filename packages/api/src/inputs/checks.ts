import * as z from "zod";
import {
  cursor,
  idempotencyKey,
  key,
  limit,
  MAX_INPUT_ITEMS,
  ordinal,
  partitionsText,
  priority,
  ranges,
  runLimits,
  runTags,
  selectionText,
  storable,
  text,
} from "./fields.ts";

export const checkHistoryInput = z.strictObject({
  key,
  /** Only of this check. */
  check: storable(1024).min(1).optional(),
  /** Only on this partition. */
  ordinal: ordinal.optional(),
  /** Only results that count as this. */
  outcome: z.enum(["passed", "warned", "failed"]).optional(),
  cursor: cursor.nullish(),
  limit: limit(50),
});

/** How a check stands: the worst of its newest results over all partitions; `never` without any. */
export const CHECK_STATES = ["failed", "warned", "passed", "never"] as const;

const checkName = storable(1024).min(1);

export const checkListInput = z.strictObject({
  /** Only checks that stand so. */
  states: z.array(z.enum(CHECK_STATES)).min(1).max(CHECK_STATES.length).optional(),
  /** Only silenced ones, or only those that are not. */
  silenced: z.boolean().optional(),
  severity: z.enum(["warn", "error"]).optional(),
  /** Only of this asset. */
  asset: key.optional(),
  /** Only of assets that it selects. */
  selection: selectionText.optional(),
  /** Only those whose name, or whose asset's key, holds it. */
  text: text.optional(),
  /** What stands together: the checks of an asset, or those that found the same. The worst come first either way. */
  groupBy: z.enum(["asset", "message"]).default("asset"),
  cursor: storable(8_000).nullish(),
  limit: limit(100),
});

export const checkInput = z.strictObject({ key, check: checkName });

/** Longest time for which a check may be silenced. */
const MAX_SILENCE_MS = 366 * 24 * 3_600_000;

export const checkSilenceInput = z.strictObject({
  key,
  check: checkName,
  /** Epoch milliseconds, within a year; `null` lifts the silence. */
  until: z
    .int()
    .refine((until) => until > Date.now() && until < Date.now() + MAX_SILENCE_MS, {
      message: "must be a time to come, within a year",
    })
    .nullable(),
  /** Why; for those who wonder later. */
  reason: storable(1_000).min(1),
  actor: storable(200).min(1).optional(),
});

/** Checks of one asset. */
const checksOfAsset = z.strictObject({
  key,
  /** Names; all of the asset when left out. */
  checks: z.array(checkName).min(1).max(MAX_INPUT_ITEMS).optional(),
});

const checkRunFields = {
  assets: z
    .array(checksOfAsset)
    .min(1)
    .max(MAX_INPUT_ITEMS)
    .refine((assets) => new Set(assets.map((asset) => asset.key)).size === assets.length, {
      message: "names an asset twice",
    }),
  /**
   * Of those that are materialized: all, the newest of each asset, those whose newest result of any of the checks is no
   * success, or those that are named: in words for each asset that has partitions, or as ordinals for one asset.
   */
  partitions: z
    .discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("all") }),
      z.strictObject({ kind: z.literal("newest") }),
      z.strictObject({ kind: z.literal("not_passed") }),
      z.strictObject({ kind: z.literal("text"), text: partitionsText }),
      z.strictObject({ kind: z.literal("ranges"), ranges }),
    ])
    .default({ kind: "all" }),
};

export const checkRunPlanInput = z.strictObject(checkRunFields);

export const checkRunInput = z.strictObject({
  ...checkRunFields,
  /** Made once for each confirmed dialog: sending the same launch twice makes the runs once. */
  idempotencyKey,
  priority: priority.default(0),
  tags: runTags,
  /** Left out: no limit in time. */
  limits: runLimits.optional(),
});

export type CheckListInput = z.output<typeof checkListInput>;
export type CheckRunPlanInput = z.output<typeof checkRunPlanInput>;
export type CheckRunInput = z.output<typeof checkRunInput>;
export type CheckSilenceInput = z.output<typeof checkSilenceInput>;
export type CheckHistoryInput = z.output<typeof checkHistoryInput>;
export type CheckInput = z.output<typeof checkInput>;
