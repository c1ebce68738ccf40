/** States of a run. `success`, `failed` and `canceled` are final. */
export const RUN_STATUSES = ["queued", "running", "paused", "canceling", "success", "failed", "canceled"] as const;
/** One of {@link RUN_STATUSES}. */
export type RunStatus = (typeof RUN_STATUSES)[number];

/** States of a step (one asset function applied to one partition). */
export const STEP_STATUSES = [
  "waiting",
  "ready",
  "running",
  "backoff",
  "success",
  "failed",
  "skipped",
  "canceled",
] as const;
/** One of {@link STEP_STATUSES}. */
export type StepStatus = (typeof STEP_STATUSES)[number];

/** What the catalog and the CLI show for one partition of an asset. */
export const PARTITION_STATUSES = ["missing", "fresh", "stale", "failed", "running", "queued", "skipped"] as const;
/** One of {@link PARTITION_STATUSES}. */
export type PartitionStatus = (typeof PARTITION_STATUSES)[number];

/**
 * Why an attempt ended without success. `error`, `timeout` and `no_progress` are the asset's own and spend its retry policy; a blocking
 * `check` that did not pass is final; the others are counted apart. See `FAILURE_BUDGETS`.
 */
export const FAILURE_CAUSES = [
  "error",
  "check",
  "timeout",
  "no_progress",
  "exit",
  "oom",
  "killed",
  "unresponsive",
  "io",
  "worker_lost",
  "poison",
] as const;
/** One of {@link FAILURE_CAUSES}. */
export type FailureCause = (typeof FAILURE_CAUSES)[number];
