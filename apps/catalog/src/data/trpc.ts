import type { AppRouter } from "@heddle/api";
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { createTRPCClient, httpBatchLink, httpSubscriptionLink, splitLink, TRPCClientError } from "@trpc/client";
import { createTRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { checkBuild } from "./build-check.ts";

const URL = "/api/trpc";

/** The server refuses requests that call more procedures at once. */
const MAX_BATCH = 20;

/** Longer addresses are refused on the way; queries then go in several requests. */
const MAX_URL_LENGTH = 6_000;

/** A page of another site cannot send this header unasked: it shows that a request comes from this application. */
const headers = { "x-heddle": "1" };

/** Queries whose input may be larger than an address can hold travel as POST. */
const LARGE_INPUTS: ReadonlySet<string> = new Set(["plan.preview", "selection.evaluate"]);

/** Queries that may take seconds: nothing waits for them in one request, and one that is left ends. */
const SLOW: ReadonlySet<string> = new Set(["partitions.preview"]);

/** The typed client of the API. */
export const client = createTRPCClient<AppRouter>({
  links: [
    splitLink({
      condition: (operation) => operation.type === "subscription",
      true: httpSubscriptionLink({ url: URL }),
      false: splitLink({
        condition: (operation) => LARGE_INPUTS.has(operation.path),
        true: httpBatchLink({ url: URL, headers, maxItems: 1, methodOverride: "POST" }),
        false: splitLink({
          condition: (operation) => SLOW.has(operation.path),
          true: httpBatchLink({ url: URL, headers, maxItems: 1 }),
          false: httpBatchLink({ url: URL, headers, maxItems: MAX_BATCH, maxURLLength: MAX_URL_LENGTH }),
        }),
      }),
    }),
  ],
});

/** Answers stay good until an event says otherwise; a failed call is repeated once before the page shows it. */
export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: doubtBuild }),
  mutationCache: new MutationCache({ onError: doubtBuild }),
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      gcTime: 10 * 60_000,
      retry: (failures, error) => failures < 1 && !isRefusal(error),
      refetchOnWindowFocus: false,
    },
  },
});

/** Query and mutation options for every procedure. */
export const trpc = createTRPCOptionsProxy<AppRouter>({ client, queryClient });

/** The server does not know what it was asked, or not in this form: it may be of another version than this page. */
function doubtBuild(error: unknown): void {
  const status = error instanceof TRPCClientError ? statusOf(error.data) : null;
  if (status === 400 || status === 404) void checkBuild();
}

/** An answer that repeating will not change: the request itself is wrong, or what it names is not there. */
function isRefusal(error: unknown): boolean {
  const status = error instanceof TRPCClientError ? statusOf(error.data) : null;
  return status !== null && status >= 400 && status < 500;
}

function statusOf(data: unknown): number | null {
  if (typeof data !== "object" || data === null || !("httpStatus" in data)) return null;
  return typeof data.httpStatus === "number" ? data.httpStatus : null;
}
