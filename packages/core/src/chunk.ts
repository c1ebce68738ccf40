import { brand, hasBrand } from "./brand.ts";
import type { MetadataValues } from "./metadata.ts";
import type { Output } from "./output.ts";

/** How many partitions a function makes at a time: at most a number, or all of a run that may be made now. */
export type ChunkSize = number | "range";

/** Most partitions that a chunk may be declared to have. */
export const MAX_CHUNK_SIZE = 100_000;

/** One partition of a chunk that could not be made; made by {@link failed}. */
export interface Failed {
  readonly reason: string;
  readonly cause: unknown;
  readonly metadata: MetadataValues;
}

/** What {@link failed} takes besides the reason. */
export interface FailedOptions {
  /** Recorded with the attempt. */
  readonly metadata?: MetadataValues | undefined;
  /** The error that led to it. */
  readonly cause?: unknown;
}

/**
 * Marks one partition of a chunk as failed, so that the others go on. An `Error` says its message.
 *
 * @example
 * yield [partition.key, failed("the service had no data for this day")];
 */
export function failed(reason: string | Error, options: FailedOptions = {}): Failed {
  const isError = typeof reason !== "string";
  return brand(
    {
      reason: isError ? reason.message : reason,
      cause: options.cause ?? (isError ? reason : undefined),
      metadata: options.metadata ?? {},
    },
    "failed",
  );
}

/** Says whether `value` was made by {@link failed}. */
export function isFailed(value: unknown): value is Failed {
  return hasBrand(value, "failed");
}

/** One partition of a chunk as a function yields it: its key, and what it is or why it is not. */
export type ChunkEntry<TKey extends string = string, TValue = unknown> = readonly [
  key: TKey,
  value: TValue | Output<TValue> | Failed,
];
