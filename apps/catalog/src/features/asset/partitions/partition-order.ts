/** What the table can be put in order by. */
export const PARTITION_ORDERS = [
  "partition",
  "-partition",
  "materialized",
  "-materialized",
  "duration",
  "-duration",
  "rows",
  "-rows",
  "bytes",
  "-bytes",
] as const;
export type PartitionOrder = (typeof PARTITION_ORDERS)[number];
export type PartitionSortKey = Exclude<PartitionOrder, `-${string}`>;

/** By what an order sorts, and whether the most comes first. */
export function readOrder(order: PartitionOrder): {
  readonly sort: PartitionSortKey;
  readonly descending: boolean;
} {
  const descending = order.startsWith("-");
  const name = descending ? order.slice(1) : order;
  return { sort: SORT_KEYS.find((key) => key === name) ?? "partition", descending };
}

const SORT_KEYS = ["partition", "materialized", "duration", "rows", "bytes"] as const;
