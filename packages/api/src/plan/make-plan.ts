import {
  HeddleError,
  hashPlan,
  parseSelection,
  PartitionSet,
  planRun,
  type PlanPredicate,
  type PlanRunInput,
  type PlanWarning,
  type RunPlan,
} from "@heddle/core";
import { NO_PARTITION_SETS, readPartitionSets, type Transaction } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import { requireAsset } from "../assets/asset-lookup.ts";
import { selectAssets } from "../assets/selection.ts";
import type { DefinitionsIndex, IndexedAsset } from "../definitions/definitions-index.ts";
import { PartitionSpaces } from "../definitions/partition-spaces.ts";
import type { PlanPreviewInput } from "../inputs.ts";
import { choosePartitions } from "./choose-partitions.ts";
import { addMissingUpstream } from "./missing-upstream.ts";

/** A plan, and what is needed to tell it to people. */
export interface MadePlan {
  readonly plan: RunPlan;
  readonly hash: string;
  readonly warnings: readonly PlanWarning[];
  /** Steps left out because runs that are not over hold them. */
  readonly alreadyPlanned: number;
  /** Keys of the assets that were chosen, as opposed to those that the cascade added. */
  readonly chosen: ReadonlySet<string>;
  readonly index: DefinitionsIndex;
  readonly spaces: PartitionSpaces;
}

/**
 * Plans what `input` asks for, from the state that the transaction sees and the partitions that exist at `at` (epoch
 * milliseconds). @throws ASSET_UNKNOWN, SELECTION_SYNTAX, PARTITION_UNKNOWN, PLAN_*
 */
export async function makePlan(state: ApiState, tx: Transaction, request: PlanRequest): Promise<MadePlan> {
  const { input, at } = request;
  const index = await state.definitions.index(tx);
  const spaces = new PartitionSpaces(at);
  const chosen = await chooseAssets(state, tx, input);
  const assets = addDownstream(index, chosen, input.cascade);
  const environmentId = await state.definitions.environmentId(tx);
  const sets = await readPartitionSets(tx, { environmentId, assetIds: relevantIds(index, assets, input.cascade) });
  const stateOf = (key: string) => {
    const own = sets.get(index.byKey(key)?.id ?? -1) ?? NO_PARTITION_SETS;
    return { materialized: own.materialized, failed: own.failed, running: own.running.union(own.queued) };
  };
  const draft: PlanRunInput = {
    assets: [...index.graph.topologicalOrder].flatMap((number) => index.declared[number]?.definition ?? []),
    selected: assets.map((asset) => asset.key),
    targets: choosePartitions(input.partitions, assets, spaces),
    predicate: predicateOf(input.only),
    at,
    stateOf,
  };
  const materializedOf = (key: string) => stateOf(key).materialized;
  const finished =
    input.cascade === "upstream_missing" ? withMissingUpstream(draft, { index, spaces, materializedOf }) : draft;
  const all = planRun(finished);
  const doubled = all.warnings.filter((warning) => warning.code === "ALREADY_RUNNING");
  const plan = doubled.length === 0 ? all : planRun({ ...finished, leaveOutRunning: true });
  return {
    plan,
    hash: hashPlan(plan),
    warnings: doubled.length === 0 ? plan.warnings : [...doubled, ...plan.warnings],
    alreadyPlanned: doubled.reduce((sum, { partitions }) => sum + PartitionSet.fromRanges(partitions).size, 0),
    chosen: new Set(chosen.map((asset) => asset.key)),
    index,
    spaces,
  };
}

export interface PlanRequest {
  readonly input: PlanPreviewInput;
  /** Epoch milliseconds. */
  readonly at: number;
}

async function chooseAssets(state: ApiState, tx: Transaction, input: PlanPreviewInput): Promise<IndexedAsset[]> {
  const index = await state.definitions.index(tx);
  if (input.selection !== undefined) return selectAssets(state, tx, parseSelection(input.selection));
  const assets = new Set((input.keys ?? []).map((key) => requireAsset(index, key)));
  for (const { key, removedAt } of assets) {
    if (removedAt !== null) {
      throw new HeddleError("ASSET_UNKNOWN", `"${key}" is not declared any more`, { details: { asset: key } });
    }
  }
  return [...index.graph.topologicalOrder].flatMap((number) => {
    const asset = index.declared[number];
    return asset !== undefined && assets.has(asset) ? [asset] : [];
  });
}

/** The assets to make, in topological order. */
function addDownstream(
  index: DefinitionsIndex,
  chosen: readonly IndexedAsset[],
  cascade: PlanPreviewInput["cascade"],
): readonly IndexedAsset[] {
  if (cascade !== "downstream") return chosen;
  const reached = index.graph.descendants(chosen.map((asset) => index.graph.indexOf(asset.key)));
  return [...index.graph.topologicalOrder].flatMap((number) =>
    reached.has(number) ? (index.declared[number] ?? []) : [],
  );
}

/** Assets whose state a plan asks for: what is made, and what that reads. */
function relevantIds(
  { graph, declared }: DefinitionsIndex,
  assets: readonly IndexedAsset[],
  cascade: PlanPreviewInput["cascade"],
): number[] {
  const depth = cascade === "upstream_missing" ? Infinity : 1;
  const numbers = graph.ancestors(
    assets.map((asset) => graph.indexOf(asset.key)),
    depth,
  );
  return [...numbers].flatMap((number) => declared[number]?.id ?? []);
}

function predicateOf(only: PlanPreviewInput["only"]): PlanPredicate {
  if (only === undefined) return "all";
  const [missing, failed] = [only.includes("missing"), only.includes("failed")];
  if (missing && failed) return "missing-or-failed";
  return missing ? "missing" : "failed";
}

/** States exactly what the draft makes, together with what that needs and does not find. */
function withMissingUpstream(draft: PlanRunInput, scope: Parameters<typeof addMissingUpstream>[1]): PlanRunInput {
  const made = planRun(draft).assets.map(({ key, partitions }) => [key, PartitionSet.fromRanges(partitions)] as const);
  const partitions = addMissingUpstream(new Map(made), scope);
  return { ...draft, selected: [...partitions.keys()], targets: { kind: "each", partitions }, predicate: "all" };
}
