import { HeddleError, type PartitionedInput } from "@heddle/core";

/** One upstream partition and how to load it. */
export interface LoadablePartition<out TValue = unknown> {
  readonly key: string;
  load(): Promise<TValue>;
}

/**
 * Makes the input of a step that reads many partitions: lazy, in order, nothing is kept after it was given out.
 *
 * @param missing keys of partitions that are read and are not there, where that is tolerated
 */
export function createPartitionedInput<TValue>(
  upstream: string,
  partitions: readonly LoadablePartition<TValue>[],
  missing: readonly string[] = [],
): PartitionedInput<TValue> {
  const byKey = new Map(partitions.map((partition) => [partition.key, partition]));
  return {
    keys: partitions.map(({ key }) => key),
    missing,
    size: partitions.length,
    async get(key) {
      const partition = byKey.get(key);
      if (partition !== undefined) return partition.load();
      throw new HeddleError(
        "PARTITION_UNKNOWN",
        missing.includes(key)
          ? `the partition "${key}" of ${upstream} is not there`
          : `the partition "${key}" of ${upstream} is not among those that this step reads`,
        {
          hint: missing.includes(key)
            ? "`missing` lists the partitions that the wait policy of the dependency lets be missing."
            : "`keys` lists them; the mapping of the dependency decides which they are.",
          details: { asset: upstream, partition: key },
        },
      );
    },
    async *[Symbol.asyncIterator]() {
      for (const partition of partitions) yield [partition.key, await partition.load()];
    },
  };
}
