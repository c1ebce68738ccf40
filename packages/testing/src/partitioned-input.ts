import type { PartitionedInput } from "@heddle/core";
import { createPartitionedInput } from "@heddle/engine/step";

/**
 * Makes the input of an asset that reads many partitions, from values by partition key, for calling its function in a
 * unit test. `missing` are the keys of partitions that are not there and may be missing.
 *
 * @example
 * assetContext(summary, { partition: "2012-01", deps: { days: partitionedInput({ "2012-01-01": rows }) } });
 */
export function partitionedInput<TValue, TKey extends string>(
  values: Readonly<Record<TKey, TValue>>,
  { missing = [] }: { readonly missing?: readonly string[] } = {},
): PartitionedInput<TValue, TKey> {
  const entries = Object.entries<TValue>(values);
  const input = createPartitionedInput<TValue | undefined>({
    upstream: "the test's input",
    keys: entries.map(([key]) => key),
    missing,
    signal: new AbortController().signal,
    load: async (index) => entries[index]?.[1],
    // As the I/O managers of rows do; what the values would be is not known.
    empty: () => [] as TValue,
  });
  // The keys of the record are those that its type names: a test writes them out; and every key has a value.
  return input as PartitionedInput<TValue, TKey>;
}
