import * as z from "zod";
import { cursor, id, key, limit, selectionText, storable, text } from "./fields.ts";
import { checkOf } from "./runs.ts";

export const automationEvaluationListInput = z.strictObject({
  assetId: id,
  check: checkOf,
  /** Only evaluations that requested something. */
  onlyRequesting: z.boolean().default(false),
  cursor: cursor.nullish(),
  limit: limit(50),
});

export const automationEvaluationInput = z.strictObject({ id });

export const automationWhyInput = z.strictObject({
  assetKey: key,
  /** Left out: the last that failed, else that is stale, else that is missing, else the newest; of a check the newest. */
  partition: storable(1024).optional(),
  check: checkOf,
});

export const automationPreviewInput = z.strictObject({
  /** Only these assets are told of; all when left out. */
  selection: selectionText.optional(),
});

export const automationSetInput = z.strictObject({
  assetKey: key,
  check: checkOf,
  on: z.boolean(),
  reason: text.min(1).nullish(),
  /** Who does it, as people call them. */
  actor: storable(200).min(1).nullish(),
});

export const automationSetAllInput = z.strictObject({
  /** Of assets; those without a condition are passed over. */
  selection: selectionText,
  on: z.boolean(),
  reason: text.min(1).nullish(),
  actor: storable(200).min(1).nullish(),
});

export const freshnessInput = z.strictObject({ assetId: id, cursor: cursor.nullish(), limit: limit(50) });

export type AutomationEvaluationInput = z.output<typeof automationEvaluationInput>;
export type AutomationEvaluationListInput = z.output<typeof automationEvaluationListInput>;
export type AutomationPreviewInput = z.output<typeof automationPreviewInput>;
export type AutomationSetAllInput = z.output<typeof automationSetAllInput>;
export type AutomationSetInput = z.output<typeof automationSetInput>;
export type AutomationWhyInput = z.output<typeof automationWhyInput>;
export type FreshnessInput = z.output<typeof freshnessInput>;
