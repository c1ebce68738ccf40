import type { PartitionSet } from "./partition-set.ts";

/** Ordinals `[first, end)` that a text bounds as an end of a range. */
export interface TextBounds {
  readonly first: number;
  readonly end: number;
}

/** Why there is no partition with a key, and the keys that lie next to it. */
export interface MissingKey {
  readonly why: string;
  readonly nearest: readonly string[];
}

/** What texts that are no keys stand for. A key always stands for itself. */
export interface TextMeaning {
  /** What a text stands for, of what exists: a period of time, the ticks of a cron expression, a pattern of keys. */
  read?(text: string): PartitionSet | null;
  /** Where a range begins or ends that names a text. */
  bounds?(text: string): TextBounds | null;
  explain?(key: string): MissingKey | null;
}
