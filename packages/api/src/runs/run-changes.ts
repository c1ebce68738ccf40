import { cancelRun, pauseRun, resumeRun, retryRun, type Database, type RunChangeResult } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { RunChange, RunRetry } from "../contract.ts";

const CHANGES: {
  readonly [kind in "cancel" | "pause" | "resume"]: (db: Database, runId: number) => Promise<RunChangeResult>;
} = { cancel: cancelRun, pause: pauseRun, resume: resumeRun };

/** Answers `runs.cancel`, `runs.pause` and `runs.resume`. @throws RUN_UNKNOWN */
export async function changeRun(state: ApiState, kind: keyof typeof CHANGES, runId: number): Promise<RunChange> {
  return CHANGES[kind](state.db, runId);
}

/** Answers `runs.retry`. @throws RUN_UNKNOWN, RUN_NOTHING_TO_RETRY */
export async function retryFailedSteps(state: ApiState, runId: number): Promise<RunRetry> {
  return retryRun(state.db, { runId, only: "failed" });
}
