import type { AnyIoManager, JsonValue, ObjectStore, StoredColumn, StoredValue } from "@heddle/core";
import type { FailureCause, SerializedError } from "@heddle/core/internal";
import type { CollectReply, CollectRequest, ObjectKeys } from "../collect/collect-protocol.ts";
import type { PreviewAnswer, PreviewTask } from "../preview/preview-protocol.ts";
import type { RecordedSubStep } from "../step/sub-steps.ts";

/**
 * Where the defaults of a deployment come from: the URL of a module whose `createDefaults(options)` gives the store and
 * the I/O manager of assets that name none. Only the processes that run steps load it.
 */
export interface DefaultsConfig {
  readonly module: string;
  readonly options: JsonValue;
}

/** What such a module gives. */
export interface DeploymentDefaults {
  readonly store: ObjectStore;
  readonly io: AnyIoManager;
  /** Reads keys of objects back; without it abandoned objects are not found. */
  readonly keys?: ObjectKeys;
}

/** One stored upstream partition that a step reads; `stored` is null when its asset stores nothing. */
export interface InputPartition {
  readonly key: string | null;
  readonly stored: StoredValue | null;
}

/** One dependency of one step, resolved. */
export interface StepInput {
  readonly name: string;
  readonly upstream: string;
  /** Whether the asset's function gets a `PartitionedInput` (by the mapping, however many there are). */
  readonly many: boolean;
  readonly partitions: readonly InputPartition[];
  /** Keys of partitions that are read, are not there and may be missing. */
  readonly missing?: readonly string[];
}

/** One partition of a chunk. */
export interface ChunkPartition {
  readonly ordinal: number;
  readonly key: string;
  /** Epoch milliseconds, half open; null when the partitions are not windows of time. */
  readonly window: { readonly start: number; readonly end: number } | null;
  readonly attempt: number;
}

/** Keys that a step adds to a dynamic definition, or removes from it, when it is published. */
export interface PartitionsChange {
  /** Name of the definition. */
  readonly definition: string;
  readonly action: "add" | "remove";
  readonly keys: readonly string[];
}

/** One step as it is given out: names and stored values, never code or data. */
export interface StepTask {
  readonly runId: number;
  readonly assetKey: string;
  readonly ordinal: number;
  readonly partitionKey: string | null;
  /** Epoch milliseconds, half open; null when the partitions are not windows of time. */
  readonly window: { readonly start: number; readonly end: number } | null;
  /** Unique for each attempt: part of every key under which it stores something. */
  readonly attemptId: string;
  /** Grows with every claim in a deployment: an older attempt must not publish over a newer one. */
  readonly fence: number;
  readonly attempt: number;
  readonly timeoutMs: number;
  /** Longest time without a sign of progress; left out: no limit of its own. */
  readonly noProgressMs?: number;
  readonly inputs: readonly StepInput[];
  /**
   * The columns of the asset's last materialization, for an asset that stores tables: which changes of them are allowed
   * is its I/O manager's matter. Left out when there is none.
   */
  readonly previousColumns?: readonly StoredColumn[];
  /** What the run states for the asset; left out when it states nothing. */
  readonly config?: JsonValue;
  /**
   * The partitions that one call of the function makes, in order, where it makes several; ordinal, key and window are
   * those of the first, and the attempt is the highest among them.
   */
  readonly chunk?: readonly ChunkPartition[];
  /** The step makes nothing: it runs these checks on what is stored. */
  readonly checks?: StoredChecks;
  /** The step makes nothing: it looks at an external asset, and knows which data version was there the last time. */
  readonly observes?: { readonly previous: string | null };
}

/** Checks that run by themselves, and what they judge. */
export interface StoredChecks {
  readonly names: readonly string[];
  /** Null when the asset stores nothing through an I/O manager. */
  readonly stored: StoredValue | null;
}

/** One execution of a step, as a child process gets it. */
export interface StepAssignment extends StepTask {
  /** Unique within the supervisor: a step that runs again has another one. */
  readonly id: number;
}

/** The result of one check on the staged value. */
export interface CheckReport {
  readonly name: string;
  readonly passed: boolean;
  readonly severity: "warn" | "error";
  readonly blocking: boolean;
  readonly description: string | null;
  readonly metadata: Readonly<Record<string, JsonValue>> | null;
}

