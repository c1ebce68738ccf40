import type { SerializedError } from "../errors.ts";
import type { TickKeys } from "./read-tick-result.ts";

/** What a run that is asked for does with one asset. */
export interface RequestedAsset {
  readonly key: string;
  /** In words. */
  readonly partitions: string;
  readonly count: number;
  /** The checks that are run by themselves; absent where the asset is made. */
  readonly checks?: readonly string[] | undefined;
}

/** A run that a tick asks for, as it is shown before anything is launched. */
export interface RequestPreview {
  readonly runKey: string | null;
  readonly tags: Readonly<Record<string, string>>;
  /** The first assets of the plan, 20 at most, with their partitions in words. */
  readonly assets: readonly RequestedAsset[];
  /** How many assets the plan has. */
  readonly assetCount: number;
  /** Steps in all. */
  readonly total: number;
  readonly warnings: readonly string[];
  /** Why it would make no run; `null` when it would make one. */
  readonly reason: string | null;
}

/** What an evaluation beside the chain of ticks came to. */
export interface TickPreview {
  /** The instant for which it was evaluated, epoch milliseconds. */
  readonly at: number;
  readonly outcome: "requested" | "skipped" | "failed";
  readonly reason: string | null;
  readonly error: SerializedError | null;
  /** Without effect: what would be requested, the first 50; else empty. */
  readonly requests: readonly RequestPreview[];
  /** How many runs would be requested. */
  readonly requestCount: number;
  /** The runs that were launched; empty without effect. */
  readonly runIds: readonly number[];
  /** What the cursor of a sensor is then; `null` for schedules, and where it stays. */
  readonly cursor: string | null;
  readonly addPartitions: readonly TickKeys[];
  readonly removePartitions: readonly TickKeys[];
  /** JSON lines `{l, m, f?}`: level, message, fields. */
  readonly log: string | null;
  readonly durationMs: number | null;
}
