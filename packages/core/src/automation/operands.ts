import type { FreshnessState } from "../freshness/freshness-spec.ts";
import { condition, type AutomationCondition } from "./automation-condition.ts";

/** What most conditions are: without labels. */
type Operand = AutomationCondition<never>;

/** What {@link inLatestTimeWindow} takes. */
export interface LatestWindowOptions {
  /** Windows that ended up to so many milliseconds before the end of the latest one, too. @default the latest one alone */
  readonly lookbackMs?: number | undefined;
}

/** What {@link cronTickPassed} and `onCron` take besides the cron expression. */
export interface CronOptions {
  /** Name of the IANA database. @default "UTC" */
  readonly timeZone?: string | undefined;
}

/** What {@link newlyUpdated} takes besides. */
export interface NewlyUpdatedOptions extends UpdateOptions {
  /** An external asset counts as updated when it was observed, also where its data are the same. @default false */
  readonly anyObservation?: boolean | undefined;
}

/** What {@link newlyUpdated} and {@link dataVersionChanged} take. */
export interface UpdateOptions {
  /**
   * Leaves out updates by runs that make the asset of the condition as well: it is part of the same work, and gets the
   * update there, or failed there. @default false
   */
  readonly outsideOwnRuns?: boolean | undefined;
}

/**
 * The partition exists and was never materialized; of a check: the current materialization has no result of it. External
 * assets are never missing.
 */
export function missing(): Operand {
  return condition({ kind: "missing" });
}

/** A run that is not over holds the partition, running or waiting. */
export function inProgress(): Operand {
  return condition({ kind: "in-progress" });
}

/** The newest step of the partition failed. */
export function executionFailed(): Operand {
  return condition({ kind: "execution-failed" });
}

/** The materialization is out of date: its code, its dependencies or the data of an input changed since. */
export function stale(): Operand {
  return condition({ kind: "stale" });
}

/** A check passed on the current materialization. @param check its name. @default all checks, or the check itself */
export function checkPassed(check?: string): Operand {
  return condition({ kind: "check-passed", ...(check !== undefined && { check }) });
}

/** A check failed on the current materialization. @param check its name. @default any check, or the check itself */
export function checkFailed(check?: string): Operand {
  return condition({ kind: "check-failed", ...(check !== undefined && { check }) });
}

/** The newest result of a blocking check is a failure, whether its value was published or kept back. */
export function blockingChecksFailed(): Operand {
  return condition({ kind: "blocking-checks-failed" });
}

/** The asset's freshness policy is in one of these states; never so for an asset without a policy. */
export function freshnessIs(...states: readonly [FreshnessState, ...FreshnessState[]]): Operand {
  return condition({ kind: "freshness", states });
}

/** The newest time window that has ended; every partition of an asset that is not partitioned by time. */
export function inLatestTimeWindow({ lookbackMs }: LatestWindowOptions = {}): Operand {
  return condition({ kind: "in-latest-time-window", ...(lookbackMs !== undefined && { lookbackMs }) });
}

/**
 * The partition is requested in this very evaluation, so that what reads it can be requested together with it. Known of
 * assets upstream only; never so for external ones, of which a look is requested and nothing that is made.
 */
export function willBeRequested(): Operand {
  return condition({ kind: "will-be-requested" });
}

/** Materialized since the evaluation before, or, for an external asset, observed with other data. */
export function newlyUpdated({ outsideOwnRuns, anyObservation }: NewlyUpdatedOptions = {}): Operand {
  return condition({
    kind: "newly-updated",
    ...(outsideOwnRuns === true && { outsideOwnRuns }),
    ...(anyObservation === true && { anyObservation }),
  });
}

/** As {@link newlyUpdated}, when the data is not the same as before. */
export function dataVersionChanged({ outsideOwnRuns }: UpdateOptions = {}): Operand {
  return condition({ kind: "data-version-changed", ...(outsideOwnRuns === true && { outsideOwnRuns }) });
}

/** Requested by its own condition in the evaluation before. */
export function newlyRequested(): Operand {
  return condition({ kind: "newly-requested" });
}

/** The asset's code is another one than in the evaluation before; an older one counts, too. */
export function codeVersionChanged(): Operand {
  return condition({ kind: "code-version-changed" });
}

/** A tick of the cron expression has passed since the evaluation before. */
export function cronTickPassed(cron: string, { timeZone = "UTC" }: CronOptions = {}): Operand {
  return condition({ kind: "cron-tick-passed", cron, timeZone });
}

/** The condition is evaluated for the first time, or for the first time since the asset is cut in another way. */
export function initialEvaluation(): Operand {
  return condition({ kind: "initial-evaluation" });
}
