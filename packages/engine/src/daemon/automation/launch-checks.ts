import { canonicalJson, PartitionSet, type AutomationRunsData, type WantedChecks } from "@heddle/core/internal";
import { evaluationKey, type LaunchedRequest, type Transaction } from "@heddle/storage";
import type { CheckRequest } from "../../automation/index.ts";
import {
  launchCheckPlans,
  makeCheckPlans,
  nothingToCheck,
  type CheckPlans,
  type PlanningState,
} from "../../planning/index.ts";
import type { AutomationLaunch } from "./launch-automation.ts";
import { runOptions } from "./run-options.ts";

interface ChecksScope {
  readonly launch: AutomationLaunch;
  readonly frozen: PlanningState;
  readonly evaluationIds: ReadonlyMap<string, number>;
}

/** Evaluations that a run's origin names. */
const MAX_NAMED = 100;

/**
 * Writes the runs of checks that conditions request. Checks of one asset on the same partitions run together, on other
 * partitions in another run: a step runs all checks that its run has of the asset.
 */
export async function launchRequestedChecks(tx: Transaction, scope: ChecksScope): Promise<LaunchedRequest[]> {
  const launched: LaunchedRequest[] = [];
  const { at, originKey, environment } = scope.launch;
  for (const [wave, { wanted, runs }] of wavesOf(scope.launch).entries()) {
    const plans = await makeCheckPlans(scope.frozen, tx, { wanted: new Map(wanted), at });
    const made = await launchCheckPlans(tx, plans.plans, {
      origin: originOf(wanted, scope),
      originKey: `${originKey}:checks:${wave}`,
      environment,
      ...runOptions(runs),
    });
    for (const [asset, { checks }] of wanted) launched.push(...tell(asset, { checks, plans, made }));
  }
  return launched;
}

interface Wish extends WantedChecks {
  readonly generation: number;
}

interface Wave {
  readonly wanted: ReadonlyMap<string, Wish>;
  /** What its runs are like. */
  readonly runs: AutomationRunsData;
}

/** Checks whose runs have other limits or another priority are run by others. */
function wavesOf({ checks, look }: AutomationLaunch): Wave[] {
  const runsOf = ({ asset, check }: CheckRequest): AutomationRunsData => {
    const declared = look.definitions.index.byKey(asset)?.definition.checks ?? [];
    return declared.find(({ name }) => name === check)?.automationRuns ?? {};
  };
  const alike = Map.groupBy(checks, (request) => canonicalJson({ ...runsOf(request) }));
  return [...alike.values()].flatMap((own) => {
    const [first] = own;
    const runs = first === undefined ? {} : runsOf(first);
    return inWaves(own).map((wanted) => ({ wanted, runs }));
  });
}

/** Requests as runs can make them: each asset once in each wave. */
function inWaves(requests: readonly CheckRequest[]): ReadonlyMap<string, Wish>[] {
  const waves: Map<string, Wish>[] = [];
  for (const [asset, own] of Map.groupBy(requests, (request) => request.asset)) {
    const wishes: Wish[] = [];
    for (const { check, partitions, generation } of own) {
      const place = wishes.findIndex((wish) => wish.partitions.equals(partitions));
      const known = wishes[place];
      if (known === undefined) wishes.push({ checks: [check], partitions, generation });
      else {
        const older = Math.max(known.generation, generation);
        wishes[place] = { ...known, checks: [...known.checks, check], generation: older };
      }
    }
    for (const [wave, wish] of wishes.entries()) {
      const assets = waves[wave] ?? new Map<string, Wish>();
      waves[wave] = assets.set(asset, wish);
    }
  }
  return waves;
}

function originOf(wanted: ReadonlyMap<string, Wish>, { launch, evaluationIds }: ChecksScope) {
  const named = [...wanted].slice(0, MAX_NAMED);
  const evaluations = named.flatMap(
    ([
      asset,
      {
        checks: [first = ""],
      },
    ]) => {
      const id = evaluationIds.get(evaluationKey(asset, first));
      return id === undefined ? [] : [[asset, id] as const];
    },
  );
  // Those that are not said are of the first generation.
  const older = [...wanted].flatMap(([asset, { generation }]) =>
    generation > 1 ? [[asset, generation] as const] : [],
  );
  return {
    kind: "condition",
    at: launch.at,
    checks: Object.fromEntries(named.map(([asset, { checks }]) => [asset, [...checks]])),
    evaluations: Object.fromEntries(evaluations),
    generations: Object.fromEntries(older),
  };
}

function tell(
  asset: string,
  {
    checks,
    plans,
    made,
  }: {
    readonly checks: readonly string[];
    readonly plans: CheckPlans;
    readonly made: Awaited<ReturnType<typeof launchCheckPlans>>;
  },
): LaunchedRequest[] {
  for (const { runId, plan } of made) {
    const planned = plan.assets.find(({ key }) => key === asset);
    if (planned === undefined) continue;
    const count = PartitionSet.fromRanges(planned.partitions).size;
    return checks.map((check) => ({ asset, check, count, runId, problem: null }));
  }
  return checks.map((check) => ({ asset, check, count: 0, runId: null, problem: nothingToCheck(plans) }));
}
