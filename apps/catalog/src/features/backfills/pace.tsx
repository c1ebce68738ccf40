import type { RunSummary } from "@heddle/api";
import type { ReactNode } from "react";
import { formatDuration } from "../../format/durations.ts";
import { useNow } from "../../ui/clock.ts";
import { doneSteps, remainingMs } from "../runs/step-progress.ts";
import { describeRate } from "./rate.ts";

type PaceProps = { readonly run: Pick<RunSummary, "status" | "counts" | "total" | "startedAt" | "endedAt"> };

/** How fast a run goes and when it will be over; how long it took when it is. */
export function Pace({ run }: PaceProps): ReactNode {
  const now = useNow();
  if (run.startedAt === null) return null;
  if (run.endedAt !== null) {
    const tookMs = run.endedAt - run.startedAt;
    return (
      <span>
        took {formatDuration(tookMs)}, {describeRate(doneSteps(run.counts), tookMs)}
      </span>
    );
  }
  if (run.status === "paused") return null;
  const elapsedMs = Math.max(0, now - run.startedAt);
  const left = remainingMs(run.counts, run.total, elapsedMs);
  const rate = describeRate(doneSteps(run.counts), elapsedMs);
  return (
    <>
      {rate !== "" && <span>{rate}</span>}
      {left !== null && <span>about {formatDuration(left)} left</span>}
    </>
  );
}
