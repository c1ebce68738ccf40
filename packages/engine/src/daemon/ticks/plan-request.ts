import { isHeddleError } from "@heddle/core";
import type { PlanReuse, RunPlan } from "@heddle/core/internal";
import type { Transaction } from "@heddle/storage";
import { makePlan, type MadePlan, type PartitionSpaces, type PlanningState } from "../../planning/index.ts";
import { choiceOf } from "./choice-of.ts";
import type { GroupedRequest } from "./group-requests.ts";
import { planRequestedChecks } from "./plan-requested-checks.ts";

/** What requests are planned by. */
export interface RequestScope {
  readonly state: PlanningState;
  /** The instant at which partitions are resolved, epoch milliseconds. */
  readonly at: number;
  /** Windows that have ended after this instant are the ones of `ended`, epoch milliseconds. */
  readonly since: number;
  /** What becomes of partitions that other runs hold, and which ones are made at all. */
  readonly overlap: "leave_out" | "wait" | "refuse";
  readonly only: readonly ("missing" | "failed" | "stale")[] | null;
  /** Which assets skip what is up to date. @default "declared" */
  readonly reuse?: PlanReuse;
}

/** A run that a request comes to. */
export interface RequestedRun {
  readonly plan: RunPlan;
  /** Runs that must be over first. */
  readonly after: readonly number[];
}

/** What a request comes to. */
export interface PlannedRequest {
  /** One; of checks one for each code location, and of what has nothing to do none. */
  readonly runs: readonly RequestedRun[];
  /** Why there is no run; `null` when there is. */
  readonly reason: string | null;
  readonly spaces: PartitionSpaces;
}

const NAMED_RUNS = 5;

/** Plans what a request of a tick asks for. @throws what planning throws, and what refuses the plan for good */
export async function planRequest(
  tx: Transaction,
  group: GroupedRequest,
  scope: RequestScope,
): Promise<PlannedRequest> {
  const choice = await choiceOf(tx, group, scope);
  const { checks } = group;
  if (checks !== undefined) return planRequestedChecks(tx, { ...group, checks, choice }, scope);
  const { state, at, only, reuse, overlap } = scope;
  const made = await makePlan(state, tx, {
    at,
    counts: false,
    input: {
      ...("keys" in group.assets ? { keys: group.assets.keys } : { selection: group.assets.selection }),
      partitions: choice,
      ...(only !== null && { only }),
      ...(reuse !== undefined && { reuse }),
      cascade: "self",
      order: "oldest",
      ...(Object.keys(group.config).length > 0 && { config: group.config }),
      // Nobody is there to look at the plan: what can be made is made, and its warnings say what was left out.
      leaveOutUnreadable: true,
      overlap,
    },
  });
  const { plan, overlaps, spaces } = made;
  const reason = reasonOf(made);
  const run = { plan, after: overlaps.after.map(({ id }) => id) };
  return { runs: reason === null ? [run] : [], reason, spaces };
}

/** Why a plan makes no run. @throws what refuses it for good */
function reasonOf({ plan: { total, assets }, overlaps, refusal }: MadePlan): string | null {
  if (isHeddleError(refusal, "PLAN_OVERLAPS")) return refusal.message;
  if (refusal !== null) throw refusal;
  if (total > 0) return null;
  if (overlaps.count > 0) {
    const runs = overlaps.holders.slice(0, NAMED_RUNS).map(({ id }) => id);
    return `what was asked for is made by run${runs.length === 1 ? "" : "s"} ${runs.join(", ")}`;
  }
  return assets.length === 0 ? "no partition that exists was asked for" : "there is nothing to make";
}
