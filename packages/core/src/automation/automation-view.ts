import type { FreshnessState } from "../freshness/freshness-spec.ts";
import type { PartitionSet } from "../partitions/partition-set.ts";
import type { DynamicKeys } from "../run/run-plan.ts";

/**
 * Everything that an evaluation knows: one frozen moment, an instant and an event cursor. Whoever fills it asks a constant
 * number of questions for all assets together, never one for each asset or partition; what has not changed since the
 * view before may be kept from there, so that a quiet evaluation loads nothing.
 *
 * The questions, each for the assets in {@link AutomationView.changed} and all of them under one snapshot of the database:
 *
 * 1. the events after the last cursor up to this one, in the order of their commits, with what they are about: they say
 *    what `changed` is;
 * 2. per asset, the sets of partitions that are materialized and whose newest step failed (maintained as chunks);
 * 3. per asset, the partitions that steps of runs hold which are not over;
 * 4. per asset, the stale partitions: only where a condition asks for them ({@link CompiledAutomation.asksForStale});
 * 5. the materializations and observations of those events, grouped by asset, run and instant, each group with the
 *    partitions whose data version differs from the one before, the instant at which its steps began, and the generation
 *    that the run's origin states for the asset ({@link UpdateBatch});
 * 6. for the runs of 5, and only where a condition asks for it: what else they were to make ({@link AutomationView.runTargets});
 * 7. per asset and check, the partitions whose newest result on the current materialization passed, and failed, and those
 *    of which the newest result of a blocking check failed, published or not; the results of the events;
 * 8. the freshness states that the freshness loop has stored; the keys of dynamic partitions.
 *
 * What it returns is written in one transaction, guarded by the cursor of the state that it began from: the runs, the
 * changed rows of the state, the explanations. An evaluation that is repeated from the same state gives the same result.
 */
export interface AutomationView {
  /** Epoch milliseconds by the clock of the database. */
  readonly at: number;
  /** Names the last event that the view has seen; two views with one cursor have seen the same events. */
  readonly cursor: string;
  /**
   * Keys of the assets of which any fact may differ from the view before: those with events, with steps that began, ended
   * or were queued, with other freshness, staleness or dynamic keys. More than necessary costs time and changes nothing.
   */
  readonly changed: ReadonlySet<string> | "all";
  /** Of every dynamic definition. */
  readonly dynamicKeys: DynamicKeys;
  /** What is known of an asset; asked for any asset that conditions look at. */
  factsOf(key: string): AssetFacts;
  /** What a run was to make of an asset when it was created; asked for the runs of {@link UpdateBatch} alone. */
  runTargets(run: string, key: string): PartitionSet;
}

/** What is known of the partitions of one asset. */
export interface AssetFacts {
  /** Those that have a current materialization; for an external asset those that were observed. */
  readonly materialized: PartitionSet;
  /** Those that steps of runs hold which are not over, running or not. */
  readonly inProgress: PartitionSet;
  /** Those whose newest step failed. */
  readonly failed: PartitionSet;
  /** Those of `materialized` that are out of date; empty where no condition asks. */
  readonly stale: PartitionSet;
  /** Those of which the newest result of any blocking check is a failure. */
  readonly blocked: PartitionSet;
  /** `null` without a policy. */
  readonly freshness: FreshnessState | null;
  /** Since the evaluation before, in the order of their commits. */
  readonly updates: readonly UpdateBatch[];
  /** By name; a check without results may be absent. */
  readonly checks: ReadonlyMap<string, CheckFacts>;
}

/** What is known of one check: sets of partitions of its asset. */
export interface CheckFacts {
  /** Those whose newest result on the current materialization is a success. */
  readonly passed: PartitionSet;
  /** Those whose newest result on the current materialization is a failure. */
  readonly failed: PartitionSet;
  /** Those on which it is about to run or runs by itself. */
  readonly inProgress: PartitionSet;
  /** Its results since the evaluation before. */
  readonly results: readonly UpdateBatch[];
}

/** Updates of one asset, or results of one check, that happened together. */
export interface UpdateBatch {
  readonly partitions: PartitionSet;
  /** Those of `partitions` whose data version differs from the one before, or is not known. */
  readonly changedData: PartitionSet;
  /**
   * An observation counts as an update only where the data changed. `reuse`: a run found that they are up to date, which
   * counts as an update with the same data.
   */
  readonly kind: "materialization" | "reuse" | "observation" | "check-result";
  /** When they could be seen: epoch milliseconds. */
  readonly at: number;
  /** When the steps that made them began to read; `null` where that is not known: as `at`. */
  readonly readAt: number | null;
  /** The run that made them; `null` for what no run made. */
  readonly run: string | null;
  /**
   * How many requests of conditions in a row led to them: what {@link RequestGroup.generations} said of the asset when
   * the run was created. 0 for everything that a person, a schedule, a sensor or the outside world caused.
   */
  readonly generation: number;
}
