import { captureLog } from "@heddle/testing";
import type { AssetContext, CheckContext, Output, PartitionContext, PartitionedInput, TimeWindow } from "@heddle/core";

const ambient = { signal: new AbortController().signal, log: captureLog(), run: { id: "test", attempt: 1 } } as const;

/** A context for calling an asset's function by hand. */
export function contextOf<TPartition, TDeps, TResources>(parts: {
  readonly partition: TPartition;
  readonly deps: TDeps;
  readonly resources: TResources;
}): AssetContext<TPartition, TDeps, TResources> {
  return { ...ambient, ...parts, metadata: () => undefined };
}

/** A context for calling a check by hand. */
export function checkOf<TValue, TPartition>(
  value: TValue,
  partition: TPartition,
): CheckContext<TValue, TPartition, object> {
  return { ...ambient, value, partition, resources: {} };
}

/** A partition by time, by its key: `2001-01-31`, `2001-01` or `2001`. */
export function windowOf(key: string): PartitionContext<string, TimeWindow> {
  const [year = 0, month = 1, day = 1] = key.split("-").map(Number);
  const start = new Date(Date.UTC(year, month - 1, day));
  const ends = { 1: Date.UTC(year + 1, 0), 2: Date.UTC(year, month), 3: Date.UTC(year, month - 1, day + 1) };
  const grain = key.split("-").length;
  const end = new Date(grain === 1 || grain === 2 ? ends[grain] : ends[3]);
  return { key, ordinal: 0, window: { start, end } };
}

/** A partition with a fixed key. */
export function keyOf<const TKey extends string>(key: TKey): PartitionContext<TKey, undefined> {
  return { key, ordinal: 0, window: undefined };
}

/** Many upstream partitions from values in memory; keeps the literal keys, which `state_delays` and cities have. */
export function inputOf<TValue, TKey extends string>(
  values: Readonly<Record<TKey, TValue>>,
): PartitionedInput<TValue, TKey> {
  // The keys of a record are its type's keys here: the tests write them out.
  const entries = Object.entries(values) as [TKey, TValue][];
  return {
    keys: entries.map(([key]) => key),
    size: entries.length,
    get: async (key) => values[key],
    async *[Symbol.asyncIterator]() {
      yield* entries;
    },
  };
}

/** The value in what an asset's function returns. */
export async function valueOf<TValue>(returned: Output<TValue> | Promise<Output<TValue>>): Promise<TValue> {
  return (await returned).value;
}
