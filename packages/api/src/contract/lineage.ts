import type { AssetsSnapshot, PartitionCountColumns, PartitionCounts } from "./assets.ts";
import type { AssetRef, Instant, Ranges, StatusCode } from "./common.ts";

/** `lineage.activity`: how much happened in a stretch of time, for a slider over it. */
export interface LineageActivity {
  readonly from: Instant;
  /** Exclusive. */
  readonly to: Instant;
  /** The oldest moment of which anything is known; `null` while no code was ever loaded. */
  readonly first: Instant | null;
  /** Batches of materializations, and of failures, in buckets of equal length. */
  readonly materialized: readonly number[];
  readonly failed: readonly number[];
  /** When code was loaded, the oldest first; the newest 200. */
  readonly loads: readonly { readonly at: Instant; readonly codeLocation: string }[];
}

/**
 * `lineage.statusAt`: what every asset was in at a moment, in columns, of the assets that were declared then. Nothing is
 * `stale` here: whether a value was outdated is judged for now alone. Keys of dynamic definitions are those of now.
 */
export interface LineageStatuses {
  readonly at: Instant;
  /** Names the definitions of the moment for `lineage.graph`; `null` when they are those of now. */
  readonly version: string | null;
  readonly ids: readonly number[];
  readonly codes: readonly StatusCode[];
  /** Before the moment; to the end of the run where more was made since. */
  readonly lastMaterializedAt: readonly (Instant | null)[];
  readonly totals: readonly number[];
  readonly counts: PartitionCountColumns;
}

/** `lineage.graph`: definitions that were in force once, as `assets.snapshot` tells those of now. Never changes. */
export type LineageGraph = AssetsSnapshot;

/** One version of a code location's definitions. */
export interface DefinitionsVersion {
  readonly id: number;
  readonly codeLocation: string;
  readonly hash: string;
  readonly createdAt: Instant;
  readonly assets: number;
  /** Whether it is in force. */
  readonly current: boolean;
}

/** `lineage.versions`: the versions that are kept, the newest first. */
export interface DefinitionsVersions {
  readonly versions: readonly DefinitionsVersion[];
}

/** What is another about an asset than it was. */
export type AssetChange = "code" | "dependencies" | "partitions" | "checks" | "group" | "description" | "other";

/** `lineage.diff`: what a code location declares now against a version of before. */
export interface LineageDiff {
  readonly base: DefinitionsVersion;
  /** Keys. */
  readonly added: readonly string[];
  readonly changed: readonly { readonly key: string; readonly what: readonly AssetChange[] }[];
  /** Assets that are gone, with what they had to do with others. */
  readonly removed: readonly RemovedAsset[];
  readonly unchanged: number;
}

export interface RemovedAsset {
  /** `null` when nothing is left of it. */
  readonly id: number | null;
  readonly key: string;
  readonly group: string;
  readonly kinds: readonly string[];
  readonly owners: readonly string[];
  readonly upstream: readonly string[];
  readonly downstream: readonly string[];
}

/** `lineage.durations`: how long one step of each asset takes, in columns; only of those that ever succeeded. */
export interface LineageDurations {
  readonly ids: readonly number[];
  /** Mean of the newest runs, in milliseconds. */
  readonly stepMs: readonly number[];
}

/** `lineage.partitionView`: which partitions of other assets one partition leads to and comes from, and how they stand. */
export interface LineagePartitionView {
  readonly asset: AssetRef;
  readonly ordinal: number;
  readonly partitionKey: string;
  /** Assets that it leads to or comes from, itself among them, in columns. */
  readonly ids: readonly number[];
  /** How many of their partitions. */
  readonly sizes: readonly number[];
  readonly texts: readonly string[];
  /** The most urgent status of these partitions. */
  readonly codes: readonly StatusCode[];
  readonly counts: readonly PartitionCounts[];
  /** What the materialization that is in use really read; `null` when there is none. */
  readonly read: {
    readonly runId: number;
    readonly at: Instant;
    readonly inputs: readonly {
      readonly asset: AssetRef;
      readonly partitions: Ranges;
      readonly text: string;
      readonly runId: number;
    }[];
  } | null;
}
