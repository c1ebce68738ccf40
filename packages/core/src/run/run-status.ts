import { STEP_STATUSES, type RunStatus, type StepStatus } from "../statuses.ts";
import { nextRunStatus } from "./step-transitions.ts";

/** How many steps are in each state. */
export type StepCounts = { readonly [status in StepStatus]: number };

/** States in which a step still has something before it. */
export const OPEN_STEP_STATUSES = ["waiting", "ready", "running", "backoff"] as const satisfies readonly StepStatus[];

/** Statuses in which a run still has something before it. */
export const OPEN_RUN_STATUSES = ["queued", "running", "paused", "canceling"] as const satisfies readonly RunStatus[];

/** Says whether a run in this status can still change. */
export function isOpenRun(status: RunStatus): boolean {
  return OPEN_RUN_STATUSES.some((open) => open === status);
}

/** Counts without any step. */
export function emptyStepCounts(): { [status in StepStatus]: number } {
  return { waiting: 0, ready: 0, running: 0, backoff: 0, success: 0, failed: 0, skipped: 0, canceled: 0 };
}

/** Steps that still have something before them. */
export function countOpenSteps(counts: StepCounts): number {
  return OPEN_STEP_STATUSES.reduce((sum, status) => sum + counts[status], 0);
}

/** Adds counts up. */
export function sumStepCounts(all: Iterable<StepCounts>): StepCounts {
  const sum = emptyStepCounts();
  for (const counts of all) for (const status of STEP_STATUSES) sum[status] += counts[status];
  return sum;
}

/**
 * The final status of a run, or `undefined` while a step is open. A run is successful only when every step succeeded;
 * one that was asked to stop is canceled, however far it got.
 */
export function deriveFinalStatus(status: RunStatus, counts: StepCounts): RunStatus | undefined {
  if (countOpenSteps(counts) > 0) return undefined;
  if (status === "canceling") return nextRunStatus(status, "finish_cancel");
  return nextRunStatus(status, counts.failed + counts.skipped + counts.canceled === 0 ? "succeed" : "fail");
}
