import type { AnyAsset, DynamicPartitionsDefinition, InferAssetValue, JsonValue } from "@heddle/core";
import type { FailureCause } from "@heddle/core/internal";
import type { CheckReport } from "@heddle/engine/step";
import type { CapturedLine } from "./capture-log.ts";

/** One partition of one asset. */
export interface StepName {
  readonly asset: string;
  /** `null` for an asset without partitions. */
  readonly partition: string | null;
}

/** One step that was tried and did not succeed. */
export interface FailedStep extends StepName {
  /** `check` when a blocking check kept the value back, `error` when the asset's own code threw, `io` when storing failed. */
  readonly cause: FailureCause;
  /** What was thrown, with its message, code and stack; for `check` it names the checks and what they found. */
  readonly error: Error;
}

/** One step that was not tried, because something that it reads had failed. */
export interface SkippedStep extends StepName {
  /** The step that it would have read. */
  readonly because: StepName;
}

/** One result of one check. */
export interface CheckedStep extends CheckReport, StepName {}

/** What `materializeInMemory` made. */
export interface InMemoryResult {
  /** Whether every step succeeded. Checks that warn do not count. */
  readonly ok: boolean;
  /** The steps that failed, in the order in which they were tried. */
  readonly failures: readonly FailedStep[];
  /** The steps that were not tried because of them. */
  readonly skipped: readonly SkippedStep[];
  /** Every result of every check, also of those that passed. */
  readonly checks: readonly CheckedStep[];
  /** What the assets and checks logged. */
  readonly log: readonly CapturedLine[];
  /** Partition keys of an asset that were made, in order; `[""]` for an asset without partitions. */
  materialized(asset: AnyAsset): readonly string[];
  /**
   * Loads the value of an asset as a consumer would. `partition` is left out for an asset without partitions.
   *
   * @throws STEP_INPUT_MISSING when it was not made; the message says why
   */
  value<TAsset extends AnyAsset>(asset: TAsset, partition?: string): Promise<InferAssetValue<TAsset>>;
  /** What was recorded with a materialization, each as `{ type, value }`. @throws STEP_INPUT_MISSING when it was not made */
  metadata(asset: AnyAsset, partition?: string): Readonly<Record<string, JsonValue>>;
  /**
   * Keys of a dynamic definition after the run: those of `dynamicPartitions`, with what steps added and removed. As
   * everywhere, a run makes the partitions that there were when it was planned.
   */
  dynamicPartitions(definition: DynamicPartitionsDefinition): readonly string[];
  /**
   * Does nothing when every step succeeded.
   *
   * @throws an `AggregateError` of all failures, whose message lists each with its asset, partition and cause
   */
  assertOk(): void;
}
