import type { RunLimitState } from "@heddle/api";
import { formatDuration } from "../../format/durations.ts";

/** What is to be said of a limit in time now. */
export interface LimitText {
  readonly text: string;
  /** `calm`: there is time. `close`: a tenth of it is left, or less than a minute. `exceeded`: there is none. */
  readonly tone: "calm" | "close" | "exceeded";
}

/** Less than this is close, however much time there was. */
const CLOSE_MS = 60_000;
/** Less than this part of the time that there was is close. */
const CLOSE_PART = 0.1;

const DEMANDS: Record<RunLimitState["limit"], string> = {
  start: "to begin",
  timeout: "of its time-out",
  deadline: "to its deadline",
};

const EXCEEDED: Record<RunLimitState["limit"], string> = {
  start: "did not begin in time",
  timeout: "ran longer than it may",
  deadline: "missed its deadline",
};

/**
 * How much is left of a limit in time, or that it was exceeded; `null` where nothing is to be said any more, and for a time
 * that has not begun to run. `since` is when the time began.
 */
export function describeLimit(
  { limit, action, at, state }: RunLimitState,
  { now, since }: { readonly now: number; readonly since: number },
): LimitText | null {
  if (state === "exceeded") {
    return { text: `${EXCEEDED[limit]}${action === "cancel" ? ", so it was canceled" : ""}`, tone: "exceeded" };
  }
  if (state === "kept" || at === null) return null;
  const consequence = action === "cancel" ? "then it is canceled" : "then that is told";
  const leftMs = at - now;
  // The daemon judges a moment later than the page can tell.
  if (leftMs <= 0) return { text: `nothing left ${DEMANDS[limit]}, ${consequence}`, tone: "exceeded" };
  const isClose = leftMs < CLOSE_MS || leftMs < (at - since) * CLOSE_PART;
  return { text: `${formatDuration(leftMs)} left ${DEMANDS[limit]}, ${consequence}`, tone: isClose ? "close" : "calm" };
}
