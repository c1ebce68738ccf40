import type { PartitionedInput } from "@heddle/core";
import { createPartitionedInput } from "@heddle/engine";

/**
 * Makes the input of an asset that reads many partitions, from values by partition key, for calling its function in a
 * unit test.
 *
 * @example
 * await summary.materialize({ ...context, deps: { days: partitionedInput({ "2012-01-01": rows }) } });
 */
export function partitionedInput<TValue>(values: Readonly<Record<string, TValue>>): PartitionedInput<TValue> {
  const partitions = Object.entries(values).map(([key, value]) => ({ key, load: () => Promise.resolve(value) }));
  return createPartitionedInput("the test's input", partitions);
}
