import type { ReactNode } from "react";
import { formatAgo } from "../format/durations.ts";
import { formatFullInstant, formatInstant, formatShortInstant } from "../format/instants.ts";
import { useTimeZoneChoice } from "../time-zone/time-zone.ts";
import { useNow } from "./clock.ts";

/** An instant as its age; the full date, time and zone as tooltip. */
export function Ago({ at }: { readonly at: number }): ReactNode {
  const now = useNow();
  useTimeZoneChoice();
  return (
    <time dateTime={new Date(at).toISOString()} title={formatFullInstant(at)} className="whitespace-nowrap">
      {formatAgo(at, Math.max(now, at))}
    </time>
  );
}

/** An instant as date and time; its age and its zone as tooltip. */
export function At({ at }: { readonly at: number }): ReactNode {
  const now = useNow();
  useTimeZoneChoice();
  return (
    <time
      dateTime={new Date(at).toISOString()}
      title={`${formatAgo(at, now)}, ${formatFullInstant(at)}`}
      className="whitespace-nowrap"
    >
      {formatInstant(at)}
    </time>
  );
}

/** An instant as a time of day, with its date when that is not today; in full as tooltip. */
export function Clock({ at }: { readonly at: number }): ReactNode {
  const now = useNow();
  useTimeZoneChoice();
  return (
    <time dateTime={new Date(at).toISOString()} title={formatFullInstant(at)} className="whitespace-nowrap">
      {formatShortInstant(at, now)}
    </time>
  );
}

/** An instant to come as its distance: `in 3 h`; in full as tooltip. */
export function Until({ at }: { readonly at: number }): ReactNode {
  const now = useNow();
  useTimeZoneChoice();
  return (
    <time dateTime={new Date(at).toISOString()} title={formatFullInstant(at)} className="whitespace-nowrap">
      {formatAgo(at, Math.min(now, at))}
    </time>
  );
}
