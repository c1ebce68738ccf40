import type { StepStatus } from "@heddle/core";
import type { FailureCause, MappingSpec, PartitionsSpec, StoredPreview } from "@heddle/core/internal";
import type { CheckResult, Materialization, PartitionCounts } from "./assets.ts";
import type { SkipCause } from "./runs.ts";
import type { AssetRef, Instant, Page, Ranges, RecordedError, SentencePart, StatusCode } from "./common.ts";

/**
 * `partitions.status`: all partitions of one asset. Keys are not sent: make them with
 * `resolvePartitions(spec, { now })` of `@heddle/core`. What it weighs does not grow with the number of partitions: where
 * their statuses change more than `maxRuns` times, neighbours are told together; look at `resolution`.
 */
export interface PartitionStatuses {
  readonly asset: AssetRef;
  /** Position in the event stream that this answer already holds. */
  readonly cursor: string;
  /** `null`: unpartitioned, the one ordinal is 0. */
  readonly spec: PartitionsSpec | null;
  /** The instant at which `all` was resolved. */
  readonly now: Instant;
  readonly all: Ranges;
  /**
   * Run-length list `[statusCode, start, end, …]`, sorted, disjoint; it covers `all` exactly, missing ones included, or
   * the part of it that `within` asked for. Empty for an external asset.
   */
  readonly runs: readonly number[];
  /**
   * 1 when `runs` is exact. Otherwise a power of two: in each block of so many ordinals (counted from 0), all partitions
   * show the block's most urgent status. Ask with a narrower `within` for the exact ones; `counts` are exact always.
   */
  readonly resolution: number;
  /** Of the whole asset, whatever `within` was. */
  readonly counts: PartitionCounts;
  readonly total: number;
}

/** One line of `partitions.table`. */
export interface PartitionRow {
  readonly ordinal: number;
  readonly partitionKey: string;
  readonly code: StatusCode;
  /** The materialization in use; `null` when there is none. */
  readonly made: {
    readonly runId: number;
    readonly at: Instant;
    readonly durationMs: number;
    /** `null` where it is not recorded. */
    readonly rows: number | null;
    readonly bytes: number | null;
  } | null;
  /** While it has failed: the newest run in which it did; `null` when that is not among the newest thousand. */
  readonly failedRunId: number | null;
}

/** `partitions.table`: a page of the partitions of an asset. */
export interface PartitionTable {
  readonly asset: AssetRef;
  /** Partitions that were asked for. */
  readonly total: number;
  /** How many of them can be paged to in this order: all in their own order, the first ten thousand by a value. */
  readonly reachable: number;
  readonly rows: readonly PartitionRow[];
}

/** `partitions.preview`: the beginning of what one materialization of a partition has stored. */
export interface PartitionPreview {
  readonly runId: number;
  readonly partitionKey: string;
  readonly preview: StoredPreview;
}

/** `partitions.detail`: everything known of one partition. Lists hold the newest 100. */
export interface PartitionDetail {
  readonly asset: AssetRef;
  readonly ordinal: number;
  readonly partitionKey: string;
  /** Half open; `null` when the partition is not a time window. */
  readonly window: { readonly start: Instant; readonly end: Instant } | null;
  /** When its definition was superseded; `null` for the definition in force. */
  readonly supersededAt: Instant | null;
  /** Whether the definition holds this partition now. */
  readonly exists: boolean;
  readonly code: StatusCode;
  /** Why it is stale, in sentences; none when it is not. */
  readonly staleBecause: readonly (readonly SentencePart[])[];
  /** Newest first; the one in use has `current`. */
  readonly materializations: readonly Materialization[];
  /** Newest first. */
  readonly failedAttempts: readonly FailedAttempt[];
  /** Newest first. */
  readonly checks: readonly CheckResult[];
  /** Steps of runs that are over which were skipped or canceled; the newest 10, newest first. */
  readonly stoppedSteps: readonly StoppedStep[];
  /** Steps of runs that are not over. */
  readonly openSteps: readonly OpenStep[];
  /** What one materialization of this partition would read now. */
  readonly upstream: readonly MappedPartitions[];
  /** What reads this partition. */
  readonly downstream: readonly MappedPartitions[];
}

/** One key of a dynamic partitions definition. */
export interface DynamicPartition {
  readonly ordinal: number;
  readonly key: string;
  readonly addedAt: Instant;
  /** While it is removed: since when. Its ordinal stays its own, and adding the key again brings it back. */
  readonly removedAt: Instant | null;
}

/** `partitions.list`: keys of a dynamic definition, in the order in which they were added first. */
export interface DynamicPartitions extends Page<DynamicPartition> {
  readonly definition: string;
  /** Keys that exist, whatever was asked for. */
  readonly total: number;
}

/** Answer of `partitions.add` and `partitions.remove`. */
export interface DynamicPartitionsChange {
  readonly definition: string;
  /** Keys that were not there before, or are not there any more; the others were so already. */
  readonly changed: number;
  /** Their ordinals. */
  readonly partitions: Ranges;
}

/** A failed or lost attempt at one step. */
export interface FailedAttempt {
  readonly runId: number;
  /** 1 for a first attempt. */
  readonly number: number;
  /** As in `LogLine.attemptId`. */
  readonly attemptId: string;
  readonly workerId: string;
  readonly cause: FailureCause;
  readonly error: RecordedError | null;
  readonly fingerprint: string | null;
  readonly startedAt: Instant | null;
  readonly endedAt: Instant;
}

/** A step of a run that is over, which made nothing and did not fail either. */
export interface StoppedStep {
  readonly runId: number;
  readonly status: "skipped" | "canceled";
  /** When its run ended. */
  readonly endedAt: Instant;
  /** Why it was skipped; `null` unless it was. */
  readonly skippedBecause: SkipCause | null;
}

/** A step of a run that is not over. */
export interface OpenStep {
  readonly runId: number;
  readonly status: StepStatus;
  /** While in back-off: not before this instant. */
  readonly retryAt: Instant | null;
  /** While it runs: as in `LogLine.attemptId`. */
  readonly attemptId: string | null;
  /** While it runs: which worker has it, and since when. */
  readonly workerId: string | null;
  readonly startedAt: Instant | null;
  /** Why it was skipped; `null` unless it was. */
  readonly skippedBecause: SkipCause | null;
}

/** Partitions of a neighbour that one partition maps to. */
export interface MappedPartitions {
  readonly asset: AssetRef;
  readonly mapping: MappingSpec;
  readonly rule: string;
  readonly partitions: Ranges;
  /** Those of `partitions` that are not materialized. */
  readonly missing: Ranges;
  /** `partitions` for people, shortened. */
  readonly text: string;
  readonly count: number;
}
