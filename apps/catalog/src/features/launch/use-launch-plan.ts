import type { LaunchResult, PlanChange, PlanPreview } from "@heddle/api";
import { keepPreviousData, skipToken, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { trpc } from "../../data/trpc.ts";
import { announce } from "../../ui/toasts.tsx";
import { type LaunchInput, previewInput, runSettings } from "./launch-input.ts";
import { planDifference } from "./plan-difference.ts";

/** The plan of what the dialog holds, and the way to launch exactly that. */
export interface LaunchPlan {
  readonly preview: PlanPreview | undefined;
  /** Whether `preview` is of an earlier state of the form, and the one of this state is on its way. */
  readonly outdated: boolean;
  readonly error: unknown;
  readonly retry: () => void;
  readonly launch: () => void;
  readonly launching: boolean;
  readonly launchError: unknown;
  /** How the plan differs from the one that was to be launched; `null` when it did not change, empty when nobody knows how. */
  readonly changes: readonly PlanChange[] | null;
}

/** Other runs and other people change what a plan comes to; it is made anew at this interval while it is looked at. */
const READ_INTERVAL_MS = 10_000;

export function useLaunchPlan(input: LaunchInput | null): LaunchPlan {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const request = input === null ? skipToken : previewInput(input);
  const options = trpc.plan.preview.queryOptions(request, { trpc: { abortOnUnmount: true } });
  const query = useQuery({
    ...options,
    placeholderData: keepPreviousData,
    staleTime: 0,
    refetchInterval: READ_INTERVAL_MS,
  });
  const content = JSON.stringify(input);
  const keyFor = useIdempotencyKey(content);
  /** What was pressed last: the form as it was then, and its plan. */
  const [pressed, setPressed] = useState<{ readonly content: string; readonly preview: PlanPreview } | null>(null);
  const launch = useMutation(
    trpc.plan.launch.mutationOptions({
      onSuccess: (result) => {
        if (result.kind === "changed") {
          queries.setQueryData(options.queryKey, result.preview);
          return;
        }
        announce(result.created ? `Run ${result.runId} is launched` : `Run ${result.runId} was launched already`);
        void queries.invalidateQueries({ queryKey: [["runs", "list"]] });
        void navigate({ to: "/runs/$runId", params: { runId: String(result.runId) } });
      },
    }),
  );
  const preview = query.data;
  // What an earlier state of the form came to says nothing about this one.
  const answersThis = pressed?.content === content;
  return {
    preview,
    outdated: query.isPlaceholderData || input === null,
    error: query.isError ? query.error : null,
    retry: () => void query.refetch(),
    launch: () => {
      if (preview === undefined || input === null || request === skipToken) return;
      setPressed({ content, preview });
      const { hash, at } = preview;
      launch.mutate({ ...request, ...runSettings(input), planHash: hash, at, idempotencyKey: keyFor() });
    },
    launching: launch.isPending || launch.data?.kind === "launched",
    launchError: launch.isError && answersThis ? launch.error : null,
    changes: answersThis ? changesOf(launch.data, pressed.preview) : null,
  };
}

function changesOf(result: LaunchResult | undefined, confirmed: PlanPreview): readonly PlanChange[] | null {
  return result?.kind === "changed" ? (result.changes ?? planDifference(confirmed, result.preview)) : null;
}

/** One key for each content of the dialog: when an answer is lost, pressing the button again makes no second run. */
function useIdempotencyKey(content: string): () => string {
  const [made, setMade] = useState({ content: "", key: "" });
  return () => {
    if (made.content === content) return made.key;
    const key = randomKey();
    setMade({ content, key });
    return key;
  };
}

/** `crypto.randomUUID` is there on secure addresses alone. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
