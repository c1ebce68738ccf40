import type { JsonValue, RunStatus, StepStatus } from "@heddle/core";
import type {
  ConfigSnapshot,
  FailureCause,
  LimitAction,
  PartitionsSpec,
  PlanWarning,
  RunLimitName,
  RunPurpose,
} from "@heddle/core/internal";
import type { Materialization } from "./assets.ts";
import type { RunRef } from "./plan.ts";
import type { AssetRef, Instant, Ranges, RecordedError } from "./common.ts";
import type { NotificationPlace } from "./notifications.ts";
import type { StepBar } from "./run-steps.ts";

/** How many steps are in each state. */
export type StepCounts = { readonly [status in StepStatus]: number };

/** Why a run exists: `kind` says which cause, the rest depends on it. */
export type RunOrigin = { readonly kind: string } & { readonly [name: string]: JsonValue };

/** One run in a list. */
export interface RunSummary {
  readonly id: number;
  readonly status: RunStatus;
  /** What its steps are for: runs of checks make nothing. */
  readonly purpose: RunPurpose;
  readonly origin: RunOrigin;
  readonly priority: number;
  readonly maxConcurrency: number | null;
  readonly tags: { readonly [name: string]: string };
  readonly createdAt: Instant;
  readonly startedAt: Instant | null;
  readonly endedAt: Instant | null;
  readonly cancelRequestedAt: Instant | null;
  /** Canceled in such a way that steps that ran then may finish and are published. */
  readonly letsFinish: boolean;
  readonly counts: StepCounts;
  /** Steps in all. */
  readonly total: number;
  readonly assetCount: number;
  /** Assets all of whose steps succeeded. */
  readonly assetsMade: number;
  /** Assets some of whose steps failed. */
  readonly assetsFailed: number;
  /** While it is queued: its place, and what it waits for. */
  readonly queue: RunQueuePlace | null;
  /** The first assets in topological order, 5 at most. */
  readonly assets: readonly AssetRef[];
  /** Results of checks that did not pass: a run with failed checks never looks green. */
  readonly checks: { readonly warned: number; readonly failed: number };
}

/** Where a queued run stands. */
export interface RunQueuePlace {
  /** 1: the next. */
  readonly position: number;
  /** Queued runs in all. */
  readonly length: number;
  /** What it waits for, for people. */
  readonly message: string;
}

/** One asset of a run. */
export interface RunAssetProgress {
  readonly asset: AssetRef;
  /** Target partitions. */
  readonly partitions: Ranges;
  readonly text: string;
  readonly total: number;
  readonly counts: StepCounts;
  /** Why the first of its skipped partitions was skipped; `null` when none was, and beyond the first 100 assets. */
  readonly skippedBecause: SkipCause | null;
  /** What its function takes as config now; `null` for none. */
  readonly config: ConfigSnapshot | null;
  /** In a run of checks: the names of those that each step runs. Empty in every other run. */
  readonly checks: readonly string[];
  /** What this run passes to it; `null` when it passes nothing. */
  readonly givenConfig: JsonValue;
  /** Of its function when the run was planned. */
  readonly codeVersion: string;
  /** Whether the code in force is other code: what a retry runs, unless it is told to run the same. */
  readonly codeChanged: boolean;
  /** Partitions in one call of its function, or all that are free (`range`); `null`: one step for each. */
  readonly chunk: number | "range" | null;
  /** Attempts that a step has at most. */
  readonly attempts: number;
  /** Pools that each of its steps counts against. */
  readonly pools: readonly string[];
  /** Assets of this run that its steps wait for. */
  readonly upstream: readonly RunUpstream[];
}

/** An asset of a run for which another one waits. */
export interface RunUpstream {
  readonly assetId: number;
  /** Whether each step waits for the step with its own ordinal, and for no other. */
  readonly samePartition: boolean;
}

