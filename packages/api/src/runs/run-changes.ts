import { cancelRun, changeRunLimits, pauseRun, resumeRun, retryRun } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { RunChange, RunRetry } from "../contract.ts";
import type { RunCancelInput, RunChangeInput, RunRetryInput } from "../inputs.ts";

/** Answers `runs.cancel`. @throws RUN_UNKNOWN */
export async function cancelOneRun(state: ApiState, { runId, force }: RunCancelInput): Promise<RunChange> {
  return cancelRun(state.db, runId, { force });
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
  { runId, priority, maxConcurrency }: RunChangeInput,
): Promise<RunChange> {
  return changeRunLimits(state.db, {
    runId,
    ...(priority === undefined ? {} : { priority }),
    ...(maxConcurrency === undefined ? {} : { maxConcurrency }),
  });
}

/** Answers `runs.retry`. @throws RUN_UNKNOWN, RUN_OPEN, RUN_NOTHING_TO_RETRY, PLAN_CONFIG_INVALID */
export async function retryOneRun(
  state: ApiState,
  { runId, only, partitions, config }: RunRetryInput,
): Promise<RunRetry> {
  const { runId: made, created } = await retryRun(state.db, {
    runId,
    only,
    ...(partitions === undefined ? {} : { partitions }),
    ...(config === undefined ? {} : { config }),
  });
  return { runId: made, created };
}
