import type { LaunchResult, PlanChange, PlannedAsset, PlanPreview } from "@heddle/api";
import { keepPreviousData, skipToken, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useEffectEvent, useState } from "react";
import { trpc } from "../../data/trpc.ts";
import { announce } from "../../ui/toasts.tsx";
import { type LaunchInput, previewInput, runSettings } from "./launch-input.ts";
import { planDifference } from "./plan-difference.ts";

/** The plan of what the dialog holds, and the way to launch exactly that. */
export interface LaunchPlan {
  readonly preview: PlanPreview | undefined;
  /** Whether `preview` is of an earlier state of the form, and the one of this state is on its way. */
  readonly outdated: boolean;
  /** Something in the form cannot be read, and the plan does not know. */
  readonly blocked: boolean;
  readonly error: unknown;
  readonly retry: () => void;
  /**
   * Launches what the plan says. While something that was typed is still being planned, it waits for that plan, and launches
   * it when it has the effect that was pressed for.
   */
  readonly launch: () => void;
  readonly launching: boolean;
  /** The button was pressed, and the plan is on its way. */
  readonly waiting: boolean;
  /** What was pressed for is not what the plan comes to by now, so that nothing was launched. */
  readonly otherEffect: boolean;
  readonly launchError: unknown;
  /** How the plan differs from the one that was to be launched; `null` when it did not change, empty when nobody knows how. */
  readonly changes: readonly PlanChange[] | null;
}

/** Other runs and other people change what a plan comes to; it is made anew at this interval while it is looked at. */
const READ_INTERVAL_MS = 10_000;

interface LaunchPlanOptions {
  /** Something was typed that `input` does not hold yet. */
  readonly unsettled: boolean;
  /** Whether the form holds something that cannot be read, for one of these assets: nothing can be launched then. */
  readonly isBroken: (assets: readonly PlannedAsset[]) => boolean;
}

/** Plans what the form holds, and launches it. */
export function useLaunchPlan(input: LaunchInput | null, { unsettled, isBroken }: LaunchPlanOptions): LaunchPlan {
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
        // Instead of the page with the dialog: going back leads to where it was opened, not to a second launch.
        void navigate({ to: "/runs/$runId", params: { runId: String(result.runId) }, replace: true });
      },
    }),
  );
  const preview = query.data;
  const outdated = query.isPlaceholderData || input === null || unsettled;
  const start = (): void => {
    if (preview === undefined || input === null || request === skipToken) return;
    setPressed({ content, preview });
    const { hash, at } = preview;
    launch.mutate({ ...request, ...runSettings(input), planHash: hash, at, idempotencyKey: keyFor() });
  };
  const blocked = preview !== undefined && isBroken(preview.assets);
  const waiting = useWaitingPress({
    outdated,
    failed: query.isError || blocked || (!outdated && preview?.refused !== null),
    effect: preview?.effect,
    start,
  });
  // What an earlier state of the form came to says nothing about this one.
  const answersThis = pressed?.content === content;
  return {
    preview,
    outdated,
    blocked,
    error: query.isError ? query.error : null,
    retry: () => void query.refetch(),
    launch: waiting.press,
    launching: launch.isPending || launch.data?.kind === "launched",
    waiting: waiting.isWaiting,
    otherEffect: waiting.otherEffect,
    launchError: launch.isError && answersThis ? launch.error : null,
    changes: answersThis ? changesOf(launch.data, pressed.preview) : null,
  };
}

interface WaitingPress {
  readonly press: () => void;
  readonly isWaiting: boolean;
  readonly otherEffect: boolean;
}

interface WaitingPressOptions {
  readonly outdated: boolean;
  /** There will be no plan. */
  readonly failed: boolean;
  /** What the button says. */
  readonly effect: string | undefined;
  readonly start: () => void;
}

/** A press of the button is not lost because the plan is on its way: it counts as soon as the plan is there, if that says the same. */
function useWaitingPress({ outdated, failed, effect, start }: WaitingPressOptions): WaitingPress {
  const [wanted, setWanted] = useState<string | null>(null);
  const [missed, setMissed] = useState<string | null>(null);
  /** How many presses came true after waiting. */
  const [due, setDue] = useState(0);
  if (wanted !== null && (failed || !outdated)) {
    setWanted(null);
    if (!failed && wanted === effect) setDue(due + 1);
    else if (!failed) setMissed(effect ?? null);
  }
  const launchDue = useEffectEvent(start);
  useEffect(() => {
    if (due > 0) launchDue();
  }, [due]);
  return {
    press: () => {
      setMissed(null);
      if (outdated) setWanted(effect ?? null);
      else start();
    },
    isWaiting: wanted !== null,
    otherEffect: missed !== null && missed === effect,
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
