import {
  createRunGraph,
  groupRequests,
  PartitionSet,
  type JsonValue,
  type RequestGroup,
  type RunPlan,
} from "@heddle/core";
import {
  admitAtOnce,
  evaluationKey,
  insertRun,
  type LaunchAutomation,
  type LaunchedRequest,
  type Transaction,
} from "@heddle/storage";
import type { AutomationLook } from "../../automation/index.ts";
import { freezeDefinitions, makePlan, type MadePlan, type PlanningState } from "../../planning/index.ts";
import { isOfPlan } from "../ticks/schedule-ticks.ts";
import { fewerGroups, joinGroups } from "./fewer-groups.ts";

/** What an evaluation's runs are made from. */
export interface AutomationLaunch {
  /** Partitions by asset key. */
  readonly requests: ReadonlyMap<string, PartitionSet>;
  readonly generations: ReadonlyMap<string, number>;
  /** Epoch milliseconds of the evaluation. */
  readonly at: number;
  /** Names the evaluation. */
  readonly originKey: string;
  readonly environment: string;
  readonly planning: PlanningState;
  readonly look: AutomationLook;
}

/** Evaluations that a run's origin names. */
const MAX_NAMED = 100;

/**
 * Plans and writes the runs of one evaluation, in the transaction that records it: planned like launches, without anybody who
 * looks at the plan. What another run holds by now is left to it, and what cannot be read is left out.
 */
export function launchAutomation(launch: AutomationLaunch): LaunchAutomation {
  return async (tx, evaluationIds) => {
    const { requests, generations, at, planning, look } = launch;
    const { index } = look.definitions;
    const assets = [...index.graph.topologicalOrder].flatMap((number) => index.declared[number]?.definition ?? []);
    const groups = fewerGroups(
      groupRequests(
        { requested: requests, generations },
        {
          assets,
          at,
          dynamicKeys: look.dynamicKeys,
          codeLocationOf: (key) => index.byKey(key)?.codeLocation ?? "",
        },
      ),
    );
    const frozen = freezeDefinitions(planning);
    const launched: LaunchedRequest[] = [];
    const byLocation = Map.groupBy([...groups.entries()], ([, { codeLocation }]) => codeLocation);
    // What one code location asks for is seen by the plans of the next.
    for (const numbered of byLocation.values()) {
      const scope = { launch, frozen, evaluationIds };
      launched.push(...((await launchTogether(tx, numbered, scope)) ?? (await launchEach(tx, numbered, scope))));
    }
    return launched;
  };
}

interface LaunchScope {
  readonly launch: AutomationLaunch;
  readonly frozen: PlanningState;
  readonly evaluationIds: ReadonlyMap<string, number>;
}

/** Groups with their numbers, which name the runs. */
type NumberedGroups = readonly (readonly [number, RequestGroup])[];

/**
 * Plans all groups at once and writes their runs beside each other: two plans for hundreds of assets cost twice as much as one.
 * @returns `null` where something of it meets other runs, or is refused: then each group has to be looked at by itself
 */
async function launchTogether(
  tx: Transaction,
  groups: NumberedGroups,
  scope: LaunchScope,
): Promise<readonly LaunchedRequest[] | null> {
  if (groups.length < 2) return null;
  const all = joinGroups(groups.map(([, group]) => group));
  const made = await plan(tx, scope.launch, { group: all, frozen: scope.frozen });
  if (typeof made === "string" || made.overlaps.count > 0 || made.overlaps.after.length > 0) return null;
  const written = groups.map(async ([number, group]) =>
    write(tx, { plan: partOf(made.plan, group), overlaps: made.overlaps }, { group, number, scope }),
  );
  return (await Promise.all(written)).flat();
}

async function launchEach(tx: Transaction, groups: NumberedGroups, scope: LaunchScope): Promise<LaunchedRequest[]> {
  const launched: LaunchedRequest[] = [];
  for (const [number, group] of groups) {
    const made = await plan(tx, scope.launch, { group, frozen: scope.frozen });
    launched.push(
      ...(typeof made === "string" ? refused(group, made) : await write(tx, made, { group, number, scope })),
    );
  }
  return launched;
}

