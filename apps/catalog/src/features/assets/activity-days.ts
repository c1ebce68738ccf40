import type { AssetActivity } from "@heddle/api";
import { formatDay, formatInstant } from "../../format/instants.ts";
import { PARTITION_LOOK, type StatusLook } from "../../status/status-look.ts";

const HOUR_MS = 3_600_000;

/** What runs did with an asset on one day. */
export interface DayActivity {
  readonly made: number;
  readonly failed: number;
  readonly skipped: number;
  readonly open: number;
}

/** Beginnings of the last days in the time zone that is shown, and the end of today: one bound more than there are days. */
export function dayBounds(now: number, days: number): readonly number[] {
  const bounds = [endOfDay(now)];
  while (bounds.length <= days) bounds.unshift(startOfDay((bounds[0] ?? now) - 1));
  return bounds;
}

/** The first instant of the day on which an instant lies: where the date changes, whatever the clock does there. */
function startOfDay(at: number): number {
  const day = formatDay(at);
  let before = at - 25 * HOUR_MS;
  let after = at;
  while (formatDay(before) === day) before -= HOUR_MS;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (formatDay(middle) === day) after = middle;
    else before = middle;
  }
  return after;
}

function endOfDay(at: number): number {
  const day = formatDay(at);
  let next = at + HOUR_MS;
  while (formatDay(next) === day) next += HOUR_MS;
  return startOfDay(next);
}

/** The days of each asset by its id; `undefined` for a day on which nothing was done. */
export function activityById(
  { ids, cells }: AssetActivity,
  days: number,
): ReadonlyMap<number, readonly (DayActivity | undefined)[]> {
  return new Map(
    ids.map((id, i) => {
      const own: (DayActivity | undefined)[] = Array.from({ length: days });
      const flat = cells[i] ?? [];
      for (let at = 0; at < flat.length; at += 5) {
        const [day = 0, made = 0, failed = 0, skipped = 0, open = 0] = flat.slice(at, at + 5);
        own[day] = { made, failed, skipped, open };
      }
      return [id, own];
    }),
  );
}

/** The one look of a day: the worst of what happened on it. */
export function lookOfDay({ made, failed, skipped, open }: DayActivity): StatusLook {
  if (failed > 0) return PARTITION_LOOK.failed;
  if (open > 0) return PARTITION_LOOK.running;
  return made > 0 || skipped === 0 ? PARTITION_LOOK.fresh : PARTITION_LOOK.skipped;
}

/** A day in words: `2026-11-20: 3 made, 1 failed`. */
export function describeDay(startsAt: number, activity: DayActivity | undefined): string {
  const day = formatInstant(startsAt).slice(0, 10);
  if (activity === undefined) return `${day}: nothing`;
  const { made, failed, open, skipped } = activity;
  const parts = [
    failed > 0 && `${failed} failed`,
    open > 0 && `${open} not over`,
    made > 0 && `${made} made`,
    skipped > 0 && `${skipped} skipped`,
  ].filter((part) => part !== false);
  return `${day}: ${parts.join(", ")}`;
}
