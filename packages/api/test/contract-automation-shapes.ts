import { FRESHNESS_STATES } from "@heddle/core/internal";
import type * as contract from "@heddle/api";
import * as z from "zod";
import {
  count,
  id,
  instant,
  lastInstant,
  maybe,
  pageOf,
  plainObject,
  sentence,
  text,
  type Shape,
} from "./contract-shapes.ts";

const asset = z.strictObject({ id, key: text });
const ranges = z.array(z.int());
const sentences = z.array(z.array(sentence));
const onOff = z.enum(["on", "off"]);

export const conditions: Shape<contract.AutomatedTargets> = z.strictObject({
  now: instant,
  conditions: z.array(
    z.strictObject({
      asset,
      check: maybe,
      label: maybe,
      text: z.string().min(1),
      runs: z
        .strictObject({
          limits: z.record(z.string(), z.union([z.number(), z.string()])).exactOptional(),
          reuse: z.enum(["declared", "fresh", "never"]).exactOptional(),
          priority: z.int().exactOptional(),
          tags: z.record(z.string(), z.string()).exactOptional(),
        })
        .nullable(),
      state: onOff,
      switched: z.strictObject({ reason: maybe, actor: maybe, at: instant }).nullable(),
      nextAt: lastInstant,
      lastEvaluatedAt: lastInstant,
      lastRequest: z.strictObject({ at: instant, count, runIds: z.array(id) }).nullable(),
      stopped: z.strictObject({ partitions: ranges, text, reason: text, at: instant }).nullable(),
    }),
  ),
});

const listed = {
  id,
  at: instant,
  requested: ranges,
  requestedText: text,
  count,
  runId: id.nullable(),
  problem: maybe,
  held: count,
};

export const evaluation: Shape<contract.AutomationEvaluation> = z.strictObject(listed);

const node: Shape<contract.ConditionNode> = z.strictObject({
  label: maybe,
  text: z.string().min(1),
  operator: text,
  assetKey: text,
  status: z.enum(["all", "some", "none"]),
  held: z.strictObject({ partitions: ranges, text, count }),
  candidates: count,
  since: z.array(z.strictObject({ at: instant, text, count })),
  get children() {
    return z.array(node);
  },
});

export const evaluationDetail: Shape<contract.AutomationEvaluationDetail> = z.strictObject({
  ...listed,
  asset,
  check: maybe,
  cursor: text,
  tree: node,
  runIds: z.array(id),
  sentences,
});

export const why: Shape<contract.AutomationWhy> = z.strictObject({
  at: instant,
  assetKey: text,
  check: maybe,
  partition: text,
  ordinal: z.int().nullable(),
  verdict: z.enum([
    "no_condition",
    "off",
    "not_evaluated",
    "not_there",
    "in_progress",
    "requested",
    "stopped",
    "not_requested",
  ]),
  sentences,
  tree: node.nullable(),
  wouldRequestNow: z.boolean(),
  nextChange: lastInstant,
  notHeldSince: z.strictObject({ at: instant, isExact: z.boolean() }).nullable(),
  lastRequest: z.strictObject({ evaluationId: id, at: instant, runId: id.nullable() }).nullable(),
});

export const preview: Shape<contract.AutomationPreview> = z.strictObject({
  at: instant,
  requests: z.array(z.strictObject({ asset, check: maybe, partitions: ranges, text, count, sentences })),
  evaluated: count,
});

export const bulkChange: Shape<contract.AutomationBulkChange> = z.strictObject({
  state: z.enum(["on", "off"]),
  changed: z.number(),
  unchanged: z.number(),
  withoutCondition: z.number(),
});

export const change: Shape<contract.AutomationChange> = z.strictObject({
  assetKey: text,
  check: maybe,
  state: onOff,
  changed: z.boolean(),
});

const state = z.enum(FRESHNESS_STATES);

export const freshness: Shape<contract.AssetFreshness | null> = z
  .strictObject({
    policy: plainObject<contract.AssetFreshness["policy"]>(),
    policyText: z.string().min(1),
    state,
    since: instant,
    dueAt: lastInstant,
    history: pageOf(z.strictObject({ id, from: state.nullable(), to: state, at: instant })),
  })
  .nullable();
