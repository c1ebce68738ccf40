import type { JsonValue, RunStatus } from "@heddle/core";
import type { AssetStatuses } from "./assets.ts";
import type { AssetRef, Instant, Ranges } from "./common.ts";
import type { StepCounts } from "./runs.ts";

/**
 * One message of `events.stream`: what changed since the one before, coalesced over 250 ms. The id of the message is the
 * position in the event stream; a client that comes back with it misses nothing.
 */
export type EventMessage =
  | ({ readonly kind: "changes" } & EventChanges)
  /** Too much was missed (a slow client, a long absence): read everything anew. */
  | { readonly kind: "resync"; readonly reason: "slow_client" | "long_absence" | "unknown_cursor" };

export interface EventChanges {
  readonly at: Instant;
  /** Version of `assets.snapshot` when it may have changed; compare with the one that you hold. */
  readonly definitionsVersion: string | null;
  /** Whether code locations changed (loaded, failed to load). */
  readonly deployment: boolean;
  /** New status of the assets that changed; merge by id. */
  readonly assets: AssetStatuses;
  /** Which partitions of which assets changed; a set in many pieces is told as one range that holds them all. */
  readonly partitions: readonly { readonly assetId: number; readonly partitions: Ranges }[];
  /** New progress of the runs that changed, 500 at most. */
  readonly runs: readonly RunProgress[];
}

/** One entry of `events.list`: something that happened, for people who look back. */
export interface ActivityEvent {
  readonly id: number;
  readonly at: Instant;
  /** Such as `run_created`, `run_ended`, `steps_claimed`, `steps_failed`, `materialized`, `code_loaded`, `code_failed`. */
  readonly kind: string;
  readonly runId: number | null;
  readonly asset: AssetRef | null;
  /** How many partitions it is about; `null` when it is about none. */
  readonly partitionCount: number | null;
  /** These for people, shortened; "" without any, and for an asset without partitions. */
  readonly partitionText: string;
  /** What else belongs to this kind, such as `{ status }` for what happens to runs. */
  readonly payload: JsonValue;
}

/** How far a run is. */
export interface RunProgress {
  readonly id: number;
  readonly status: RunStatus;
  readonly counts: StepCounts;
  readonly total: number;
  readonly startedAt: Instant | null;
  readonly endedAt: Instant | null;
}
