import { HeddleError, type LoadOptions, type PartitionedInput } from "@heddle/core";
import { joinValues } from "./join-values.ts";
import { lookAhead } from "./look-ahead.ts";

/** Most partitions that `load` has under way beside the one that was given out. */
const DEFAULT_CONCURRENCY = 4;
const MAX_CONCURRENCY = 64;
/** A plain loop looks one ahead: the next partition comes while one is worked on. */
const LOOP_CONCURRENCY = 1;

/** The partitions that a step reads of one upstream, and how each of them is loaded. */
export interface PartitionedSource<out TValue = unknown> {
  /** Key of the upstream asset. */
  readonly upstream: string;
  /** Keys of the partitions, in order. */
  readonly keys: readonly string[];
  /** Keys of partitions that are read and are not there, where that is tolerated. @default none */
  readonly missing?: readonly string[];
  readonly signal: AbortSignal;
  /** Loads the partition at this place of `keys`. */
  load(index: number): Promise<TValue>;
  /** What stands for the joined values of no partitions. */
  readonly empty?: (() => TValue) | undefined;
}

/** Makes the input of a step that reads many partitions: lazy, in order, nothing is kept after it was given out. */
export function createPartitionedInput<TValue>(source: PartitionedSource<TValue>): PartitionedInput<TValue> {
  const { upstream, keys, missing = [], signal } = source;
  let indexes: ReadonlyMap<string, number> | undefined;
  const loadFrom = (concurrency: number) =>
    lookAhead({
      size: keys.length,
      concurrency,
      signal,
      load: async (index): Promise<[string, TValue]> => [keys[index] ?? "", await source.load(index)],
    });
  return {
    keys,
    missing,
    size: keys.length,
    async get(key: string): Promise<TValue> {
      indexes ??= new Map(keys.map((known, index) => [known, index]));
      const index = indexes.get(key);
      if (index === undefined) throw unknownPartition(source, key);
      return source.load(index);
    },
    load: ({ concurrency = DEFAULT_CONCURRENCY }: LoadOptions = {}) => loadFrom(checkConcurrency(concurrency)),
    // Its overloads say what is joined into what; what the values are is known when they are loaded.
    concat: (() =>
      joinValues({
        upstream,
        load: ({ concurrency }) => valuesOf(loadFrom(concurrency)),
        empty: source.empty,
      })) as PartitionedInput<TValue>["concat"],
    [Symbol.asyncIterator]: () => loadFrom(LOOP_CONCURRENCY),
  };
}

async function* valuesOf<TValue>(entries: AsyncIterable<[string, TValue]>): AsyncGenerator<TValue> {
  for await (const [, value] of entries) yield value;
}

function checkConcurrency(concurrency: number): number {
  if (Number.isSafeInteger(concurrency) && concurrency >= 1 && concurrency <= MAX_CONCURRENCY) return concurrency;
  throw new RangeError(`concurrency is ${concurrency}; it must be a whole number from 1 to ${MAX_CONCURRENCY}`);
}

function unknownPartition({ upstream, missing = [] }: PartitionedSource, key: string): HeddleError {
  const isMissing = missing.includes(key);
  const what = isMissing ? "is not there" : "is not among those that this step reads";
  return new HeddleError("PARTITION_UNKNOWN", `the partition "${key}" of ${upstream} ${what}`, {
    hint: isMissing
      ? "`missing` lists the partitions that the wait policy of the dependency lets be missing."
      : "`keys` lists them; the mapping of the dependency decides which they are.",
    details: { asset: upstream, partition: key },
  });
}
