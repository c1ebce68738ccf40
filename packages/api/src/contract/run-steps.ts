import type { JsonValue, StepStatus } from "@heddle/core";
import type { FailureCause } from "@heddle/core/internal";
import type { CheckResult, Materialization } from "./assets.ts";
import type { AssetRef, Instant, RecordedError } from "./common.ts";
import type { SkipCause } from "./runs.ts";

/** One step for the timeline, `runs.steps`. In order of the asset's position in the run, then the ordinal. */
export interface StepBar {
  readonly assetId: number;
  readonly ordinal: number;
  readonly partitionKey: string;
  readonly status: StepStatus;
  /** Start of the newest attempt (for a running step: when a worker took it); `null` before the first. */
  readonly startedAt: Instant | null;
  /** `null` while it runs or before it has. */
  readonly durationMs: number | null;
  /** Attempts begun. */
  readonly attempts: number;
  readonly retryAt: Instant | null;
  /** Of the newest failed attempt. */
  readonly cause: FailureCause | null;
  /** Of the newest failed attempt, or why it was skipped. */
  readonly message: string | null;
  /** Why a skipped step was skipped. */
  readonly skippedBecause: SkipCause | null;
}

/** `runs.step`: one partition of one asset in one run, with every attempt at it. */
export interface StepDetail {
  readonly runId: number;
  readonly asset: AssetRef;
  readonly ordinal: number;
  readonly partitionKey: string;
  readonly status: StepStatus;
  /** While in back-off: not before this instant. */
  readonly retryAt: Instant | null;
  /** Why it was skipped; `null` unless it was. */
  readonly skippedBecause: SkipCause | null;
  /** The first one first, 100 at most; the attempt that runs now is the last one. */
  readonly attempts: readonly StepAttempt[];
  /** Parts of the step that this run has done and does not do again, in the order in which they began, 100 at most. */
  readonly subSteps: readonly SubStep[];
  /** All of them. */
  readonly subStepCount: number;
  /** What this run made of the partition; `null` when it did not. */
  readonly materialization: Materialization | null;
  /** Results of checks in this run, newest first, 100 at most. */
  readonly checks: readonly CheckResult[];
}

/** A part of a step that was done. */
export interface SubStep {
  readonly name: string;
  readonly startedAt: Instant;
  readonly durationMs: number;
  /** Tries that it took. */
  readonly tries: number;
}

/** One attempt at a step. */
export interface StepAttempt {
  /** 1 for the first. */
  readonly number: number;
  /** As in `LogLine.attemptId`. */
  readonly attemptId: string;
  readonly outcome: "running" | "success" | "failed";
  /** `null` unless it failed. */
  readonly cause: FailureCause | null;
  readonly error: RecordedError | null;
  /** Which worker ran it; `null` when that is not kept any more. */
  readonly workerId: string | null;
  /** For an attempt that runs: when a worker took it. `null` when it was lost before it began. */
  readonly startedAt: Instant | null;
  readonly endedAt: Instant | null;
}

/** One line of a run's log. `cursor` is its permanent name: a link to it, and a place to page from. */
export interface LogLine {
  readonly cursor: string;
  readonly at: Instant;
  readonly assetId: number;
  readonly ordinal: number;
  /** The first and the last key where it is of a chunk of partitions, and not known of which. */
  readonly partitionKey: string;
  readonly attemptId: string;
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly fields: { readonly [name: string]: JsonValue } | null;
  /** Stream that it was captured from, when it was not written through the logger. */
  readonly stream: "stdout" | "stderr" | null;
  /** Where `message` or `fields` are cut because of their length: how many characters there are in all. `runs.logLine` has them. */
  readonly fullBytes: number | null;
}

/** `runs.logLine`: one line, whole. */
export interface LogLineText {
  /** The message, and the fields as JSON after it. */
  readonly message: string;
}

/** `runs.logs`: lines in the order in which they were written, whatever the direction of paging. */
export interface LogPage {
  readonly lines: readonly LogLine[];
  /** Hand back with `direction: "before"` for earlier lines; `null` when there are none. */
  readonly before: string | null;
  /**
   * Hand back with `direction: "after"`, or to `runs.tail` as `lastEventId`, for later lines, those that are still to be
   * written included; `null` at the beginning of an empty log.
   */
  readonly after: string | null;
  /** Whether there is more to read in the direction of this page now. A page may be short, even empty, and have more. */
  readonly hasMore: boolean;
  /** Whether the run is over, so that no step can write another line. */
  readonly ended: boolean;
}

/** A message of `runs.tail`; the stream ends after the one that says `ended`. */
export interface LogTail {
  readonly lines: readonly LogLine[];
  readonly ended: boolean;
}
