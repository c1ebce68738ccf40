import { PartitionSet, type PlanWarning, type RunPlanAsset } from "@heddle/core/internal";
import { type MadePlan, makePlan } from "@heddle/engine/planning";
import type { Transaction } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { PlannedAsset, PlanNotice, PlanPreview } from "../contract.ts";
import type { PlanPreviewInput } from "../inputs/plan.ts";
import { describeWait } from "./describe-wait.ts";
import { nothingPlanned } from "./nothing-planned.ts";
import { readPlannedPools } from "./planned-pools.ts";
import { estimatePlan, type EstimatedPlan } from "./estimate-plan.ts";
import { MAX_WARNINGS, RangeBudget, SHOWN_RANGES } from "./plan-limits.ts";

/** Answers `plan.preview`. */
export async function previewPlan(state: ApiState, input: PlanPreviewInput): Promise<PlanPreview> {
  return state.db.read("plan.preview", async (tx) => {
    const made = await makePlan(state, tx, { input, at: Date.now(), counts: true });
    state.previews.remember(made.hash, made.plan);
    return describePlan(tx, made, input);
  });
}

/** A plan as it is shown before it is launched. */
export async function describePlan(
  tx: Transaction,
  made: MadePlan,
  { maxConcurrency, only }: Pick<PlanPreviewInput, "maxConcurrency" | "only">,
): Promise<PlanPreview> {
  const { plan, overlaps, refusal } = made;
  const reasonOf = reasonsOf(made);
  const estimate = await estimatePlan(tx, made, maxConcurrency ?? Infinity);
  const budget = new RangeBudget();
  const assets = plan.assets.map((planned): PlannedAsset => {
    const { partitions, ...rest } = describeAsset(planned, made, estimate);
    return { ...rest, partitions: budget.cut(partitions), reason: reasonOf(planned.key) };
  });
  return {
    hash: made.hash,
    at: plan.at,
    assets,
    total: plan.total,
    warnings: describeWarnings(plan.warnings, budget),
    effect: effectOf(plan.total, assets.length, isLook(made)),
    reason: nothingPlanned(made, { only }),
    alreadyPlanned: overlaps.count,
    order: plan.order,
    after: overlaps.after,
    pools: await readPlannedPools(tx, plan),
    estimate: estimate.whole,
    refused: refusal?.message ?? null,
  };
}

function describeAsset(
  planned: RunPlanAsset,
  { index, spaces }: MadePlan,
  { workMsOf }: EstimatedPlan,
): Omit<PlannedAsset, "reason"> {
  const set = PartitionSet.fromRanges(planned.partitions);
  const asset = index.byKey(planned.key);
  return {
    asset: { id: asset?.id ?? -1, key: planned.key },
    partitions: set.ranges,
    rangeCount: set.ranges.length / 2,
    text: spaces.resolve(planned.partitionsSpec).format(set, SHOWN_RANGES),
    count: set.size,
    ...planned.counts,
    reusable: planned.reuse === true ? planned.counts.fresh : 0,
    overwrites: planned.overwrites,
    chunk: planned.chunk,
    config: asset?.definition.config ?? null,
    waits: planned.deps.flatMap(({ upstream, wait }) =>
      wait === undefined || wait.kind === "all" ? [] : [`${upstream}: ${describeWait(wait)}`],
    ),
    workMs: roundMs(workMsOf(planned.key)),
  };
}

function roundMs(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms);
}

function rankOf({ severity }: PlanWarning): number {
  return severity === "error" ? 0 : 1;
}

/** Warnings as they are answered, errors first. */
export function describeWarnings(warnings: readonly PlanWarning[], budget = new RangeBudget()): PlanNotice[] {
  const errorsFirst = warnings.toSorted((a, b) => rankOf(a) - rankOf(b));
  return errorsFirst.slice(0, MAX_WARNINGS).map(({ code, severity, message, asset, upstream, partitions, absent }) => ({
    code,
    severity,
    message,
    assetKey: asset,
    upstreamKey: upstream,
    partitions: budget.cut(partitions),
    absentCount: absent ?? null,
  }));
}

/** Says why each asset is part of the plan. */
function reasonsOf({ chosen, index: { graph } }: MadePlan): (key: string) => PlannedAsset["reason"] {
  const behind = graph.descendants([...chosen].map((key) => graph.indexOf(key)));
  return (key) => {
    if (chosen.has(key)) return "selected";
    return behind.has(graph.indexOf(key)) ? "downstream" : "upstream";
  };
}

/** Whether the run would look at external assets, and make nothing. */
function isLook({ plan, index }: MadePlan): boolean {
  const [first] = plan.assets;
  return first !== undefined && index.byKey(first.key)?.definition.kind === "external";
}

function effectOf(steps: number, assets: number, isObserving: boolean): string {
  if (steps === 0) return "Nothing to materialize";
  const partitions = `${steps.toLocaleString("en")} partition${steps === 1 ? "" : "s"}`;
  return `${isObserving ? "Observe" : "Materialize"} ${partitions} of ${assets.toLocaleString("en")} asset${assets === 1 ? "" : "s"}`;
}