/** Failures that are the same but for their variable parts. */
export interface FailureGroup {
  readonly fingerprint: string;
  readonly cause: FailureCause;
  readonly message: string;
  /** Attempts. */
  readonly count: number;
  /** Steps that failed of it for good; 0 where every attempt was followed by another one. */
  readonly failedSteps: number;
  /** Of these, those that are poison: given up because one attempt after another had ended its process. */
  readonly poisonSteps: number;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  readonly assets: readonly AssetRef[];
  /** Stands for all: the last attempt at the first partition that failed of it for good, or else at the first one. */
  readonly example: {
    readonly asset: AssetRef;
    readonly ordinal: number;
    readonly partitionKey: string;
    readonly attempt: number;
    readonly error: RecordedError | null;
  };
}

/** The step because of which another one was skipped. */
export interface SkipCause {
  readonly asset: AssetRef;
  readonly ordinal: number;
  readonly partitionKey: string;
  /** `fresh`: it was up to date, and nothing stopped it. `skipped` where what stopped it lies too many steps away. */
  readonly status: "failed" | "canceled" | "skipped" | "fresh";
  /** For people: `weather/raw [2024-01-03] failed`. */
  readonly message: string;
}

/** What keeps a run from going on, for people. */
export interface RunBlocker {
  readonly reason: "no_daemon" | "no_worker" | "paused" | "queued_behind" | "retry_wait" | "after_runs" | "pool";
  readonly message: string;
}

/** A limit in time that was stated for a run. */
export interface RunLimitState {
  readonly limit: RunLimitName;
  /** What becomes of the run when it is exceeded. */
  readonly action: LimitAction;
  /** When it is exceeded; `null` for a time-out of a run that has not begun. */
  readonly at: Instant | null;
  /** `open`: it can still be exceeded. `kept`: it cannot any more, because the run began or ended in time, or was stopped. */
  readonly state: "open" | "kept" | "exceeded";
  /** For people: `It had to begin by 2026-01-01 06:00:00 UTC (10 min after its launch), and was canceled.` */
  readonly message: string;
}

/** `runs.get` */
export interface RunDetail extends RunSummary {
  readonly codeVersion: string | null;
  readonly planHash: string;
  /** When the plan's partitions were resolved. */
  readonly plannedAt: Instant | null;
  readonly warnings: readonly PlanNotice[];
  /** Which partitions of an asset go first. */
  readonly order: "oldest" | "newest";
  /** The runs that had to be over before it began. */
  readonly after: readonly RunRef[];
  /** Topological. */
  readonly progress: readonly RunAssetProgress[];
  /** What steps failed of first, then the largest groups, 50 at most. */
  readonly failures: readonly FailureGroup[];
  /** Empty when it goes on, or is over. */
  readonly blockers: readonly RunBlocker[];
  /** Its limits in time; empty when none was stated. */
  readonly limits: readonly RunLimitState[];
  /** Why it is being canceled, or was, for people; `null` when it is not. */
  readonly canceledBecause: string | null;
  /** Messages about it that could not be delivered, the newest first, 20 at most. */
  readonly notifications: readonly RunNotification[];
}

/** A message about a run that could not be delivered, or not yet. */
export interface RunNotification {
  readonly messageId: number;
  readonly notification: string;
  readonly place: NotificationPlace;
  readonly state: "gathering" | "sending" | "sent" | "failed";
  readonly attempts: number;
  /** When it is tried next; `null` when it is given up. */
  readonly nextAttemptAt: Instant | null;
  /** Why the last attempt failed. */
  readonly message: string;
}

/** A warning of a plan, or an error: a plan with an error is refused. */
export interface PlanNotice {
  readonly code: PlanWarning["code"];
  readonly severity: PlanWarning["severity"];
  /** A sentence for people. */
  readonly message: string;
  /** The asset of the plan that it is about. */
  readonly assetKey: string;
  /** The asset that is read, if it is about one. */
  readonly upstreamKey: string | null;
  /** Of the upstream asset for `UPSTREAM_MISSING`, else of the asset. The first ranges, as in a plan. */
  readonly partitions: Ranges;
  /** Of `UPSTREAM_NONEXISTENT`: how many upstream partitions are read and do not exist. `null` for other notices. */
  readonly absentCount: number | null;
}

