/**
 * Conventions of everything on the wire: plain JSON; an instant is epoch milliseconds; a set of partitions is flat,
 * half open and sorted ranges over ordinals `[start, end, start, end, …)`; an asset is named by the integer id that
 * `assets.snapshot` gives it (stable for as long as the asset is known); a status code is the index into
 * `PARTITION_STATUSES` of `@heddle/core`.
 */

/** Epoch milliseconds. */
export type Instant = number;

/** Flat half-open ranges of partition ordinals: `[start, end, start, end, …)`, sorted and disjoint. */
export type Ranges = readonly number[];

/** Index into `PARTITION_STATUSES`; -1 for what has no status of its own (an external asset). */
export type StatusCode = number;

/**
 * One page of a list. `nextCursor` is opaque: hand it back to get what follows; `null` when nothing does. A page that
 * searches a long history may be short, even empty, and still have more.
 */
export interface Page<TItem> {
  readonly items: readonly TItem[];
  readonly nextCursor: string | null;
}

/** An asset as it is named in lists. */
export interface AssetRef {
  readonly id: number;
  readonly key: string;
}

/**
 * What a failed call carries in `error.data.heddle`. `correlationId` is what the server's log holds too; an unexpected
 * error shows nothing else of itself.
 */
export interface ApiError {
  /** A code of the error catalogue. */
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly details: { readonly [name: string]: unknown };
  readonly correlationId: string;
}

/** An error of user code, a check or the machinery, as it was recorded with an attempt or a load. */
export interface RecordedError {
  readonly name: string | null;
  readonly code: string | null;
  readonly message: string;
  readonly hint: string | null;
  /** In terms of the source files. */
  readonly stack: string | null;
  readonly cause: RecordedError | null;
}

/** One piece of a sentence: text, or something that the reader can go to. Join them without blanks. */
export type SentencePart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "asset"; readonly key: string }
  | { readonly kind: "partition"; readonly assetKey: string; readonly ordinal: number; readonly partitionKey: string }
  | { readonly kind: "run"; readonly runId: number }
  | { readonly kind: "check"; readonly assetKey: string; readonly name: string }
  | { readonly kind: "instant"; readonly at: Instant };
