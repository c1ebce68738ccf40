import { PartitionSet, type RunPlan, type RunPlanAsset } from "@heddle/core/internal";
import type { MadePlan } from "@heddle/engine/planning";
import { readDeployment, readDurations, type StepDurations, type Transaction } from "@heddle/storage";
import type { PlanEstimate } from "../contract.ts";

/** How long a plan will take, told from the past. */
export interface EstimatedPlan {
  /** `null` when nothing is known of any of its assets. */
  readonly whole: PlanEstimate | null;
  /** Of all steps of an asset one after another; `null` when it was never made. */
  readonly workMsOf: (key: string) => number | null;
}

/** Reads how long the assets of a plan took lately and how much is done at once, in two statements. `most`: of the run at once. */
export async function estimatePlan(
  tx: Transaction,
  { plan, index, environmentId }: Pick<MadePlan, "plan" | "index" | "environmentId">,
  most: number,
): Promise<EstimatedPlan> {
  const idOf = (key: string) => index.byKey(key)?.id ?? -1;
  const durations = await readDurations(tx, { environmentId, assetIds: plan.assets.map(({ key }) => idOf(key)) });
  const { workers } = await readDeployment(tx, environmentId);
  const slots = workers.reduce((sum, worker) => (worker.alive ? sum + worker.slots : sum), 0);
  return estimate(plan, { durationsOf: (key) => durations.get(idOf(key)), slots, most });
}

/** What an estimate is made from. */
export interface EstimateInput {
  readonly durationsOf: (key: string) => StepDurations | undefined;
  /** Steps that all workers together run at once; 0 when there is none. */
  readonly slots: number;
  /** Steps that the run may have at once. @default no limit */
  readonly most?: number;
}

/**
 * Estimates without reading anything: the mean of the past, spread over the workers, but never faster than its chains. How
 * far runs were from each other says how sure that is.
 */
export function estimate(plan: RunPlan, input: EstimateInput): EstimatedPlan {
  const { whole, workMsOf } = estimateFrom(plan, input);
  if (whole === null) return { whole: null, workMsOf };
  const at = (share: number): number => {
    const durationsOf = (key: string) => quantileOf(input.durationsOf(key), share);
    return estimateFrom(plan, { ...input, durationsOf }).whole?.wallMs ?? whole.wallMs;
  };
  return { whole: { ...whole, p50Ms: at(0.5), p90Ms: at(0.9) }, workMsOf };
}

/** The past as if all runs had been like the one at a share of their order: 0.5 for the one in the middle. */
function quantileOf(past: StepDurations | undefined, share: number): StepDurations | undefined {
  if (past === undefined || past.runMeansMs.length === 0) return past;
  const means = past.runMeansMs.toSorted((a, b) => a - b);
  const meanMs = means[Math.min(means.length - 1, Math.ceil(share * means.length) - 1)] ?? 0;
  return { ...past, totalMs: meanMs * past.steps };
}

function estimateFrom(
  plan: RunPlan,
  { durationsOf, slots, most = Infinity }: EstimateInput,
): { readonly whole: Omit<PlanEstimate, "p50Ms" | "p90Ms"> | null; readonly workMsOf: EstimatedPlan["workMsOf"] } {
  const works = new Map<string, number>();
  const chains = new Map<string, number>();
  let steps = 0;
  for (const asset of plan.assets) {
    const past = durationsOf(asset.key);
    const count = PartitionSet.fromRanges(asset.partitions).size;
    const meanMs = past === undefined ? 0 : past.totalMs / past.steps;
    if (past !== undefined) works.set(asset.key, meanMs * count);
    steps += past?.steps ?? 0;
    const before = asset.deps.map(({ upstream }) => (upstream === asset.key ? 0 : (chains.get(upstream) ?? 0)));
    chains.set(asset.key, Math.max(0, ...before) + meanMs * (readsItself(asset) ? count : 1));
  }
  const workMsOf = (key: string): number | null => works.get(key) ?? null;
  if (works.size === 0) return { whole: null, workMsOf };
  const atOnce = Math.max(1, Math.min(slots, most));
  const workMs = [...works.values()].reduce((sum, ms) => sum + ms, 0);
  const unknown = plan.assets.length - works.size;
  const basis = [
    `the mean of ${steps.toLocaleString("en")} earlier step${steps === 1 ? "" : "s"}`,
    slots === 0 ? "one at a time, as no worker is there now" : `${atOnce.toLocaleString("en")} at a time`,
    ...(unknown === 0
      ? []
      : [`without ${unknown.toLocaleString("en")} asset${unknown === 1 ? "" : "s"} never made before`]),
  ];
  const wallMs = Math.max(workMs / atOnce, ...chains.values());
  return { whole: { workMs: Math.round(workMs), wallMs: Math.round(wallMs), basis: basis.join(", ") }, workMsOf };
}

/** Then its partitions are made one after another. */
function readsItself({ key, deps }: RunPlanAsset): boolean {
  return deps.some(({ upstream }) => upstream === key);
}
