import { PartitionSet, type PlanWarning } from "@heddle/core";
import type { ApiState } from "../api-state.ts";
import type { PlannedAsset, PlanNotice, PlanPreview } from "../contract.ts";
import type { PlanPreviewInput } from "../inputs.ts";
import { makePlan, type MadePlan } from "./make-plan.ts";

/** Ranges that are written out for people. */
const SHOWN_RANGES = 5;
/** Warnings that are told; more of them say the same. */
const MAX_WARNINGS = 500;

/** Answers `plan.preview`. */
export async function previewPlan(state: ApiState, input: PlanPreviewInput): Promise<PlanPreview> {
  const made = await state.db.read("plan.preview", (tx) => makePlan(state, tx, { input, at: Date.now() }));
  const preview = describePlan(made);
  state.previews.remember(preview.hash, preview.assets);
  return preview;
}

/** A plan as it is shown before it is launched. */
export function describePlan(made: MadePlan): PlanPreview {
  const { plan } = made;
  const reasonOf = reasonsOf(made);
  const assets = plan.assets.map((planned): PlannedAsset => {
    const set = PartitionSet.fromRanges(planned.partitions);
    return {
      asset: { id: made.index.byKey(planned.key)?.id ?? -1, key: planned.key },
      partitions: set.ranges,
      text: made.spaces.resolve(planned.partitionsSpec).format(set, SHOWN_RANGES),
      count: set.size,
      ...planned.counts,
      overwrites: planned.overwrites,
      reason: reasonOf(planned.key),
    };
  });
  return {
    hash: made.hash,
    at: plan.at,
    assets,
    total: plan.total,
    warnings: made.warnings.slice(0, MAX_WARNINGS).map(describeWarning),
    effect: effectOf(plan.total, assets.length),
    alreadyPlanned: made.alreadyPlanned,
  };
}

/** A warning as it is answered. */
export function describeWarning({ code, message, asset, upstream, partitions }: PlanWarning): PlanNotice {
  return { code, message, assetKey: asset, upstreamKey: upstream, partitions };
}

/** Says why each asset is part of the plan. */
function reasonsOf({ chosen, index: { graph } }: MadePlan): (key: string) => PlannedAsset["reason"] {
  const behind = graph.descendants([...chosen].map((key) => graph.indexOf(key)));
  return (key) => {
    if (chosen.has(key)) return "selected";
    return behind.has(graph.indexOf(key)) ? "downstream" : "upstream";
  };
}

function effectOf(steps: number, assets: number): string {
  if (steps === 0) return "Nothing to materialize";
  const partitions = `${steps.toLocaleString("en")} partition${steps === 1 ? "" : "s"}`;
  return `Materialize ${partitions} of ${assets.toLocaleString("en")} asset${assets === 1 ? "" : "s"}`;
}
