import { LocalTicks } from "./local-ticks.ts";
import { CronTicks } from "./tick-line.ts";
import { zoneRules } from "./zone-rules.ts";

/** A cron expression and the zone whose clock it reads. */
export interface CronClock {
  /** Five fields, or an alias such as `@daily`. */
  readonly cron: string;
  /** Name of the IANA database. */
  readonly timeZone: string;
}

/** Lines are kept for expressions that were used lately; each is a few kilobytes. */
const MAX_LINES = 500;
const lines = new Map<string, CronTicks>();

/**
 * The first tick after an instant, in epoch milliseconds. It depends on the instant alone: a chain of ticks goes on the
 * same way from wherever it is restarted.
 *
 * A local time that does not exist ticks once, at the first instant after the gap; one that happens twice ticks once, or
 * both times when the expression ticks in every hour.
 * @throws CRON_INVALID, TIME_ZONE_INVALID
 */
export function nextTick(cron: string, timeZone: string, afterEpochMs: number): number {
  const line = cronLine({ cron, timeZone }, afterEpochMs);
  return line.tickAt(line.ceiling(Math.floor(afterEpochMs) + 1)).instant;
}

/** The last tick before an instant, in epoch milliseconds. @throws CRON_INVALID, TIME_ZONE_INVALID */
export function previousTick(cron: string, timeZone: string, beforeEpochMs: number): number {
  const line = cronLine({ cron, timeZone }, beforeEpochMs);
  return line.tickAt(line.ceiling(beforeEpochMs) - 1).instant;
}

/** A stretch of time that begins after one instant and includes the other, in epoch milliseconds. */
export interface TickRange {
  readonly after: number;
  readonly until: number;
}

/**
 * The first `limit` ticks of a stretch of time, in epoch milliseconds; see {@link countTicks} for how many there are.
 * @throws CRON_INVALID, TIME_ZONE_INVALID
 */
export function ticksBetween(clock: CronClock, range: TickRange, limit: number): number[] {
  const line = cronLine(clock, range.after);
  const first = line.ceiling(Math.floor(range.after) + 1);
  const count = Math.min(limit, countTicks(clock, range));
  return Array.from({ length: Math.max(0, count) }, (_, index) => line.tickAt(first + index).instant);
}

/** How many ticks a stretch of time has; found by arithmetic, however many they are. @throws CRON_INVALID, TIME_ZONE_INVALID */
export function countTicks(clock: CronClock, { after, until }: TickRange): number {
  const line = cronLine(clock, after);
  return Math.max(0, line.ceiling(Math.floor(until) + 1) - line.ceiling(Math.floor(after) + 1));
}

function cronLine({ cron, timeZone }: CronClock, seedMs: number): CronTicks {
  const name = `${timeZone} ${cron}`;
  const kept = lines.get(name);
  if (kept !== undefined) return kept;
  const line = new CronTicks(new LocalTicks(cron), zoneRules(timeZone, seedMs), seedMs);
  const [oldest] = lines.keys();
  if (lines.size >= MAX_LINES && oldest !== undefined) lines.delete(oldest);
  lines.set(name, line);
  return line;
}
