import type { PartitionRow } from "@heddle/api";
import { keepPreviousData, useQueries } from "@tanstack/react-query";
import { trpc } from "../../../data/trpc.ts";
import { type PartitionOrder, readOrder } from "./partition-order.ts";

/** Lines of one page. */
const PAGE_SIZE = 100;

interface PartitionPages {
  readonly total: number;
  /** Lines that can be scrolled to. */
  readonly reachable: number;
  readonly rowAt: (line: number) => PartitionRow | undefined;
  readonly isPending: boolean;
  readonly error: unknown;
  readonly retry: () => void;
}

/** Reads the pages of the table that are in view, and the first one. */
export function usePartitionPages({
  assetKey,
  text,
  order,
  lines: [from, to],
}: {
  readonly assetKey: string;
  readonly text: string;
  readonly order: PartitionOrder;
  readonly lines: readonly [from: number, to: number];
}): PartitionPages {
  const first = Math.floor(from / PAGE_SIZE);
  const last = Math.floor(Math.max(from, to - 1) / PAGE_SIZE);
  const pages = [...new Set([0, ...Array.from({ length: last - first + 1 }, (_, i) => first + i)])];
  const { sort, descending } = readOrder(order);
  const results = useQueries({
    queries: pages.map((page) => ({
      ...trpc.partitions.table.queryOptions({
        key: assetKey,
        ...(text.trim() !== "" && { partitions: text.trim() }),
        sort,
        descending,
        offset: page * PAGE_SIZE,
        limit: PAGE_SIZE,
      }),
      // The first page holds its lines while another choice is read: the table does not vanish under the pointer.
      ...(page === 0 && { placeholderData: keepPreviousData }),
    })),
  });
  const [head] = results;
  const failed = results.find((result) => result.isError);
  return {
    total: head?.data?.total ?? 0,
    reachable: head?.data?.reachable ?? 0,
    rowAt: (line) => results[pages.indexOf(Math.floor(line / PAGE_SIZE))]?.data?.rows[line % PAGE_SIZE],
    isPending: head?.isPending ?? true,
    error: failed?.error ?? null,
    retry: () => {
      for (const result of results) if (result.isError) void result.refetch();
    },
  };
}
