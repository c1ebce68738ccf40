import type { ReactNode } from "react";
import { formatAgo } from "../../format/durations.ts";
import { formatFullInstant } from "../../format/instants.ts";
import { useTimeZoneChoice } from "../../time-zone/time-zone.ts";
import { useNow } from "../../ui/clock.ts";

/** An instant that is to come, as the time until then; one that has just passed is now. */
export function Ahead({ at }: { readonly at: number }): ReactNode {
  const now = useNow();
  useTimeZoneChoice();
  return (
    <time dateTime={new Date(at).toISOString()} title={formatFullInstant(at)} className="whitespace-nowrap">
      {formatAgo(at, Math.min(now, at))}
    </time>
  );
}
