import type { Schedule } from "@heddle/api";
import { type ReactNode, useId } from "react";
import { formatAgo } from "../../format/durations.ts";
import { zoneOfInstants } from "../../format/instants.ts";
import { isTimeZone, useTimeZoneChoice } from "../../time-zone/time-zone.ts";
import { useNow } from "../../ui/clock.ts";
import { Section } from "../../ui/page.tsx";
import { describeClockChange } from "./clock-changes.ts";

interface NextTicksProps {
  readonly schedule: Schedule;
  /** Zone in which they are written; the schedule's own when left out. */
  readonly zone: string | undefined;
  readonly onZone: (zone: string | undefined) => void;
}

/** The next ten ticks in a zone of one's choice, and what changes of the clocks do to them. */
export function NextTicks({ schedule, zone, onZone }: NextTicksProps): ReactNode {
  const now = useNow();
  useTimeZoneChoice();
  const { next, crons, timeZone } = schedule;
  const known = zone !== undefined && isTimeZone(zone) ? zone : timeZone;
  const zones = [...new Set([timeZone, zoneOfInstants(), "UTC", known])];
  const selectId = useId();
  const format = formatOf(known);
  return (
    <Section
      title="Next ticks"
      aside={
        <>
          <label htmlFor={selectId}>in</label>
          <select
            id={selectId}
            value={known}
            onChange={({ target }) => onZone(target.value === timeZone ? undefined : target.value)}
            className="h-7 max-w-60 rounded-md border border-line-strong bg-canvas px-1.5 text-ink"
          >
            {zones.map((name) => (
              <option key={name} value={name}>
                {name}
                {name === timeZone ? " (schedule)" : name === zoneOfInstants() ? " (yours)" : ""}
              </option>
            ))}
          </select>
        </>
      }
    >
      {next.length === 0 && <p className="text-muted">It never ticks again.</p>}
      <ol className="flex flex-col">
        {next.map((at, i) => {
          const note = describeClockChange(at, { before: next[i - 1] ?? now, crons, timeZone });
          return (
            <li key={at} className="border-b border-line py-1.5 last:border-b-0">
              <div className="flex items-baseline gap-3">
                <time dateTime={new Date(at).toISOString()}>{format.format(at).replaceAll(",", "")}</time>
                <span className="ml-auto text-xs text-muted">{formatAgo(at, Math.min(now, at))}</span>
              </div>
              {note !== null && <div className="text-xs text-stale-ink">{note}</div>}
            </li>
          );
        })}
      </ol>
      {schedule.isPaused && <p className="text-muted">It is off: none of these happens before it is on again.</p>}
    </Section>
  );
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat("en-CA", {
    timeZone,
    weekday: "short",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
}
