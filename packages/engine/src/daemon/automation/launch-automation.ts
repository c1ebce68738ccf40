import { type JsonValue } from "@heddle/core";
import {
  canonicalJson,
  createRunGraph,
  followsData,
  groupRequests,
  partOfPlan,
  PartitionSet,
  type AutomationRunsData,
  type RequestGroup,
  type RunPlan,
} from "@heddle/core/internal";
import {
  admitAtOnce,
  evaluationKey,
  insertRuns,
  type LaunchAutomation,
  type LaunchedRequest,
  type Transaction,
} from "@heddle/storage";
import type { AutomationLook, CheckRequest } from "../../automation/index.ts";
import {
  findRefusal,
  freezeDefinitions,
  makePlan,
  type IndexedAsset,
  type MadePlan,
  type PlanningState,
  type PlanOverlaps,
} from "../../planning/index.ts";
import { isOfPlan } from "../ticks/schedule-ticks.ts";
import { launchRequestedChecks } from "./launch-checks.ts";
import { fewerGroups, joinGroups } from "./fewer-groups.ts";
import { runOptions } from "./run-options.ts";

/** What an evaluation's runs are made from. */
export interface AutomationLaunch {
  /** Partitions by asset key. */
  readonly requests: ReadonlyMap<string, PartitionSet>;
  /** Checks that are to be run by themselves. */
  readonly checks: readonly CheckRequest[];
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
    const grouping = {
      assets,
      at,
      dynamicKeys: look.dynamicKeys,
      runKindOf: (key: string) => runKindOf(index.byKey(key)),
    };
    const groups = fewerGroups(groupRequests({ requested: requests, generations }, grouping));
    const frozen = freezeDefinitions(planning);
    const launched: LaunchedRequest[] = [];
    const places = new Map(assets.map(({ key }, place) => [key, place]));
    const firstPlace = ({ selected }: RequestGroup) => Math.min(...selected.map((key) => places.get(key) ?? 0));
    const ordered = groups.toSorted((a, b) => firstPlace(a) - firstPlace(b));
    // What is asked for in runs of one kind is seen by the plans of those of the next, which may read it.
    const earlier = new Set<string>();
    for (const numbered of alikeInARow([...ordered.entries()])) {
      launched.push(...(await launchTogether(tx, numbered, { launch, frozen, evaluationIds, earlier })));
      for (const [, { selected }] of numbered) for (const key of selected) earlier.add(key);
    }
    launched.push(...(await launchRequestedChecks(tx, { launch, frozen, evaluationIds })));
    return launched;
  };
}

/** Looks at external assets are runs of their own, and so is what has limits or a priority of its own. */
function runKindOf(asset: IndexedAsset | undefined): string {
  const { kind, automationRuns = {} } = asset?.definition ?? {};
  return `${kind === "external" ? "observe" : "make"} ${asset?.codeLocation ?? ""} ${canonicalJson({ ...automationRuns })}`;
}

function alikeInARow(groups: NumberedGroups): NumberedGroups[] {
  const rows: NumberedGroups[] = [];
  for (const group of groups) {
    const row = rows.at(-1);
    if (row?.[0]?.[1].runKind === group[1].runKind) rows[rows.length - 1] = [...row, group];
    else rows.push([group]);
  }
  return rows;
}

/** What the runs of a group are like: all of its assets say the same. */
function runsOf({ selected: [first = ""] }: RequestGroup, { look }: AutomationLaunch): AutomationRunsData {
  return look.definitions.index.byKey(first)?.definition.automationRuns ?? {};
}

interface LaunchScope {
  /** Assets that are asked for in runs of other kinds: what reads them waits for these. */
  readonly earlier: ReadonlySet<string>;
  readonly launch: AutomationLaunch;
  readonly frozen: PlanningState;
  readonly evaluationIds: ReadonlyMap<string, number>;
}

/** Groups with their numbers, which name the runs. */
type NumberedGroups = readonly (readonly [number, RequestGroup])[];

/**
 * Plans all groups at once and takes the plan apart: groups have no partition in common, and read none of each other. What
 * it takes depends neither on how many groups there are, nor on how many runs are under way.
 */
async function launchTogether(
  tx: Transaction,
  groups: NumberedGroups,
  scope: LaunchScope,
): Promise<readonly LaunchedRequest[]> {
  const all = joinGroups(groups.map(([, group]) => group));
  const made = await plan(tx, scope.launch, { ...scope, group: all });
  if (typeof made !== "string")
    return write(
      tx,
      groups.map((group) => partFor(made, group)),
      scope,
    );
  // Which of them cannot be planned is found by planning each by itself.
  return groups.length > 1 ? launchEach(tx, groups, scope) : refused(all, made);
}

