import type { RunDetail } from "@heddle/api";
import { useQuery } from "@tanstack/react-query";
import { trpc } from "../../data/trpc.ts";

/** What is known of the run that an address names. */
export type RunRead =
  | { readonly kind: "not_a_number" }
  | { readonly kind: "pending" }
  | { readonly kind: "failed"; readonly error: unknown; readonly retry: () => void }
  | { readonly kind: "read"; readonly run: RunDetail };

/** An open run is read again at this interval, should an event be lost. */
const READ_INTERVAL_MS = 15_000;

/** Reads the run of an address; what was read last stays while the server cannot be reached. */
export function useRun(text: string): RunRead {
  const runId = /^\d{1,15}$/u.test(text) ? Number(text) : 0;
  const query = useQuery({
    ...trpc.runs.get.queryOptions({ runId }),
    enabled: runId > 0,
    refetchInterval: ({ state }) => (state.data?.endedAt === null ? READ_INTERVAL_MS : false),
  });
  if (runId === 0) return { kind: "not_a_number" };
  if (query.data !== undefined) return { kind: "read", run: query.data };
  if (query.isError) return { kind: "failed", error: query.error, retry: () => void query.refetch() };
  return { kind: "pending" };
}
