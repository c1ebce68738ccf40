import type { FailureCause, SerializedError } from "@heddle/core/internal";
import type { StepReport } from "./protocol.ts";

/** Why a step failed, as the supervisor sees it. */
export interface SupervisedFailure {
  readonly cause: FailureCause;
  readonly error: SerializedError;
}

/** The report of a step that its process could not report itself. */
export function failureReport(id: number, { cause, error }: SupervisedFailure): StepReport {
  return { id, kind: "failure", cause, error, startedAt: Date.now(), durationMs: 0, checks: [], logLines: 0 };
}

/** The report of a step whose process died when all of its partitions had been reported. */
export function endedReport(id: number): StepReport {
  return { id, kind: "ended", startedAt: Date.now(), durationMs: 0, checks: [], logLines: 0 };
}

/** The report of a step that was canceled before it ended. */
export function canceledReport(id: number): StepReport {
  return { id, kind: "canceled", startedAt: Date.now(), durationMs: 0, checks: [], logLines: 0 };
}
