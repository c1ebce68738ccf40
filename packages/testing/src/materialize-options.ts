import type { AnyAsset, JsonValue } from "@heddle/core";
import type { PlanOrder } from "@heddle/core/internal";

/** What `materializeInMemory` takes. */
export interface MaterializeOptions {
  /** The assets to make. @default all of the definitions */
  readonly assets?: readonly AnyAsset[];
  /**
   * Which partitions to make, in words ("2012-01-01..2012-01-07", "last 3", "Seattle,New York") that fit the first asset
   * of `assets` that has partitions. Of assets downstream of it those are made that read them, of assets upstream those
   * that they read, of assets that are cut in the same way the same, and of all others every partition.
   *
   * @default "all", of every asset
   */
  readonly partitions?: string;
  /** Which partitions of an asset are made first. @default "oldest" */
  readonly order?: PlanOrder;
  /** How many partitions one call makes of the assets that declare `chunk`. @default as they declare it */
  readonly chunk?: number | "range";
  /** What the run passes to assets that take config, by asset key. @default nothing */
  readonly config?: Readonly<Record<string, JsonValue>>;
  /** Keys of dynamic partitions that are there before the run, by the name of their definition. @default none */
  readonly dynamicPartitions?: Readonly<Record<string, readonly string[]>>;
  /** What time it is: decides which partitions exist. @default now */
  readonly now?: Date;
  /** Longest time that one call may take, in milliseconds, before its `signal` is aborted. @default 60_000 */
  readonly stepTimeoutMs?: number;
}
