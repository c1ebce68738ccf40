import type { Logger } from "./logger.ts";
import type { MetadataValues } from "./metadata.ts";
import type { DynamicPartitionsDefinition } from "./partitions/partitions-definition.ts";
import type { MapSubSteps, RunSubStep } from "./sub-step.ts";

/** A span of time, half open: `start` belongs to it and `end` does not. */
export interface TimeWindow {
  readonly start: Date;
  readonly end: Date;
}

/** The key in each dimension by the dimension's name; `undefined` unless a definition has several dimensions. */
export type DimensionKeys = { readonly [dimension: string]: string } | undefined;

/** The partition that a step makes or checks. */
export interface PartitionContext<
  TKey extends string = string,
  TWindow extends TimeWindow | undefined = TimeWindow | undefined,
  TDimensions extends DimensionKeys = DimensionKeys,
> {
  readonly key: TKey;
  /** The key in each dimension; `undefined` unless it is cut in several dimensions. */
  readonly dimensions: TDimensions;
  /** Number of the partition in its partitions definition. */
  readonly ordinal: number;
  /** The time that the partition stands for; `undefined` unless it is cut by time. */
  readonly window: TWindow;
}

/** The run that a step belongs to. */
export interface RunContext {
  readonly id: string;
  /** 1 for the first attempt at this partition in this run. */
  readonly attempt: number;
}

/** What `materialize` of every asset gets, whether it makes one partition at a time or several. */
export interface MaterializeContext<TDeps = object, TResources = object, TConfig = undefined> {
  /**
   * The values of the dependencies by name: the loaded value where one upstream partition is read, a
   * {@link PartitionedInput} where many are.
   */
  readonly deps: TDeps;
  /** The resources by name, ready for use. */
  readonly resources: TResources;
  /** What the run passed, as the asset's config schema read it; `undefined` for an asset that declares none. */
  readonly config: TConfig;
  /** Aborted when the step is canceled or runs out of time: pass it on to everything that waits. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly run: RunContext;
  /**
   * Says that the work goes on, for an asset with `noProgressMs` that neither logs nor reads or stores anything for long.
   */
  heartbeat(): void;
  /**
   * Records metadata with the materialization; later values replace earlier ones of the same name.
   *
   * @throws METADATA_INVALID
   */
  metadata(values: MetadataValues): void;
  /**
   * Adds partitions to a dynamic definition. They exist from the moment that this step is published, and not at all when
   * it fails. Keys that are there already stay as they are.
   *
   * @throws PARTITIONS_INVALID for a key that cannot be used
   */
  addPartitions(definition: DynamicPartitionsDefinition, keys: Iterable<string>): void;
  /**
   * Removes partitions from a dynamic definition when this step is published. What was made of them stays in the history;
   * adding a key again brings it back. Keys that are not there are left alone.
   */
  removePartitions(definition: DynamicPartitionsDefinition, keys: Iterable<string>): void;
}

/**
 * What `materialize` of an asset gets.
 *
 * `TPartition` is `undefined` for an asset without partitions; `TDeps` and `TResources` hold what the names under
 * `deps` and `resources` of the asset stand for; `TConfig` is what its config schema reads.
 */
export interface AssetContext<
  TPartition = undefined,
  TDeps = object,
  TResources = object,
  TConfig = undefined,
> extends MaterializeContext<TDeps, TResources, TConfig> {
  /** The partition to make. */
  readonly partition: TPartition;
  /**
   * Does a part of the work once: its result is recorded durably, and an attempt after this one gets it without doing it
   * again. A sub-step that fails is tried again by its own `retry`.
   *
   * @example
   * const page = await step(`page ${number}`, ({ signal }) => fetchPage(number, signal), { retry: { attempts: 5 } });
   *
   * @throws SUB_STEP_INVALID, SUB_STEP_FAILED
   */
  readonly step: RunSubStep;
  /**
   * Does the same to every item, several at a time, each as a sub-step of its own. When one of them fails for
   * good, those that run end and no other begins.
   *
   * @example
   * const counts = await map(stations, (station, { signal }) => countRows(station, signal), { concurrency: 16 });
   */
  readonly map: MapSubSteps;
}

/** What `materialize` of an asset that declares `chunk` gets. */
export interface ChunkContext<
  TPartition = PartitionContext,
  TDeps = object,
  TResources = object,
  TConfig = undefined,
> extends MaterializeContext<TDeps, TResources, TConfig> {
  /** The partitions to make, in order. */
  readonly partitions: readonly TPartition[];
}

/** What the function of an asset check gets. `TPartition` is `undefined` for an asset without partitions. */
export interface CheckContext<TValue = unknown, TPartition = undefined, TResources = object> {
  /** The value as consumers will load it; a blocking check sees it before they can. */
  readonly value: TValue;
  readonly partition: TPartition;
  readonly resources: TResources;
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly run: RunContext;
}

/** What {@link PartitionedInput.load} takes. */
export interface LoadOptions {
  /**
   * Most partitions that are being loaded, or wait to be taken, beside the one that was given out last: a whole number
   * from 1 to 64. @default 4
   */
  readonly concurrency?: number;
}

/** A value that can be joined with others of its kind into one, as Arrow's `Table` can. */
interface JoinableTable {
  readonly numRows: number;
  concat(...others: never[]): unknown;
}

/** Partitions whose values can be joined into one: lists, async iterables and Arrow tables. */
interface PartitionsToJoin<out TValue> {
  get(key: never): Promise<TValue | undefined>;
}

/**
 * The values of many upstream partitions, in the order of the partitions. Nothing is loaded before it is asked for; a
 * loop loads the next one while it works on one, so that a year of days never has to fit into memory.
 *
 * @example
 * for await (const [day, rows] of deps.days) total += rows.length;
 * for await (const [day, rows] of deps.days.load({ concurrency: 16 })) total += rows.length;
 * const year = await deps.days.concat();
 */
export interface PartitionedInput<out TValue, TKey extends string = string> extends AsyncIterable<
  [key: TKey, value: TValue]
> {
  /** Keys of the partitions, in order. */
  readonly keys: readonly TKey[];
  /** Keys of partitions that the mapping names and that are not there, where the wait policy tolerates it; in order. */
  readonly missing: readonly TKey[];
  readonly size: number;
  /** Loads one of them. @throws PARTITION_UNKNOWN for a partition that is not among `keys` */
  get(key: TKey): Promise<TValue>;
  /**
   * All of them in order, several of them being loaded at a time. A loop that is left stops the loading; an error names
   * the partition and comes when it is its turn.
   */
  load(options?: LoadOptions): AsyncIterable<[key: TKey, value: TValue]>;
  /**
   * All of them as one value, in order: lists of rows as one list, Arrow tables as one table, async iterables as one
   * that reads a partition when the one before has ended. Partitions without a value are left out.
   *
   * @throws STEP_INPUT_NOT_JOINABLE when there is no partition and the I/O manager cannot tell what stands for none
   */
  concat<TItem>(this: PartitionsToJoin<readonly TItem[]>): Promise<TItem[]>;
  concat<TItem>(this: PartitionsToJoin<AsyncIterable<TItem>>): Promise<AsyncIterable<TItem>>;
  concat<TTable extends JoinableTable>(this: PartitionsToJoin<TTable>): Promise<TTable>;
}