/** Plans that see the runs of those before them. */
async function launchEach(tx: Transaction, groups: NumberedGroups, scope: LaunchScope): Promise<LaunchedRequest[]> {
  const launched: LaunchedRequest[] = [];
  for (const group of groups) launched.push(...(await launchTogether(tx, [group], scope)));
  return launched;
}

interface PlannedGroup {
  readonly number: number;
  readonly group: RequestGroup;
  readonly plan: RunPlan;
  readonly overlaps: PlanOverlaps;
  /** Why the plan cannot be launched. */
  readonly refusal: string | null;
}

function partFor(made: MadePlan, [number, group]: NumberedGroups[number]): PlannedGroup {
  const part = partOfPlan(made.planned, new Set(group.selected));
  const overlaps = made.overlapsOf(part);
  const refusal = findRefusal(part, overlaps, "leave_out")?.message ?? null;
  return { number, group, plan: part.plan, overlaps, refusal };
}

/** Writes all runs, in as many statements as one takes. */
async function write(
  tx: Transaction,
  planned: readonly PlannedGroup[],
  { launch, evaluationIds }: LaunchScope,
): Promise<LaunchedRequest[]> {
  const { environment, at, originKey } = launch;
  const launchable = planned.filter(({ plan: { total }, refusal }) => refusal === null && total > 0);
  const runs = await insertRuns(
    tx.sql,
    launchable.map(({ number, group, plan, overlaps }) => ({
      graph: createRunGraph(plan),
      plan,
      origin: originOf(group, { at, evaluationIds }),
      originKey: `${originKey}:${number}`,
      environment,
      ...runOptions(runsOf(group, launch)),
      after: overlaps.after.map(({ id }) => id),
    })),
  );
  const [first] = runs;
  // The others have one before them.
  if (launchable[0]?.number === 0 && first?.created === true) await admitAtOnce(tx.sql, first.runId);
  const runIds = new Map(launchable.map(({ number }, index) => [number, runs[index]?.runId ?? null]));
  return planned.flatMap((part) => tellOf(part, runIds.get(part.number) ?? null));
}

/** What became of the requests of a group. */
function tellOf({ group, plan, overlaps, refusal }: PlannedGroup, runId: number | null): LaunchedRequest[] {
  if (runId === null) return refused(group, refusal ?? nothingToDo(overlaps));
  const counts = new Map(plan.assets.map(({ key, partitions }) => [key, PartitionSet.fromRanges(partitions).size]));
  return group.selected.map((asset) => {
    const count = counts.get(asset) ?? 0;
    return count > 0
      ? { asset, check: null, count, runId, problem: null }
      : { asset, check: null, count, runId: null, problem: nothingToDo(overlaps) };
  });
}

function refused({ selected }: RequestGroup, problem: string): LaunchedRequest[] {
  return selected.map((asset) => ({ asset, check: null, count: 0, runId: null, problem }));
}

/** @returns a sentence that says why there is no plan, where there is none */
async function plan(
  tx: Transaction,
  launch: AutomationLaunch,
  { group, frozen, earlier }: Pick<LaunchScope, "frozen" | "earlier"> & { readonly group: RequestGroup },
): Promise<MadePlan | string> {
  const { reuse } = runsOf(group, launch);
  try {
    return await makePlan(frozen, tx, {
      at: launch.at,
      counts: false,
      input: {
        ...(reuse !== undefined && { reuse }),
        reusing: new Set(group.selected.filter((key) => isFollowingData(launch, key))),
        keys: group.selected,
        partitions: {
          kind: "each",
          assets: Object.fromEntries([...group.partitions].map(([key, set]) => [key, set.ranges])),
        },
        cascade: "self",
        awaitNewer: earlier,
        order: "oldest",
        leaveOutUnreadable: true,
        overlap: "leave_out",
      },
    });
  } catch (error) {
    // What is asked for cannot be launched: that must not keep anything else from being made.
    if (isOfPlan(error) && error instanceof Error) return error.message;
    throw error;
  }
}

/** What is requested because something that it reads may come out different is up to date where it does not. */
function isFollowingData({ look }: AutomationLaunch, key: string): boolean {
  const condition = look.definitions.index.byKey(key)?.definition.automation?.condition;
  return condition !== undefined && followsData(condition);
}

function nothingToDo({ holders }: PlanOverlaps): string {
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
