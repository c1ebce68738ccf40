import type { PartitionSet } from "./partition-set.ts";
import type { PartitionsSpec } from "./partitions-spec.ts";
import type { MixedRadix } from "./mixed-radix.ts";
import type { Timeline } from "./timeline.ts";

/** The time that one partition stands for: half open, in epoch milliseconds. */
export interface PartitionWindow {
  readonly start: number;
  readonly end: number;
}

/** A partitions definition resolved at an instant: which partitions exist, and key ↔ ordinal. */
export interface PartitionSpace {
  /** `null` for an asset without partitions: it has the one ordinal 0, whose key is the empty string. */
  readonly spec: PartitionsSpec | null;
  /** What exists at the instant. */
  readonly all: PartitionSet;
  /**
   * The key of an ordinal, existing or not; `null` when there can be none. By time, ordinals before the start have keys
   * too: materializations outlive a change of the definition.
   */
  keyOf(ordinal: number): string | null;
  /** The ordinal of a key, existing or not; `null` when the definition has no such key. */
  ordinalOf(key: string): number | null;
  /** The ordinal of a listed key that was removed, of which something may have been made; `null` for any other key. */
  formerOrdinalOf(key: string): number | null;
  /** The window of an ordinal; `null` when the definition is not by time, or has no such partition. */
  windowOf(ordinal: number): PartitionWindow | null;
  /**
   * Reads what a person types: `all`, `last 7`, one key, keys joined by commas, or `first..last` with both ends
   * included. With several dimensions each part between `|` may be any of these. A key that holds `,`, `..` or `"` stands
   * in quotes, as a JSON string: `"a,b".."c"`. What is no key may be a year, a month, a day or a time for the windows that
   * begin in it, a cron expression for those that begin at its ticks, or, where keys are listed, a pattern such as `eu-*`.
   * `a & b` is what lies in both.
   * @throws PARTITION_UNKNOWN with the nearest keys
   */
  parseRange(text: string): PartitionSet;
  /** The set for people: `2012-01-01..2012-03-31 (91)`. At most `limit` ranges are written out. @default limit 5 */
  format(set: PartitionSet, limit?: number): string;
  /** Ordinals and windows of a definition by time, for mappings; else `null`. */
  readonly timeline: Timeline | null;
  /** The dimensions of a definition that has several, for mappings; else `null`. */
  readonly dimensions: SpaceDimensions | null;
}

/** The dimensions of a space, and how their ordinals make up one. */
export interface SpaceDimensions {
  readonly names: readonly string[];
  readonly spaces: readonly PartitionSpace[];
  readonly radix: MixedRadix;
}

/** The instant at which a definition is resolved, and what only the store knows. */
export interface ResolvePartitionsAt {
  /** Epoch milliseconds. */
  readonly now: number;
  /** The keys of a dynamic definition by ordinal, `null` where a key was removed. @default no keys */
  readonly dynamicKeys?: (name: string) => readonly (string | null)[];
  /** The same with the keys that were removed: what was made of a partition is still called by its key. @default none */
  readonly formerKeys?: (name: string) => readonly (string | null)[];
}
