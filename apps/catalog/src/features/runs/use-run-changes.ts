import type { AppRouter, RunSummary } from "@heddle/api";
import type { JsonValue } from "@heddle/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { inferRouterInputs } from "@trpc/server";
import { trpc } from "../../data/trpc.ts";
import { announce, announceFailure } from "../../ui/toasts.tsx";
import type { RetryScope } from "./run-retries.ts";

type RetryConfig = NonNullable<inferRouterInputs<AppRouter>["runs"]["retry"]["config"]>;

/** What of a retry differs from the run that is retried. */
export interface RetryOptions {
  /** @default "newest" */
  readonly code?: "newest" | "same" | undefined;
  readonly config?: { readonly [assetKey: string]: JsonValue } | undefined;
  /** Only these partitions, as ranges of ordinals by asset key. */
  readonly partitions?: { readonly [assetKey: string]: readonly number[] } | undefined;
}

/** Everything that can be done to a run. */
export interface RunChanges {
  readonly pause: () => void;
  readonly resume: () => void;
  /** `force` ends running steps at once, `letFinish` waits until they are done; without either they are asked to stop. */
  readonly cancel: (options?: { readonly force?: boolean; readonly letFinish?: boolean }) => void;
  readonly setLimits: (limits: {
    readonly priority?: number;
    readonly maxConcurrency?: number | null;
    readonly order?: "oldest" | "newest";
  }) => void;
  readonly retry: (only: RetryScope, options?: RetryOptions) => void;
  readonly busy: boolean;
}

/** The changes of one run; what cannot be done is told, and a run that does its work again is gone to. */
export function useRunChanges({ id }: Pick<RunSummary, "id">): RunChanges {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const told = (what: string) => ({
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: trpc.runs.get.queryKey({ runId: id }) });
      void queries.invalidateQueries({ queryKey: [["runs", "list"]] });
    },
    onError: (error: unknown) => announceFailure(`Run ${id} could not be ${what}`, error),
  });
  const cancel = useMutation(trpc.runs.cancel.mutationOptions(told("canceled")));
  const pause = useMutation(trpc.runs.pause.mutationOptions(told("paused")));
  const resume = useMutation(trpc.runs.resume.mutationOptions(told("resumed")));
  const change = useMutation(trpc.runs.change.mutationOptions(told("changed")));
  const retry = useMutation(
    trpc.runs.retry.mutationOptions({
      onSuccess: ({ runId, created }) => {
        announce(created ? `Run ${runId} goes on with it` : `Run ${runId} goes on with it already`);
        void queries.invalidateQueries({ queryKey: [["runs", "list"]] });
        void navigate({ to: "/runs/$runId", params: { runId: String(runId) } });
      },
      onError: (error) => announceFailure(`Run ${id} could not be run again`, error),
    }),
  );
  return {
    pause: () => pause.mutate({ runId: id }),
    resume: () => resume.mutate({ runId: id }),
    cancel: (options) => cancel.mutate({ runId: id, ...options }),
    setLimits: (limits) => change.mutate({ runId: id, ...limits }),
    retry: (only, { code, config, partitions } = {}) =>
      retry.mutate({
        runId: id,
        only,
        ...(code === undefined ? {} : { code }),
        // The same JSON: only that lists may be changed is what the other type says more.
        ...(config === undefined ? {} : { config: config as RetryConfig }),
        ...(partitions === undefined
          ? {}
          : { partitions: Object.fromEntries(Object.entries(partitions).map(([key, ranges]) => [key, [...ranges]])) }),
      }),
    busy: [cancel, pause, resume, change, retry].some(({ isPending }) => isPending),
  };
}
