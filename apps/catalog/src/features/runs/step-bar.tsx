import type { StepCounts } from "@heddle/api";
import type { ReactNode } from "react";
import { STEP_LOOK } from "../../status/status-look.ts";
import { TONE_FILL } from "../../status/status-mark.tsx";
import { StackedBar } from "../../ui/stacked-bar.tsx";
import { describeSteps, progressParts } from "./step-progress.ts";

/** Steps by state as one stacked bar. */
export function StepProgress({
  counts,
  className = "h-2",
}: {
  readonly counts: StepCounts;
  readonly className?: string;
}): ReactNode {
  const parts = progressParts(counts).map(({ status, count }) => ({
    key: status,
    count,
    fill: `${TONE_FILL[STEP_LOOK[status].tone]} ${status === "success" ? "opacity-70" : ""}`,
    minPx: status === "success" || status === "waiting" ? 1 : 3,
  }));
  return <StackedBar parts={parts} label={describeSteps(counts)} className={className} />;
}
