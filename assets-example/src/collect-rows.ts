import type { PartitionedInput } from "@heddle/core";

/** The rows of many partitions in one array, in the order of the partitions. */
export async function collectRows<TRow>(input: PartitionedInput<readonly TRow[]>): Promise<TRow[]> {
  const all: TRow[] = [];
  for await (const [, rows] of input) for (const row of rows) all.push(row);
  return all;
}
