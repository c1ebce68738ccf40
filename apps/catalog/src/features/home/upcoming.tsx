import type { UpcomingOwner, UpcomingTicks } from "@heddle/api";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { formatCounted } from "../../format/amounts.ts";
import { formatAgo } from "../../format/durations.ts";
import { formatFullInstant, formatShortClock } from "../../format/instants.ts";
import { useNow } from "../../ui/clock.ts";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Section } from "../../ui/page.tsx";
import { upcomingQuery } from "./home-queries.ts";

/** Schedules and sensors that are listed before "more" is pressed. */
const LISTED = 8;

/** When schedules and sensors tick within a day. */
export function Upcoming(): ReactNode {
  const query = useQuery(upcomingQuery());
  const [all, setAll] = useState(false);
  const owners = query.data?.owners ?? [];
  return (
    <Section title="Next 24 hours">
      {query.isError && (
        <FailurePanel
          title="The ticks to come could not be read"
          error={query.error}
          onRetry={() => void query.refetch()}
        />
      )}
      {query.isSuccess && owners.length === 0 && (
        <p className="text-muted">No schedule or sensor ticks within a day. Declare one with schedule() or sensor().</p>
      )}
      {query.data !== undefined && owners.length > 0 && (
        <>
          <TickAxis data={query.data} />
          <ul className="flex flex-col gap-2">
            {(all ? owners : owners.slice(0, LISTED)).map((owner) => (
              <Owner key={`${owner.kind} ${owner.name}`} owner={owner} data={query.data} />
            ))}
          </ul>
        </>
      )}
      {!all && owners.length > LISTED && (
        <button
          type="button"
          onClick={() => setAll(true)}
          className="self-start text-xs text-accent-ink hover:underline"
        >
          {formatCounted(owners.length - LISTED, "more schedule or sensor", "more schedules and sensors")}
        </button>
      )}
    </Section>
  );
}

const AXIS_HOURS = [0, 6, 12, 18] as const;

function TickAxis({ data: { now, until } }: { readonly data: UpcomingTicks }): ReactNode {
  return (
    <div aria-hidden className="relative h-4 text-2xs text-muted">
      {AXIS_HOURS.map((hours) => (
        <span key={hours} className="absolute" style={{ left: `${((hours * 3_600_000) / (until - now)) * 100}%` }}>
          {hours === 0 ? "now" : formatShortClock(now + hours * 3_600_000)}
        </span>
      ))}
    </div>
  );
}

function Owner({ owner, data }: { readonly owner: UpcomingOwner; readonly data: UpcomingTicks }): ReactNode {
  const now = Math.max(useNow(), data.now);
  const next = owner.at.find((at) => at >= now) ?? owner.at.at(-1) ?? now;
  const ticks =
    owner.kind === "schedule"
      ? `${formatCounted(owner.at.length, "tick")}${owner.more ? " and more" : ""}`
      : owner.rhythm;
  return (
    <li className="flex flex-col gap-1">
      <div className="flex min-w-0 items-baseline gap-2">
        <span className="truncate font-medium" title={owner.name}>
          {owner.name}
        </span>
        <span className="truncate text-xs text-muted" title={owner.rhythm}>
          {ticks}
        </span>
        <time
          dateTime={new Date(next).toISOString()}
          title={formatFullInstant(next)}
          className="ml-auto shrink-0 text-xs text-muted"
        >
          {formatAgo(next, Math.min(now, next))}
        </time>
      </div>
      <TickMarks owner={owner} data={data} />
    </li>
  );
}

/** Each tick as a mark along the day; a sensor looks all the time. */
function TickMarks({ owner, data }: { readonly owner: UpcomingOwner; readonly data: UpcomingTicks }): ReactNode {
  const place = (at: number): number => ((at - data.now) / (data.until - data.now)) * 100;
  return (
    <svg
      aria-hidden
      viewBox="0 0 100 8"
      preserveAspectRatio="none"
      className="h-2 w-full overflow-visible rounded-[2px] bg-hover"
    >
      {owner.kind === "sensor" ? (
        <rect x={0} y={3} width={100} height={2} fill="var(--line-strong)" />
      ) : (
        owner.at.map((at) => (
          <line
            key={at}
            x1={place(at)}
            x2={place(at)}
            y1={0}
            y2={8}
            stroke="var(--accent)"
            strokeWidth={1.5}
            vectorEffect="non-scaling-stroke"
          />
        ))
      )}
    </svg>
  );
}
