import type * as contract from "@heddle/api";
import * as z from "zod";
import {
  assetRef,
  count,
  id,
  instant,
  lastInstant,
  maybe,
  metadata,
  ranges,
  text,
  type Shape,
  partitionsSpec,
} from "./contract-shapes.ts";

const severity = z.enum(["warn", "error"]);

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

export const checkStanding: Shape<contract.CheckStanding> = z.strictObject({
  name: text,
  description: maybe,
  severity,
  blocking: z.boolean(),
  declared: z.boolean(),
  state: z.enum(["failed", "warned", "passed", "never"]),
  passed: ranges,
  warned: ranges,
  failed: ranges,
  last: checkResult.nullable(),
  problem: checkResult.nullable(),
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
  partitions: partitionsSpec.nullable(),
  silences: z.array(checkSilence).max(20),
});

export const checkRunPlan: Shape<contract.CheckRunPlan> = z.strictObject({
  at: instant,
  total: count,
  assets: z.array(
    z.strictObject({
      asset: assetRef,
      checks: z.array(text).min(1),
      partitions: count,
      text: z.string(),
      missing: count,
      doubled: count,
    }),
  ),
  reason: maybe,
});

export const checkRunResult: Shape<contract.CheckRunResult> = z.strictObject({
  runs: z.array(z.strictObject({ runId: id, created: z.boolean(), total: count })).min(1),
});

export const checkSilenceChange: Shape<contract.CheckSilenceChange> = z.strictObject({ changed: z.boolean() });
