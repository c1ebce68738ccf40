import type { ReactNode } from "react";
import { formatAgo } from "../format/durations.ts";
import { formatInstant } from "../format/instants.ts";
import { useNow } from "./clock.ts";

/** An instant as its age; the full date and time as tooltip. */
export function Ago({ at }: { readonly at: number }): ReactNode {
  const now = useNow();
  return (
    <time dateTime={new Date(at).toISOString()} title={formatInstant(at)} className="whitespace-nowrap">
      {formatAgo(at, Math.max(now, at))}
    </time>
  );
}

/** An instant in full; its age as tooltip. */
export function At({ at }: { readonly at: number }): ReactNode {
  const now = useNow();
  return (
    <time dateTime={new Date(at).toISOString()} title={formatAgo(at, now)} className="whitespace-nowrap">
      {formatInstant(at)}
    </time>
  );
}
