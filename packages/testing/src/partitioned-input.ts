import type { PartitionedInput } from "@heddle/core";
import { createPartitionedInput } from "@heddle/engine";

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
  const partitions = Object.entries<TValue>(values).map(([key, value]) => ({ key, load: async () => value }));
  // The keys of the record are those that its type names: a test writes them out.
  return createPartitionedInput("the test's input", partitions, missing) as PartitionedInput<TValue, TKey>;
}
