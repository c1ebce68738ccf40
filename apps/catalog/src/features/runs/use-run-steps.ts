import type { StepBar } from "@heddle/api";
import type { StepStatus } from "@heddle/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { client, trpc } from "../../data/trpc.ts";

/** Which steps of a run are wanted. */
export interface StepFilter {
  readonly runId: number;
  /** Only of this asset. */
  readonly asset: string | undefined;
  /** Only in these states; all when left out. */
  readonly statuses: readonly StepStatus[] | undefined;
}

/** The steps of a run as far as they were read. */
export interface RunSteps {
  readonly steps: readonly StepBar[];
  readonly pages: number;
  readonly isPending: boolean;
  readonly isFetching: boolean;
  readonly error: unknown;
  readonly retry: () => void;
  /** Reads the next page; `null` when there is none. */
  readonly readMore: (() => void) | null;
}

const PAGE_SIZE = 500;

/** Reads the steps of a run page by page. */
export function useRunSteps({ runId, asset, statuses }: StepFilter): RunSteps {
  const input = { runId, asset, ...(statuses === undefined ? {} : { statuses: [...statuses] }), limit: PAGE_SIZE };
  const query = useInfiniteQuery({
    ...trpc.runs.steps.infiniteQueryOptions(input, { getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined }),
    // The adapter's own function would send a direction along, which the procedure does not take.
    queryFn: ({ pageParam, signal }) => client.runs.steps.query({ ...input, cursor: pageParam }, { signal }),
  });
  const { data, hasNextPage, fetchNextPage } = query;
  return {
    steps: useMemo(() => data?.pages.flatMap(({ items }) => items) ?? [], [data]),
    pages: data?.pages.length ?? 0,
    isPending: query.isPending,
    isFetching: query.isFetching,
    error: query.isError ? query.error : null,
    retry: () => void query.refetch(),
    readMore: hasNextPage ? () => void fetchNextPage() : null,
  };
}
