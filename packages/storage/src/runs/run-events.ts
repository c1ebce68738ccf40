import type { JsonValue } from "@heddle/core";
import type { PartitionSet } from "@heddle/core/internal";

/** What happens to runs and their steps, as `event.kind` says it. */
export type RunEventKind =
  /** The payload of each of these is `{ status }`. */
  | "run_created"
  | "run_admitted"
  | "run_paused"
  | "run_resumed"
  | "run_canceling"
  | "run_ended"
  /** These come with the asset and the set of partitions. */
  | "steps_claimed"
  | "steps_released"
  | "steps_retrying"
  | "steps_failed"
  /** The payload is `{ reason: "fresh" }` for those that were up to date, `{ reason: "replaced" }` for checks of a value that another has taken the place of, else null. */
  | "steps_skipped"
  | "steps_canceled"
  | "materialized"
  /** Checks ran by themselves on what is current; nothing was published. */
  | "checks_run"
  /** A step changed the keys of a dynamic definition, which the payload names: `{ definition, origin }`. */
  | "partitions_added"
  | "partitions_removed"
  /** A run exceeded a limit in time. The payload is `{ status, limit, action, at }`; see `ExceededLimit`. */
  | "run_late"
  /** The payload is `{ status, priority, maxConcurrency }`. */
  | "run_changed";

/** An event that is about to be written. */
export interface RunEventDraft {
  readonly kind: RunEventKind;
  readonly runId: number;
  readonly assetId: number | null;
  readonly partitions: PartitionSet | null;
  readonly payload: JsonValue;
}

/**
 * Channels on which a commit is announced: a hint, never the only way to learn of something.
 * - `heddle_run`: the daemon may have something to decide;
 * - `heddle_work`: steps may be claimable;
 * - `heddle_cancel`: a run (the payload) was asked to stop;
 * - `heddle_event`: events were committed.
 */
export type RunChannel = "heddle_run" | "heddle_work" | "heddle_cancel" | "heddle_event";