/** Answer of `runs.cancel`, `runs.change`, `runs.pause` and `runs.resume`. */
export interface RunChange {
  readonly runId: number;
  /** Of the run now. */
  readonly status: RunStatus;
  /** False when nothing changed: it was so already, or the run is over. */
  readonly changed: boolean;
}

/** Answer of `runs.retry`. */
export interface RunRetry {
  /** The run that does the work again. */
  readonly runId: number;
  /** False when a retry of the same kind was under way already. */
  readonly created: boolean;
}

/** `runs.matrix`: the steps of every asset of a run by state. */
export interface RunMatrix {
  readonly runId: number;
  /** When the plan's partitions were resolved: names of partitions are made with it. */
  readonly plannedAt: Instant;
  /** Topological, 500 at most. */
  readonly rows: readonly RunMatrixRow[];
  /** Assets in all. */
  readonly assetCount: number;
}

/** One asset of a run in {@link RunMatrix}. */
export interface RunMatrixRow {
  readonly asset: AssetRef;
  /** How the run cuts it. */
  readonly spec: PartitionsSpec | null;
  /**
   * `[statusCode, start, end, …]`, sorted and disjoint, over the target partitions. The codes are those of
   * `PARTITION_STATUSES`: `missing` waits for others, `queued` could begin, `stale` waits for its next attempt, `fresh` is
   * made, `skipped` was skipped or canceled.
   */
  readonly statuses: readonly number[];
  /** 1: exact. Else partitions in blocks of so many ordinals show their most urgent state. */
  readonly resolution: number;
  readonly total: number;
}

/** `runs.timeline`: when the steps of a run ran. */
export interface RunTimeline {
  readonly runId: number;
  /** From the first start to the last end, or to now while it goes on; the same when nothing has begun. */
  readonly start: Instant;
  readonly end: Instant;
  /** Every step that has begun, or `null` when these are more than 10,000. In order of the asset's position, then the ordinal. */
  readonly steps: readonly StepBar[] | null;
  /** How many steps one time in `lanes` and `made` stands for: 1 where they are exact. */
  readonly weight: number;
  /** Steps at work, asset by asset in topological order. */
  readonly lanes: readonly RunLane[];
  /** Length of one bucket of time; the first begins at `start`. */
  readonly bucketMs: number;
  /** Steps that succeeded in each bucket. */
  readonly made: readonly number[];
  /** Failed attempts that ended in each bucket. */
  readonly failed: readonly number[];
}

/** When one asset of a run was at work. */
export interface RunLane {
  readonly assetId: number;
  readonly start: Instant;
  readonly end: Instant;
  /** Of its steps that succeeded, one after another. */
  readonly workMs: number;
  /** How many of its steps ran at once, bucket by bucket, on average; empty beyond the first 200 assets. */
  readonly active: readonly number[];
}

/** What one step of a run made, and what it read: `runs.outputs`. */
export interface RunOutput extends Materialization {
  readonly asset: AssetRef;
}

/** `runs.compare`: a run beside another one. */
export interface RunComparison {
  readonly runId: number;
  /** `null` when there is no run to compare with. */
  readonly other: (RunRef & { readonly createdAt: Instant; readonly tookMs: number | null }) | null;
  readonly tookMs: number | null;
  /** Assets of either, topological; 1,000 at most. */
  readonly assets: readonly ComparedAsset[];
}

/** One asset in two runs. */
export interface ComparedAsset {
  readonly asset: AssetRef;
  /** `null` where the run does not hold it. */
  readonly now: AssetInRun | null;
  readonly before: AssetInRun | null;
}

/** How one run made an asset. */
export interface AssetInRun {
  readonly counts: StepCounts;
  readonly total: number;
  /** The partitions for people, shortened. */
  readonly text: string;
  /** Of its steps that succeeded, one after another; told from some of them where they are many. */
  readonly workMs: number;
  /** From the run's first step on; `null` when none succeeded. */
  readonly startMs: number | null;
  readonly endMs: number | null;
  readonly codeVersion: string;
  /** What the run passed to it; `null` for nothing. */
  readonly config: JsonValue;
}
