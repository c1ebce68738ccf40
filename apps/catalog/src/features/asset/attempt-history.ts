import type { CheckResult, FailedAttempt, Materialization, PartitionDetail, StoppedStep } from "@heddle/api";
import { newestResults } from "./newest-results.ts";

/** One attempt at a partition, whatever became of it. */
export type PartitionAttempt =
  | {
      readonly outcome: "made";
      readonly runId: number;
      readonly number: number;
      readonly endedAt: number;
      readonly materialization: Materialization;
      /** Results of that run, one for each check. */
      readonly checks: readonly CheckResult[];
    }
  | {
      readonly outcome: "failed";
      readonly runId: number;
      readonly number: number;
      readonly endedAt: number;
      readonly failure: FailedAttempt;
      readonly checks: readonly CheckResult[];
    }
  | {
      /** A run that is over had it to make, and did not: it was skipped, or the run was canceled. */
      readonly outcome: "stopped";
      readonly runId: number;
      readonly number: null;
      readonly endedAt: number;
      readonly step: StoppedStep;
      readonly checks: readonly CheckResult[];
    };

/**
 * Every attempt that is over and every step that came to none, the newest first. Results of checks stand with the last
 * attempt of their run.
 */
export function attemptHistory({
  materializations,
  failedAttempts,
  stoppedSteps,
  checks,
}: Pick<
  PartitionDetail,
  "materializations" | "failedAttempts" | "stoppedSteps" | "checks"
>): readonly PartitionAttempt[] {
  const made = materializations.map((materialization) => ({
    outcome: "made" as const,
    runId: materialization.runId,
    number: materialization.attempt,
    endedAt: materialization.publishedAt,
    materialization,
  }));
  const failed = failedAttempts.map((failure) => ({
    outcome: "failed" as const,
    runId: failure.runId,
    number: failure.number,
    endedAt: failure.endedAt,
    failure,
  }));
  const stopped = stoppedSteps.map((step) => ({
    outcome: "stopped" as const,
    runId: step.runId,
    number: null,
    endedAt: step.endedAt,
    step,
  }));
  const newestFirst = [...made, ...failed, ...stopped].toSorted(
    (a, b) => b.endedAt - a.endedAt || (b.number ?? 0) - (a.number ?? 0),
  );
  const seen = new Set<number>();
  return newestFirst.map((attempt) => {
    const last = !seen.has(attempt.runId);
    seen.add(attempt.runId);
    return { ...attempt, checks: last ? newestResults(checks.filter(({ runId }) => runId === attempt.runId)) : [] };
  });
}
