import { HeddleError } from "@heddle/core";
import { hashPlan, parseSelection, planAmongRuns, type PlannedRun, type RunPlan } from "@heddle/core/internal";
import type { Transaction } from "@heddle/storage";
import type { PlanningState } from "./planning-state.ts";
import { requireAsset } from "./asset-lookup.ts";
import { selectAssets } from "./select-assets.ts";
import type { DefinitionsIndex, IndexedAsset } from "./definitions-index.ts";
import type { PartitionSpaces } from "./partition-spaces.ts";
import type { PlanChoice } from "./plan-choice.ts";
import { choosePartitions } from "./choose-partitions.ts";
import { readOverlaps, type OverlapsOf, type PlanOverlaps } from "./plan-overlaps.ts";
import { readPlanState } from "./plan-state.ts";

/** A plan, and what is needed to tell it to people. */
export interface MadePlan {
  readonly plan: RunPlan;
  readonly hash: string;
  readonly overlaps: PlanOverlaps;
  /** The plan among runs that are not over, and the overlaps of parts of it: see `partOfPlan`. */
  readonly planned: PlannedRun;
  readonly overlapsOf: OverlapsOf;
  /** Why it cannot be launched; `null` when it can, or when there is just nothing to do. */
  readonly refusal: HeddleError | null;
  /** Keys of the assets that were chosen, as opposed to those that the cascade added. */
  readonly chosen: ReadonlySet<string>;
  readonly index: DefinitionsIndex;
  readonly spaces: PartitionSpaces;
  readonly environmentId: number;
}

/** What is to be planned. */
export interface PlanRequest {
  readonly input: PlanChoice;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Whether what is out of date is to be counted. Where it decides what is made, it is looked at in any case. */
  readonly counts: boolean;
}

/**
 * Plans what `input` asks for, from the state that the transaction sees and the partitions that exist at `at` (epoch
 * milliseconds). @throws ASSET_UNKNOWN, SELECTION_SYNTAX, PARTITION_UNKNOWN, PLAN_*
 */
export async function makePlan(state: PlanningState, tx: Transaction, request: PlanRequest): Promise<MadePlan> {
  const { input, at } = request;
  const index = await state.definitions.index(tx);
  const spaces = await state.definitions.spaces(tx, at);
  const environmentId = await state.definitions.environmentId(tx);
  const chosen = await chooseAssets(state, tx, input);
  const assets = addDownstream(index, chosen, input.cascade);
  const stateOf = await readPlanState(state, tx, {
    index,
    spaces,
    environmentId,
    assets: findRelevant(index, assets, input.cascade),
    isStaleNeeded: request.counts || input.only?.includes("stale") === true,
  });
  const { config } = input;
  // What reads schemas takes a while to load, and few plans have config.
  const findConfigProblem = config === undefined ? undefined : (await import("./config-problem.ts")).findConfigProblem;
  const asDeclared = planAmongRuns({
    assets: [...index.graph.topologicalOrder].flatMap((number) => index.declared[number]?.definition ?? []),
    selected: assets.map((asset) => asset.key),
    targets: choosePartitions(input.partitions, { assets, chosen, spaces }),
    ...(input.only !== undefined && { only: input.only }),
    addMissingUpstream: input.cascade === "upstream_missing",
    addOwnReaders: input.cascade === "downstream",
    leaveOutUnreadable: input.leaveOutUnreadable,
    leaveOutRunning: input.overlap === "leave_out",
    order: input.order,
    ...(input.awaitNewer !== undefined && { awaitNewer: input.awaitNewer }),
    ...(input.chunk !== undefined && { chunk: input.chunk }),
    ...(input.reuse !== undefined && { reuse: input.reuse }),
    ...(input.reusing !== undefined && { reusing: input.reusing }),
    ...(config !== undefined && { config }),
    ...(findConfigProblem !== undefined && { findConfigProblem }),
    at,
    dynamicKeys: spaces.dynamicKeys,
    stateOf,
  });
  const planned = withAttempts(input.attempts, asDeclared);
  const overlapsOf = await readOverlaps(tx, planned, { index, environmentId, overlap: input.overlap });
  const overlaps = overlapsOf(planned);
  return {
    plan: planned.plan,
    planned,
    overlapsOf,
    // Of a large plan it takes a while, and only those who show plans need it.
    get hash() {
      return hashPlan(planned.plan);
    },
    overlaps,
    refusal: findRefusal(planned, overlaps, input.overlap),
    chosen: new Set(chosen.map((asset) => asset.key)),
    index,
    spaces,
    environmentId,
  };
}

async function chooseAssets(state: PlanningState, tx: Transaction, input: PlanChoice): Promise<IndexedAsset[]> {
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
  cascade: PlanChoice["cascade"],
): readonly IndexedAsset[] {
  if (cascade !== "downstream") return chosen;
  const reached = index.graph.descendants(chosen.map((asset) => index.graph.indexOf(asset.key)));
  return [...index.graph.topologicalOrder].flatMap((number) =>
    reached.has(number) ? (index.declared[number] ?? []) : [],
  );
}

/** Assets whose state a plan asks for: what is made, and what that reads. */
function findRelevant(
  { graph, declared }: DefinitionsIndex,
  assets: readonly IndexedAsset[],
  cascade: PlanChoice["cascade"],
): IndexedAsset[] {
  const depth = cascade === "upstream_missing" ? Infinity : 1;
  const numbers = graph.ancestors(
    assets.map((asset) => graph.indexOf(asset.key)),
    depth,
  );
  return [...numbers].flatMap((number) => declared[number] ?? []);
}

/** Attempts are what somebody states, whatever the assets declare; when the next one begins stays theirs. */
function withAttempts(attempts: number | undefined, planned: PlannedRun): PlannedRun {
  if (attempts === undefined) return planned;
  const assets = planned.plan.assets.map((asset) => ({ ...asset, retry: { ...asset.retry, attempts } }));
  return { ...planned, plan: { ...planned.plan, assets } };
}

/** Runs that a sentence names. */
const NAMED_RUNS = 5;

/** Says why a plan, or a part of one, cannot be launched; `null` when it can. */
export function findRefusal(
  { plan }: Pick<PlannedRun, "plan">,
  { count, holders }: PlanOverlaps,
  overlap: PlanChoice["overlap"],
): HeddleError | null {
  const errors = plan.warnings.filter(({ severity }) => severity === "error");
  const [first] = errors;
  if (first !== undefined) {
    const more = errors.length === 1 ? "" : ` (and ${errors.length - 1} more)`;
    const hint =
      first.code === "UPSTREAM_NONEXISTENT"
        ? "Choose other partitions, leave out those that cannot be read, or let the mapping or the wait policy tolerate it."
        : undefined;
    const options = { ...(hint !== undefined && { hint }), details: { code: first.code, asset: first.asset } };
    return new HeddleError("PLAN_REFUSED", `${first.message}${more}`, options);
  }
  if (overlap !== "refuse" || count === 0) return null;
  const named = holders.slice(0, NAMED_RUNS).map(({ id }) => id);
  const more = holders.length > named.length ? ` and ${holders.length - named.length} more` : "";
  const runs = `run${holders.length === 1 ? "" : "s"} ${named.join(", ")}${more}`;
  return new HeddleError(
    "PLAN_OVERLAPS",
    `${count.toLocaleString("en")} of the partitions are held by ${runs}, which ${holders.length === 1 ? "is" : "are"} not over`,
    { details: { runs: holders.slice(0, 100).map(({ id }) => id), partitions: count } },
  );
}
