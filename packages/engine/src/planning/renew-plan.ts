import { HeddleError } from "@heddle/core";
import {
  PartitionSet,
  partitionScheme,
  planAmongRuns,
  type PlanConfig,
  type RunPlan,
  type RunPlanAsset,
} from "@heddle/core/internal";
import type { Transaction } from "@heddle/storage";
import { readPlanState } from "./plan-state.ts";
import type { PlanningState } from "./planning-state.ts";

/** A plan, and what it is renewed for. */
export interface RenewPlanRequest {
  readonly plan: RunPlan;
  /** Of the run that is retried; for errors. */
  readonly runId: number;
  /** Epoch milliseconds. */
  readonly at: number;
}

/**
 * Plans the same partitions of the same assets by the definitions that are in force: what they read, wait for and are
 * retried by is as it is declared now. How the run was launched stays: its order, its config, its chunks, and whether
 * what is up to date is skipped.
 *
 * @throws RUN_DEFINITIONS_CHANGED when an asset is gone, or its partitions are others; PLAN_*
 */
export async function renewPlan(
  state: PlanningState,
  tx: Transaction,
  { plan, runId, at }: RenewPlanRequest,
): Promise<RunPlan> {
  const index = await state.definitions.index(tx);
  const assets = plan.assets.map((planned) => {
    const asset = index.byKey(planned.key);
    if (asset === undefined || asset.removedAt !== null)
      throw definitionsChanged(runId, planned.key, "is not declared any more");
    if (partitionScheme(asset.definition.partitions) !== partitionScheme(planned.partitionsSpec)) {
      throw definitionsChanged(runId, planned.key, "has other partitions now");
    }
    return { planned, asset };
  });
  if (plan.purpose === "check") {
    return { ...plan, assets: assets.map(({ planned, asset }) => renewChecks(runId, planned, asset.definition)) };
  }
  const spaces = await state.definitions.spaces(tx, at);
  const environmentId = await state.definitions.environmentId(tx);
  const own = assets.map(({ asset }) => asset);
  const scope = { index, spaces, environmentId, assets: own, isStaleNeeded: false };
  const config = configOf(plan);
  const renewed = planAmongRuns({
    assets: [...index.graph.topologicalOrder].flatMap((number) => index.declared[number]?.definition ?? []),
    selected: own.map(({ key }) => key),
    targets: {
      kind: "each",
      partitions: new Map(plan.assets.map(({ key, partitions }) => [key, PartitionSet.fromRanges(partitions)])),
    },
    order: plan.order,
    ...(config !== undefined && {
      config,
      findConfigProblem: (await import("./config-problem.ts")).findConfigProblem,
    }),
    at,
    dynamicKeys: spaces.dynamicKeys,
    stateOf: await readPlanState(state, tx, scope),
  });
  const before = new Map(plan.assets.map((asset) => [asset.key, asset]));
  return {
    ...renewed.plan,
    assets: renewed.plan.assets.map((asset) => launchedAlike(asset, before.get(asset.key))),
  };
}

/** Chunks and reuse as they were launched; a function that made one partition and makes several now goes by its own. */
function launchedAlike({ reuse: _declared, ...asset }: RunPlanAsset, before: RunPlanAsset | undefined): RunPlanAsset {
  const chunk = asset.chunk === null ? null : (before?.chunk ?? asset.chunk);
  return { ...asset, chunk, ...(before?.reuse === true && { reuse: true }) };
}

function configOf({ assets }: RunPlan): PlanConfig | undefined {
  const stated = assets.flatMap(({ key, config }) => (config === undefined ? [] : [[key, config] as const]));
  return stated.length === 0 ? undefined : Object.fromEntries(stated);
}

function renewChecks(
  runId: number,
  planned: RunPlanAsset,
  definition: { readonly codeVersion: string; readonly checks: readonly { readonly name: string }[] },
): RunPlanAsset {
  const declared = new Set(definition.checks.map(({ name }) => name));
  const gone = planned.checks?.find((name) => !declared.has(name));
  if (gone !== undefined) throw definitionsChanged(runId, planned.key, `has no check "${gone}" any more`);
  return { ...planned, codeVersion: definition.codeVersion };
}

function definitionsChanged(runId: number, asset: string, what: string): HeddleError {
  return new HeddleError(
    "RUN_DEFINITIONS_CHANGED",
    `run ${runId} cannot be retried with the code in force: "${asset}" ${what}`,
    {
      hint: "Launch what is missing as a run of its own: its plan shows what the new definitions make of it.",
      details: { runId, asset },
    },
  );
}
