import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { trpc } from "../../data/trpc.ts";
import { useNow } from "../../ui/clock.ts";
import type { Span } from "./home-search.ts";

/** No event tells of ticks that fail. */
const ATTENTION_INTERVAL_MS = 20_000;
const UPCOMING_INTERVAL_MS = 60_000;

/** Open runs that are listed. */
export const LISTED_RUNS = 8;

const SPAN_MS: Record<Span, number> = { "1h": 3_600_000, "6h": 21_600_000, "24h": 86_400_000, "7d": 604_800_000 };
/** The question moves on with the clock in steps of this, so that answers can be kept. */
const STEP_MS = 15_000;

/** What needs a person. */
export const attentionQuery = () => trpc.home.attention.queryOptions({}, { refetchInterval: ATTENTION_INTERVAL_MS });

/** Runs that are not over, and one more than is listed. */
export const openRunsQuery = () =>
  trpc.runs.list.queryOptions({ statuses: ["running", "queued", "paused", "canceling"], limit: LISTED_RUNS + 1 });

/** Ticks to come. */
export const upcomingQuery = () => trpc.home.upcoming.queryOptions({}, { refetchInterval: UPCOMING_INTERVAL_MS });

/** Runs of a span of time up to now. */
export function useRunsOfSpan(span: Span) {
  const now = useNow();
  const to = Math.ceil(now / STEP_MS) * STEP_MS;
  const from = to - SPAN_MS[span];
  const query = useQuery({
    ...trpc.home.runs.queryOptions({ from, to: to + STEP_MS }),
    placeholderData: keepPreviousData,
  });
  return { from, to, query };
}
