import type { StepCounts } from "@heddle/api";
import type { ReactNode } from "react";
import { STEP_LOOK } from "../../status/status-look.ts";
import { TONE_FILL } from "../../status/status-mark.tsx";
import { describeSteps, progressParts } from "./step-progress.ts";

/** Steps by state as one stacked bar. */
export function StepProgress({
  counts,
  className = "h-2",
}: {
  readonly counts: StepCounts;
  readonly className?: string;
}): ReactNode {
  const text = describeSteps(counts);
  return (
    <span
      role="img"
      aria-label={text}
      title={text}
      className={`flex min-w-0 gap-px overflow-hidden rounded-[2px] ${className}`}
    >
      {progressParts(counts).map(({ status, count }) => (
        <span
          key={status}
          className={`${TONE_FILL[STEP_LOOK[status].tone]} ${status === "success" ? "opacity-70" : ""}`}
          style={{ flexGrow: count, flexBasis: 0, minWidth: status === "success" || status === "waiting" ? 1 : 3 }}
        />
      ))}
    </span>
  );
}