interface ReportBase {
  readonly id: number;
  /** The partition of a chunk that it is about, while the others go on; left out when the step is over. */
  readonly ordinal?: number;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly checks: readonly CheckReport[];
  /** How many log lines the step wrote; the supervisor settles it when it has read as many. */
  readonly logLines: number;
}

/**
 * What became of one step. A step that makes several partitions reports each as it comes, and then its own end: what is
 * said there holds for the partitions that had not been reported.
 */
export type StepReport =
  | (ReportBase & {
      readonly kind: "success";
      readonly stored: StoredValue | null;
      readonly dataVersion: string | null;
      readonly metadata: Readonly<Record<string, JsonValue>> | null;
      readonly dynamicPartitions?: readonly PartitionsChange[];
    })
  | (ReportBase & { readonly kind: "failure"; readonly cause: FailureCause; readonly error: SerializedError })
  | (ReportBase & { readonly kind: "canceled" })
  /** A call that made several partitions is over, and each of them has been reported. */
  | (ReportBase & { readonly kind: "ended" });

/** What a child asks of the supervisor on behalf of a step, and waits for: the answer is what was recorded, or nothing. */
export type StepQuestion =
  | { readonly kind: "read_sub_steps" }
  | { readonly kind: "record_sub_step"; readonly done: RecordedSubStep };

/** Reports of quick steps travel together, at most so many; those that a process had not sent when it died are lost. */
export const REPORT_BATCH = 16;

/** From the supervisor to a child. */
export type ChildCommand =
  | {
      readonly type: "start";
      readonly bundle: string;
      readonly concurrency: number;
      readonly defaults: DefaultsConfig;
      /** How long a step that was aborted may take to come to its end. */
      readonly graceMs: number;
    }
  | { readonly type: "run"; readonly steps: readonly StepAssignment[] }
  | { readonly type: "cancel"; readonly ids: readonly number[] }
  /** Answers the question of that number. */
  | {
      readonly type: "answer";
      readonly question: number;
      readonly subSteps?: readonly RecordedSubStep[];
      readonly error?: SerializedError;
    }
  /** Remove stored values, in a process that does nothing else. */
  | { readonly type: "collect"; readonly id: number; readonly request: CollectRequest }
  /** Read the beginning of a stored value, in a process that does nothing else; it may be given up. */
  | { readonly type: "preview"; readonly id: number; readonly task: PreviewTask }
  | { readonly type: "cancel_preview"; readonly id: number }
  /** Finish what runs, tear resources down, end. */
  | { readonly type: "stop" };

/** From a child to the supervisor. */
export type ChildMessage =
  | { readonly type: "ready" }
  | { readonly type: "unusable"; readonly error: SerializedError }
  | { readonly type: "reports"; readonly reports: readonly StepReport[] }
  /** `id`: of the step that asks. */
  | { readonly type: "ask"; readonly question: number; readonly id: number; readonly about: StepQuestion }
  /** The answer to `collect`: a reply, or why there is none. */
  | {
      readonly type: "collected";
      readonly id: number;
      readonly reply?: CollectReply;
      readonly error?: SerializedError;
    }
  /** The answer to `preview`. */
  | { readonly type: "previewed"; readonly id: number; readonly answer: PreviewAnswer }
  /** A step did not end when it was told to. It has been reported; only the end of the process ends its code. */
  | { readonly type: "stuck" }
  /** Sent about every second while steps run: the event loop turns. `tainted`: wants to be replaced when idle. */
  | { readonly type: "alive"; readonly tainted: boolean };

/** Marks a line on a child's standard output as a frame of ours; all other lines are captured as they are. */
export const LOG_FRAME_MARK = "\u001eH";

/** Levels of log lines. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** One log line of one step, as a frame. */
export interface LogFrame {
  /** Id of the step's assignment. */
  readonly i: number;
  /** Epoch milliseconds. */
  readonly t: number;
  readonly l: LogLevel;
  readonly m: string;
  readonly f?: Readonly<Record<string, JsonValue>>;
  /** Where it was written, unless it came through the step's logger. */
  readonly s?: "stdout" | "stderr";
  /** Ordinal of the partition of a chunk that it is about, where that is known. */
  readonly o?: number;
}
