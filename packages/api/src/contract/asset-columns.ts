import type { Instant } from "./common.ts";

/** `assets.durations`: how long the steps of some assets took in their last runs, in columns. */
export interface AssetDurations {
  /** Those of the given ids that have made anything. */
  readonly ids: readonly number[];
  /** Mean duration of a step in each of the last 12 runs that made any partition, the oldest first, in milliseconds. */
  readonly meansMs: readonly (readonly number[])[];
}

/** `assets.expected`: when schedules that are not paused ask for assets next, in columns. */
export interface ExpectedAssets {
  readonly now: Instant;
  readonly ids: readonly number[];
  readonly at: readonly Instant[];
  /** Name of the schedule. */
  readonly schedules: readonly string[];
}

/** `assets.activity`: what runs did with assets, by the span of time in which they were created. */
export interface AssetActivity {
  /** Assets with which anything was done. */
  readonly ids: readonly number[];
  /**
   * For each of these, flat: `[span, succeeded, failed, skipped, open, span, …]`: steps by what became of them, only spans in
   * which there is something. Cancelled steps count as skipped.
   */
  readonly cells: readonly (readonly number[])[];
}
