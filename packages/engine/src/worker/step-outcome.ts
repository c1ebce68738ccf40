import { HeddleError } from "@heddle/core";
import { serializeError } from "@heddle/core/internal";
import type { StepOutcome } from "@heddle/storage";
import { describeStep } from "./exit-cause.ts";
import type { StepReport } from "./protocol.ts";
import type { SupervisedFailure } from "./step-reports.ts";
import type { PlannedStep } from "./step-planner.ts";

/** What names one attempt at one step. */
export type AttemptPlace = Pick<StepOutcome, "runId" | "assetId" | "claimId" | "ordinal">;

/** Names the attempt that a step is. */
export function placeOf({ runId, assetId, claimId, ordinal }: AttemptPlace): AttemptPlace {
  return { runId, assetId, claimId, ordinal };
}

/** What is settled for a step that could not even begin. */
export function failedOutcome(step: AttemptPlace, { cause, error }: SupervisedFailure): StepOutcome {
  return { ...placeOf(step), kind: "failure", cause, error, startedAt: null, checks: [] };
}

/** Names the attempts that a step is: one for each partition of a chunk that has not come to an end. */
export function placesOf(step: PlannedStep): AttemptPlace[] {
  if (step.left === undefined) return [placeOf(step)];
  return [...step.left].map((ordinal) => ({ ...placeOf(step), ordinal }));
}

/**
 * Turns what a child process reported of a chunk into what is settled. What is said of its end holds for those of its
 * partitions that were not reported before. Takes what is settled out of the chunk.
 */
export function toChunkOutcomes(step: PlannedStep, report: StepReport): StepOutcome[] {
  const { ordinal } = report;
  const places = ordinal === undefined ? placesOf(step) : [{ ...placeOf(step), ordinal }];
  return places.filter((place) => step.left?.delete(place.ordinal)).map((place) => toOutcome(step, place, report));
}

/** Turns what a child process reported of one partition into what is settled. */
export function toOutcome(step: PlannedStep, attempt: AttemptPlace, report: StepReport): StepOutcome {
  const place = placeOf(attempt);
  const { startedAt, checks } = report;
  switch (report.kind) {
    case "success": {
      if (step.judgedRunId !== undefined) return { ...place, ...toChecked(step.judgedRunId, report) };
      const { stored, dataVersion, metadata, dynamicPartitions } = report;
      // The data that were there are there still: no news, and nothing to write down.
      if (dataVersion !== null && dataVersion === step.unchangedAt) return { ...place, kind: "fresh" };
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
        inputs: step.provenances?.get(place.ordinal) ?? step.provenance,
        ...(dynamicPartitions !== undefined && { dynamicPartitions }),
      };
    }
    case "failure":
      return {
        ...place,
        kind: "failure",
        cause: report.cause,
        error: report.error,
        startedAt,
        checks,
        ...(step.judgedRunId !== undefined && { judgedRunId: step.judgedRunId }),
      };
    case "canceled":
      return { ...place, kind: "canceled" };
    case "ended": {
      const error = new HeddleError(
        "INTERNAL",
        `${describeStep(step)} ended without a word about one of its partitions`,
      );
      return { ...place, kind: "failure", cause: "error", error: serializeError(error), startedAt, checks };
    }
  }
}

function toChecked(judgedRunId: number, { startedAt, durationMs, checks }: StepReport) {
  return { kind: "checked", judgedRunId, startedAt, durationMs: Math.round(durationMs), checks } as const;
}

/** Tells attempts apart. */
export function nameAttempt({ claimId, ordinal }: { readonly claimId: number; readonly ordinal: number }): string {
  return `${claimId}/${ordinal}`;
}
