import type { StepCounts } from "@heddle/api";
import { type StepStatus } from "@heddle/core";
import { STEP_STATUSES } from "@heddle/core/internal";

/** Order of the parts in a progress bar: what is done first, what waits last. */
const BAR_ORDER: readonly StepStatus[] = [
  "success",
  "failed",
  "skipped",
  "canceled",
  "running",
  "backoff",
  "ready",
  "waiting",
];

/** A part of a progress bar. */
export interface ProgressPart {
  readonly status: StepStatus;
  readonly count: number;
}

/** The states that some step is in, in the order of a progress bar. */
export function progressParts(counts: StepCounts): ProgressPart[] {
  return BAR_ORDER.map((status) => ({ status, count: counts[status] })).filter(({ count }) => count > 0);
}

/** Steps that will change no more. */
export function doneSteps(counts: StepCounts): number {
  return counts.success + counts.failed + counts.skipped + counts.canceled;
}

/** Counts as a sentence: `3 failed, 120 success`. */
export function describeSteps(counts: StepCounts): string {
  const parts = STEP_STATUSES.filter((status) => counts[status] > 0).map(
    (status) => `${counts[status].toLocaleString("en-US")} ${status}`,
  );
  return parts.length === 0 ? "no steps" : parts.join(", ");
}

/** How long the rest takes at the pace so far; `null` before a pace can be told. */
export function remainingMs(counts: StepCounts, total: number, elapsedMs: number): number | null {
  const done = doneSteps(counts);
  const MIN_DONE = 5;
  if (done < MIN_DONE || done >= total || elapsedMs <= 0) return null;
  return (elapsedMs / done) * (total - done);
}
