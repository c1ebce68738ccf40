import type { JsonValue, StoredValue } from "@heddle/core";
import type { FailureCause, PartitionSet, SerializedError } from "@heddle/core/internal";
import type { DynamicPartitionsRequest } from "../dynamic/dynamic-changes.ts";
import type { MaterializationInputs } from "../schema/index.ts";

/** Names one attempt at one step. */
export interface AttemptPlace {
  readonly runId: number;
  readonly assetId: number;
  readonly claimId: number;
  readonly ordinal: number;
}

/** The result of one check on one partition. */
export interface CheckOutcome {
  readonly name: string;
  readonly passed: boolean;
  readonly severity: "warn" | "error";
  readonly blocking: boolean;
  readonly description: string | null;
  readonly metadata: Readonly<Record<string, JsonValue>> | null;
}

/** What became of an attempt, as its worker says. */
export type StepOutcome = AttemptPlace &
  (StepSuccess | StepChecked | StepFailure | { readonly kind: "released" | "canceled" | "fresh" });

/** The function returned, its value is stored durably, and every blocking check passed. */
export interface StepSuccess {
  readonly kind: "success";
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** Null when the asset stores nothing through an I/O manager. */
  readonly stored: StoredValue | null;
  readonly dataVersion: string | null;
  readonly metadata: Readonly<Record<string, JsonValue>> | null;
  /** The materializations that it read. */
  readonly inputs: MaterializationInputs;
  readonly checks: readonly CheckOutcome[];
  /** Keys that it added to dynamic definitions, or removed: they come into effect with the publication. @default none */
  readonly dynamicPartitions?: readonly DynamicPartitionsRequest[];
  /**
   * Whether it ran ahead of its claim, whose id was reserved for it: what it read was made by this worker and is settled
   * before it, at the earliest by the same call. Outcomes of a run are given in the order in which they came.
   * @default false
   */
  readonly isAhead?: boolean;
}

/** The checks of a step that publishes nothing ran, and none that blocks failed. */
export interface StepChecked {
  readonly kind: "checked";
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** The run that made the value that was judged. */
  readonly judgedRunId: number;
  readonly checks: readonly CheckOutcome[];
}

export interface StepFailure {
  readonly kind: "failure";
  readonly cause: FailureCause;
  readonly error: SerializedError;
  /** Epoch milliseconds; null when it is not known. */
  readonly startedAt: number | null;
  readonly checks: readonly CheckOutcome[];
  /** Of a step that runs checks on what is current: the run that made that. */
  readonly judgedRunId?: number;
}

/**
 * What an outcome led to:
 * - `published`: its materialization is current now;
 * - `already`: this very attempt was settled before, by a call whose answer got lost;
 * - `fenced`: the worker does not own the step (any more), nothing was changed;
 * - `dropped`: it ran ahead of its claim, and nobody may claim the step now, or what it read was not published: nothing
 *   was changed;
 * - `retrying`, `failed`: the failure is recorded, and the step is tried again or not;
 * - `released`: the step can be claimed again, at no cost;
 * - `reused`: its partition was up to date, so that it was skipped;
 * - `checked`: the results of its checks are recorded;
 * - `replaced`: another value has taken the place of the one that its checks judged, and was checked when it was made;
 *   the step is skipped;
 * - `canceled`: its run was asked to stop before, so nothing of it became visible.
 */
export type OutcomeResult =
  | "published"
  | "already"
  | "fenced"
  | "dropped"
  | "retrying"
  | "failed"
  | "released"
  | "reused"
  | "checked"
  | "replaced"
  | "canceled";

/** Steps of one asset of one run that a worker owns from now on. */
export interface Claim {
  /** The attempt id of storage keys: no two attempts ever have the same. */
  readonly claimId: number;
  readonly runId: number;
  readonly assetId: number;
  readonly assetKey: string;
  readonly codeVersionId: number;
  readonly environmentId: number;
  readonly partitions: PartitionSet;
  /** Whether one execution makes all of it. */
  readonly isChunk: boolean;
  /** Number of the attempt by ordinal; an ordinal that is not in it has its first. */
  readonly attempts: ReadonlyMap<number, number>;
}
