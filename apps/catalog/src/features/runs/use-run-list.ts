import type { RunSummary } from "@heddle/api";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { Catalog } from "../../data/catalog-state.ts";
import type { FilterResult } from "../../data/selection-filter.ts";
import { useNow } from "../../ui/clock.ts";
import { client, trpc } from "../../data/trpc.ts";
import { useSelection } from "../../data/use-selection.ts";
import { type RunFilters, runListInput } from "./run-filter-input.ts";

/** Runs of a list as far as they were read. */
export interface RunList {
  readonly runs: readonly RunSummary[];
  readonly selection: FilterResult;
  readonly isPending: boolean;
  readonly isSuccess: boolean;
  readonly error: unknown;
  readonly retry: () => void;
  readonly isReadingMore: boolean;
  /** Reads the next page; `null` when there is none. */
  readonly readMore: (() => void) | null;
}

const PAGE_SIZE = 50;

/** Reads the runs that fit the filters, page by page; of backfills alone where only these are wanted. */
export function useRunList(
  catalog: Catalog,
  filters: RunFilters,
  { backfills }: { readonly backfills: boolean },
): RunList {
  const selection = useSelection(catalog, filters.sel ?? "");
  const now = useFixedNow(`${filters.from ?? ""}..${filters.to ?? ""}`);
  const canonical = filters.sel !== undefined && selection.kind === "matched" ? selection.canonical : undefined;
  const input = {
    ...runListInput(filters, { selection: canonical, now }),
    ...(backfills ? { backfills } : {}),
    limit: PAGE_SIZE,
  };
  const query = useInfiniteQuery({
    ...trpc.runs.list.infiniteQueryOptions(input, { getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined }),
    // The adapter's own function would send a direction along, which the procedure does not take.
    queryFn: ({ pageParam, signal }) => client.runs.list.query({ ...input, cursor: pageParam }, { signal }),
    placeholderData: keepPreviousData,
  });
  return {
    runs: useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data]),
    selection,
    isPending: query.isPending,
    isSuccess: query.isSuccess,
    error: query.isError ? query.error : null,
    retry: () => void query.refetch(),
    isReadingMore: query.isFetchingNextPage,
    readMore: query.hasNextPage ? () => void query.fetchNextPage() : null,
  };
}

/** What "last 7d" counts from: fixed for as long as the words stay the same, so that the list stays the same list. */
function useFixedNow(words: string): number {
  const clock = useNow();
  const [fixed, setFixed] = useState({ words, now: clock });
  if (fixed.words === words) return fixed.now;
  setFixed({ words, now: clock });
  return clock;
}
