import type { StepOutcome } from "@heddle/storage";
import type { StepReport } from "./protocol.ts";
import type { SupervisedFailure } from "./step-reports.ts";
import type { PlannedStep } from "./step-planner.ts";

/** What names one attempt at one step. */
type AttemptPlace = Pick<StepOutcome, "runId" | "assetId" | "claimId" | "ordinal">;

/** Names the attempt that a step is. */
export function placeOf({ runId, assetId, claimId, ordinal }: AttemptPlace): AttemptPlace {
  return { runId, assetId, claimId, ordinal };
}

/** What is settled for a step that could not even begin. */
export function failedOutcome(step: AttemptPlace, { cause, error }: SupervisedFailure): StepOutcome {
  return { ...placeOf(step), kind: "failure", cause, error, startedAt: null, checks: [] };
}

/** Turns what a child process reported into what is settled. */
export function toOutcome(step: PlannedStep, report: StepReport): StepOutcome {
  const place = placeOf(step);
  const { startedAt, checks } = report;
  switch (report.kind) {
    case "success": {
      const { stored, dataVersion, metadata } = report;
      const durationMs = Math.round(report.durationMs);
      return {
        ...place,
        kind: "success",
        startedAt,
        durationMs,
        stored,
        dataVersion,
        metadata,
        checks,
        inputs: step.provenance,
      };
    }
    case "failure":
      return { ...place, kind: "failure", cause: report.cause, error: report.error, startedAt, checks };
    case "canceled":
      return { ...place, kind: "canceled" };
  }
}
