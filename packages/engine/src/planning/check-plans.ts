import { HeddleError, type JsonValue } from "@heddle/core";
import {
  createRunGraph,
  MAX_PLAN_PARTITIONS,
  planChecks,
  type PartitionSet,
  type RunLimits,
  type RunPlan,
  type WantedChecks,
} from "@heddle/core/internal";
import {
  admitAtOnce,
  byCheck,
  insertRun,
  NO_PARTITION_SETS,
  readOpenChecks,
  readPartitionSets,
  type CreatedRun,
  type Transaction,
} from "@heddle/storage";
import type { PlanningState } from "./planning-state.ts";

/** Runs of checks that are about to be made: one for each code location, because a run has the code of one. */
export interface CheckPlans {
  readonly plans: readonly { readonly codeLocation: string; readonly plan: RunPlan }[];
  /** Steps in all. */
  readonly total: number;
  /** By asset key: partitions without a value. */
  readonly missing: ReadonlyMap<string, PartitionSet>;
  /** By asset key: partitions on which open runs run all of the checks already. */
  readonly doubled: ReadonlyMap<string, PartitionSet>;
  /** These runs. */
  readonly holders: readonly number[];
}

/** Which checks are to be run, by the key of a declared asset, and on which partitions. */
export interface CheckPlansRequest {
  readonly wanted: ReadonlyMap<string, WantedChecks>;
  /** Epoch milliseconds. */
  readonly at: number;
}

/**
 * Plans runs of checks on what is current, from the state that the transaction sees, in a constant number of statements.
 * @throws PLAN_TOO_LARGE
 */
export async function makeCheckPlans(
  state: PlanningState,
  tx: Transaction,
  { wanted, at }: CheckPlansRequest,
): Promise<CheckPlans> {
  const index = await state.definitions.index(tx);
  const spaces = await state.definitions.spaces(tx, at);
  const environmentId = await state.definitions.environmentId(tx);
  const assets = [...index.graph.topologicalOrder].flatMap((number) => {
    const asset = index.declared[number];
    return asset !== undefined && wanted.has(asset.key) ? [asset] : [];
  });
  const query = { environmentId, assetIds: assets.map(({ id }) => id) };
  const sets = await readPartitionSets(tx, query);
  const open = await readOpenChecks(tx, query);
  const checking = byCheck(open);
  const idOf = new Map(assets.map(({ id, key }) => [key, id]));
  const made = [...Map.groupBy(assets, ({ codeLocation }) => codeLocation)].map(([codeLocation, own]) => {
    const planned = planChecks({
      assets: own.map(({ definition }) => definition),
      wanted,
      at,
      dynamicKeys: spaces.dynamicKeys,
      stateOf: (key) => {
        const id = idOf.get(key) ?? -1;
        const { materialized, failed } = sets.get(id) ?? NO_PARTITION_SETS;
        return { materialized, failed, checking: checking.get(id) ?? new Map<string, PartitionSet>() };
      },
    });
    return { codeLocation, ...planned };
  });
  const doubled = new Map(made.flatMap((one) => [...one.doubled]));
  const total = made.reduce((sum, { plan }) => sum + plan.total, 0);
  if (total > MAX_PLAN_PARTITIONS) throw tooLarge(total);
  const holders = open.filter(({ assetId, open: held }) =>
    [...doubled].some(([key, set]) => idOf.get(key) === assetId && set.overlaps(held)),
  );
  return {
    plans: made.flatMap(({ codeLocation, plan }) => (plan.total === 0 ? [] : [{ codeLocation, plan }])),
    total,
    missing: new Map(made.flatMap((one) => [...one.missing])),
    doubled,
    holders: [...new Set(holders.map(({ runId }) => runId))],
  };
}

/** What the runs of checks have besides their plans. */
export interface LaunchChecksOptions {
  readonly origin: { readonly kind: string } & { readonly [name: string]: JsonValue };
  /** The same key never makes a second run of a code location. */
  readonly originKey: string;
  readonly environment: string;
  readonly priority?: number;
  readonly tags?: Readonly<Record<string, string>>;
  readonly limits?: RunLimits | null;
}

/** Writes planned runs of checks. Launches must be locked. */
export async function launchCheckPlans(
  tx: Transaction,
  plans: CheckPlans["plans"],
  { originKey, ...options }: LaunchChecksOptions,
): Promise<(CreatedRun & { readonly plan: RunPlan })[]> {
  const made: (CreatedRun & { readonly plan: RunPlan })[] = [];
  for (const { codeLocation, plan } of plans) {
    const { runId, created } = await insertRun(tx.sql, createRunGraph(plan), {
      ...options,
      plan,
      originKey: keyOf(originKey, codeLocation),
    });
    if (created) await admitAtOnce(tx.sql, runId);
    made.push({ runId, created, plan });
  }
  return made;
}

/** The keys of the runs that one launch of checks may have made. */
export function checkRunKeys(originKey: string, codeLocations: Iterable<string>): string[] {
  return [...codeLocations].map((codeLocation) => keyOf(originKey, codeLocation));
}

function keyOf(originKey: string, codeLocation: string): string {
  return `${originKey}:${codeLocation}`;
}

/** Why no check is run; a sentence without its end. */
export function nothingToCheck({ holders, missing }: CheckPlans): string {
  if (holders.length > 0) {
    const named = holders.slice(0, NAMED_RUNS).join(", ");
    return `run${holders.length === 1 ? "" : "s"} ${named} run${holders.length === 1 ? "s" : ""} them already`;
  }
  const [first] = missing.keys();
  return first === undefined ? "no check was named" : `nothing of ${first} is materialized that was asked for`;
}

/** Runs that a sentence names. */
const NAMED_RUNS = 5;

function tooLarge(total: number): HeddleError {
  return new HeddleError(
    "PLAN_TOO_LARGE",
    `${total.toLocaleString("en")} partitions were to be checked, and one launch checks ${MAX_PLAN_PARTITIONS.toLocaleString("en")} at most`,
    { hint: "Choose fewer partitions." },
  );
}
