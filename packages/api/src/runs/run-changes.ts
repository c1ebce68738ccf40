import type { RunPlan } from "@heddle/core/internal";
import { freezeDefinitions, renewPlan } from "@heddle/engine/planning";
import { cancelRun, changeRunLimits, pauseRun, resumeRun, retryRun, type Transaction } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { RunChange, RunRetry } from "../contract.ts";
import type { RunCancelInput, RunChangeInput, RunRetryInput } from "../inputs/runs.ts";

/** Answers `runs.cancel`. @throws RUN_UNKNOWN */
export async function cancelOneRun(state: ApiState, { runId, force, letFinish }: RunCancelInput): Promise<RunChange> {
  return cancelRun(state.db, runId, { force, letFinish });
}

/** Answers `runs.pause`. @throws RUN_UNKNOWN */
export async function pauseOneRun(state: ApiState, runId: number): Promise<RunChange> {
  return pauseRun(state.db, runId);
}

/** Answers `runs.resume`. @throws RUN_UNKNOWN */
export async function resumeOneRun(state: ApiState, runId: number): Promise<RunChange> {
  return resumeRun(state.db, runId);
}

/** Answers `runs.change`. @throws RUN_UNKNOWN */
export async function changeOneRun(
  state: ApiState,
  { runId, priority, maxConcurrency, order }: RunChangeInput,
): Promise<RunChange> {
  return changeRunLimits(state.db, {
    runId,
    ...(priority === undefined ? {} : { priority }),
    ...(maxConcurrency === undefined ? {} : { maxConcurrency }),
    ...(order === undefined ? {} : { order }),
  });
}

/** Answers `runs.retry`. @throws RUN_UNKNOWN, RUN_OPEN, RUN_NOTHING_TO_RETRY, RUN_DEFINITIONS_CHANGED, PLAN_CONFIG_INVALID */
export async function retryOneRun(
  state: ApiState,
  { runId, only, code, partitions, config }: RunRetryInput,
): Promise<RunRetry> {
  const request = { runId, at: Date.now() };
  const { runId: made, created } = await retryRun(state.db, {
    runId,
    only,
    ...(partitions === undefined ? {} : { partitions }),
    ...(config === undefined ? {} : { config }),
    ...(code === "newest" && {
      renew: (tx: Transaction, plan: RunPlan) => renewPlan(freezeDefinitions(state), tx, { ...request, plan }),
    }),
  });
  return { runId: made, created };
}