/** The part of a plan that makes what one group asks for: groups have no partition in common, and read none of each other. */
function partOf(plan: RunPlan, { partitions }: RequestGroup): RunPlan {
  const assets = plan.assets
    .filter(({ key }) => partitions.has(key))
    .map((asset) => ({
      ...asset,
      deps: asset.deps.map((dep) => ({ ...dep, inRun: dep.inRun && partitions.has(dep.upstream) })),
    }));
  return {
    ...plan,
    assets,
    warnings: plan.warnings.filter(({ asset }) => partitions.has(asset)),
    total: assets.reduce((sum, asset) => sum + PartitionSet.fromRanges(asset.partitions).size, 0),
  };
}

function refused({ selected }: RequestGroup, problem: string): LaunchedRequest[] {
  return selected.map((asset) => ({ asset, check: null, count: 0, runId: null, problem }));
}

async function write(
  tx: Transaction,
  made: Pick<MadePlan, "plan" | "overlaps">,
  { group, number, scope }: { readonly group: RequestGroup; readonly number: number; readonly scope: LaunchScope },
): Promise<LaunchedRequest[]> {
  if (made.plan.total === 0) return refused(group, nothingToDo(made));
  const { launch, evaluationIds } = scope;
  const { environment, at, originKey } = launch;
  const { runId, created } = await insertRun(tx.sql, createRunGraph(made.plan), {
    plan: made.plan,
    origin: originOf(group, { at, evaluationIds }),
    originKey: `${originKey}:${number}`,
    environment,
    after: made.overlaps.after.map(({ id }) => id),
  });
  // The others have one before them.
  if (created && number === 0) await admitAtOnce(tx.sql, runId);
  const counts = new Map(
    made.plan.assets.map(({ key, partitions }) => [key, PartitionSet.fromRanges(partitions).size]),
  );
  return group.selected.map((asset) => {
    const count = counts.get(asset) ?? 0;
    return count > 0
      ? { asset, check: null, count, runId, problem: null }
      : { asset, check: null, count, runId: null, problem: nothingToDo(made) };
  });
}

/** @returns a sentence that says why there is no plan, where there is none */
async function plan(
  tx: Transaction,
  { at }: AutomationLaunch,
  { group, frozen }: { readonly group: RequestGroup; readonly frozen: PlanningState },
): Promise<MadePlan | string> {
  try {
    const made = await makePlan(frozen, tx, {
      at,
      counts: false,
      input: {
        keys: group.selected,
        partitions: {
          kind: "each",
          assets: Object.fromEntries([...group.partitions].map(([key, set]) => [key, set.ranges])),
        },
        cascade: "self",
        order: "oldest",
        leaveOutUnreadable: true,
        overlap: "leave_out",
      },
    });
    return made.refusal === null ? made : made.refusal.message;
  } catch (error) {
    // What is asked for cannot be launched: that must not keep anything else from being made.
    if (isOfPlan(error) && error instanceof Error) return error.message;
    throw error;
  }
}

function nothingToDo({ overlaps: { holders } }: Pick<MadePlan, "overlaps">): string {
  if (holders.length === 0) return "nothing of it could be made: what it reads is not there";
  const named = holders.slice(0, 5).map(({ id }) => id);
  return `it is made by run${named.length === 1 ? "" : "s"} ${named.join(", ")} already`;
}

function originOf(
  { selected, generations }: RequestGroup,
  { at, evaluationIds }: { readonly at: number; readonly evaluationIds: ReadonlyMap<string, number> },
): { readonly kind: string } & { readonly [name: string]: JsonValue } {
  const named = selected.slice(0, MAX_NAMED).flatMap((key) => {
    const id = evaluationIds.get(evaluationKey(key, null));
    return id === undefined ? [] : [[key, id] as const];
  });
  // Those that are not said are of the first generation.
  const older = Object.entries(generations).filter(([, generation]) => generation > 1);
  return {
    kind: "condition",
    at,
    evaluations: Object.fromEntries(named),
    generations: Object.fromEntries(older),
  };
}
