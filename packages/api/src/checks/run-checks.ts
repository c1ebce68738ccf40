import { HeddleError } from "@heddle/core";
import { PartitionSet, type WantedChecks } from "@heddle/core/internal";
import {
  checkRunKeys,
  launchCheckPlans,
  makeCheckPlans,
  nothingToCheck,
  requireAsset,
  type CheckPlans,
  type IndexedAsset,
} from "@heddle/engine/planning";
import {
  lockLaunches,
  NO_PARTITION_SETS,
  readPartitionSets,
  readRunsOfLaunch,
  type Transaction,
} from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { CheckRunAsset, CheckRunPlan, CheckRunResult } from "../contract.ts";
import type { CheckRunInput, CheckRunPlanInput } from "../inputs/checks.ts";
import { checkUnknown } from "./check-detail.ts";

/** Runs over a million partitions take their time to write. */
const DEADLINE_MS = 60_000;
const SHOWN_RANGES = 5;
/** Checks that a run's origin names; the plan has them all. */
const MAX_ORIGIN_ASSETS = 20;

/** Answers `checks.plan`. @throws ASSET_UNKNOWN, CHECK_UNKNOWN, PARTITION_UNKNOWN, PLAN_TOO_LARGE */
export async function planCheckRuns(state: ApiState, input: CheckRunPlanInput): Promise<CheckRunPlan> {
  await state.checks.refresh(state.db);
  return state.db.read("checks.plan", async (tx) => {
    const { at, wanted, plans } = await plan(state, tx, input);
    return {
      at,
      total: plans.total,
      assets: await describeAssets(state, tx, { at, wanted, plans }),
      reason: plans.total === 0 ? nothingToCheck(plans) : null,
    };
  });
}

/**
 * Answers `checks.run`: planned and written in one transaction, one launch after another, so that no check is queued twice.
 * @throws ASSET_UNKNOWN, CHECK_UNKNOWN, PARTITION_UNKNOWN, PLAN_EMPTY, PLAN_TOO_LARGE
 */
export async function launchCheckRuns(state: ApiState, input: CheckRunInput): Promise<CheckRunResult> {
  await state.checks.refresh(state.db);
  return state.db.transaction("run checks", (tx) => launch(state, tx, input), { deadlineMs: DEADLINE_MS });
}

async function launch(state: ApiState, tx: Transaction, input: CheckRunInput): Promise<CheckRunResult> {
  const originKey = `checks:${input.idempotencyKey}`;
  await lockLaunches(tx.sql);
  // The same launch again must find its own runs, before planning finds that these run the checks.
  const { declared } = await state.definitions.index(tx);
  const locations = new Set(declared.map(({ codeLocation }) => codeLocation));
  const known = await readRunsOfLaunch(tx, checkRunKeys(originKey, locations));
  if (known.length > 0) return { runs: known.map((run) => ({ ...run, created: false })) };
  const { wanted, plans } = await plan(state, tx, input);
  if (plans.total === 0) {
    throw new HeddleError("PLAN_EMPTY", `there is nothing to check: ${nothingToCheck(plans)}`, {
      hint: "Choose other partitions, or materialize them first.",
    });
  }
  const named = [...wanted].slice(0, MAX_ORIGIN_ASSETS).map(([key, { checks }]) => [key, [...checks]] as const);
  const made = await launchCheckPlans(tx, plans.plans, {
    origin: { kind: "manual", checks: Object.fromEntries(named) },
    originKey,
    environment: state.environment,
    priority: input.priority,
    tags: input.tags,
    limits: input.limits ?? null,
  });
  return { runs: made.map(({ runId, created, plan: { total } }) => ({ runId, created, total })) };
}

interface PlannedRuns {
  readonly at: number;
  readonly wanted: ReadonlyMap<string, WantedChecks>;
  readonly plans: CheckPlans;
}

async function plan(state: ApiState, tx: Transaction, input: CheckRunPlanInput): Promise<PlannedRuns> {
  const at = Date.now();
  const index = await state.definitions.index(tx);
  const chosen = input.assets.map(({ key, checks }) => {
    const asset = requireDeclared(requireAsset(index, key));
    return { asset, checks: chooseChecks(asset, checks) };
  });
  const partitions = await choosePartitions(state, tx, { input, chosen, at });
  const wanted = new Map(
    chosen.map(({ asset, checks }): [string, WantedChecks] => [
      asset.key,
      { checks, partitions: partitions.get(asset.id) ?? PartitionSet.EMPTY },
    ]),
  );
  return { at, wanted, plans: await makeCheckPlans(state, tx, { wanted, at }) };
}

