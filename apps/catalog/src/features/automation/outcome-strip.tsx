import type { Tick } from "@heddle/api";
import type { ReactNode } from "react";
import { MarkStrip } from "../../ui/mark-strip.tsx";
import { describeOutcomes, markOfOutcome } from "./tick-look.ts";

interface OutcomeStripProps {
  /** The oldest first. */
  readonly outcomes: readonly Tick["outcome"][];
  /** Places for so many: a short history leaves the left side empty. */
  readonly places: number;
  /** Place of the one that is looked at; -1 for none. */
  readonly current?: number;
  readonly height?: number;
}

/** What became of ticks, the newest at the right. */
export function OutcomeStrip({ outcomes, ...rest }: OutcomeStripProps): ReactNode {
  return <MarkStrip marks={outcomes.map(markOfOutcome)} label={describeOutcomes(outcomes)} {...rest} />;
}