function requireDeclared(asset: IndexedAsset): IndexedAsset {
  if (asset.removedAt === null) return asset;
  throw new HeddleError("ASSET_UNKNOWN", `"${asset.key}" is not declared any more`, { details: { asset: asset.key } });
}

function chooseChecks(asset: IndexedAsset, named: readonly string[] | undefined): readonly string[] {
  const { checks } = asset.definition;
  const unknown = named?.find((name) => checks.every((check) => check.name !== name));
  if (unknown !== undefined) throw checkUnknown(asset, unknown, checks);
  // In the order in which they are declared, whatever order they are asked for in.
  const chosen = checks.filter(({ name }) => named?.includes(name) ?? true).map(({ name }) => name);
  if (chosen.length > 0) return chosen;
  throw new HeddleError("CHECK_UNKNOWN", `"${asset.key}" has no checks`, { details: { asset: asset.key } });
}

interface ChosenChecks {
  readonly asset: IndexedAsset;
  readonly checks: readonly string[];
}

async function choosePartitions(
  state: ApiState,
  tx: Transaction,
  {
    input: { partitions: choice },
    chosen,
    at,
  }: { readonly input: CheckRunPlanInput; readonly chosen: readonly ChosenChecks[]; readonly at: number },
): Promise<Map<number, PartitionSet>> {
  const spaces = await state.definitions.spaces(tx, at);
  const [only] = chosen;
  if (choice.kind === "ranges") {
    if (only === undefined || chosen.length > 1) throw rangesOfMany();
    return new Map([[only.asset.id, PartitionSet.fromRanges(choice.ranges).intersect(spaces.of(only.asset).all)]]);
  }
  if (choice.kind === "text") {
    return new Map(
      chosen.map(({ asset }) => {
        const space = spaces.of(asset);
        return [asset.id, space.spec === null ? space.all : space.parseRange(choice.text)];
      }),
    );
  }
  const environmentId = await state.definitions.environmentId(tx);
  const sets = await readPartitionSets(tx, { environmentId, assetIds: chosen.map(({ asset }) => asset.id) });
  return new Map(
    chosen.map(({ asset, checks }) => {
      const stored = (sets.get(asset.id) ?? NO_PARTITION_SETS).materialized.intersect(spaces.of(asset).all);
      if (choice.kind === "all") return [asset.id, stored];
      return [asset.id, choice.kind === "newest" ? stored.takeLast(1) : notPassed(state, { asset, checks }, stored)];
    }),
  );
}

/** Where the newest result of any of the checks is no success, or there is none. */
function notPassed(state: ApiState, { asset, checks }: ChosenChecks, stored: PartitionSet): PartitionSet {
  const results = state.checks.ofAsset(asset.id);
  const passed = checks.map((name) => results.get(name)?.passed ?? PartitionSet.EMPTY);
  return stored.subtract(passed.reduce((all, set) => all.intersect(set), stored));
}

async function describeAssets(
  state: ApiState,
  tx: Transaction,
  { at, wanted, plans }: PlannedRuns,
): Promise<CheckRunAsset[]> {
  const index = await state.definitions.index(tx);
  const spaces = await state.definitions.spaces(tx, at);
  const planned = new Map(
    plans.plans.flatMap(({ plan: { assets } }) =>
      assets.map(({ key, partitions }) => [key, PartitionSet.fromRanges(partitions)] as const),
    ),
  );
  return [...wanted].flatMap(([key, { checks }]) => {
    const asset = index.byKey(key);
    if (asset === undefined) return [];
    const set = planned.get(key) ?? PartitionSet.EMPTY;
    const space = spaces.of(asset);
    return {
      asset: index.refOf(asset.id),
      checks,
      partitions: set.size,
      text: space.spec === null ? "" : space.format(set, SHOWN_RANGES),
      missing: plans.missing.get(key)?.size ?? 0,
      doubled: plans.doubled.get(key)?.size ?? 0,
    };
  });
}

function rangesOfMany(): HeddleError {
  return new HeddleError("API_INPUT_INVALID", "ordinals name partitions of one asset, and several were chosen", {
    hint: "Name the partitions in words, or choose one asset.",
  });
}
