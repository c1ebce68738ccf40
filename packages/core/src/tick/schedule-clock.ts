import { countTicks, nextTick, previousTick, type TickRange } from "../cron/ticks.ts";
import type { PartitionsSpec } from "../partitions/partitions-spec.ts";

/** When a schedule ticks: at the ticks of any of its cron expressions, read in one time zone. */
export interface ScheduleClock {
  /** One at least. */
  readonly crons: readonly string[];
  /** Name of the IANA database. */
  readonly timeZone: string;
}

/** Ticks of several expressions that are counted one by one, since some of them may name the same instant. */
const MAX_COUNTED = 100_000;

/** The first tick after an instant, in epoch milliseconds. @throws CRON_INVALID, TIME_ZONE_INVALID */
export function nextScheduleTick({ crons, timeZone }: ScheduleClock, after: number): number {
  return Math.min(...crons.map((cron) => nextTick(cron, timeZone, after)));
}

/** The next ticks after an instant, in order. @throws CRON_INVALID, TIME_ZONE_INVALID */
export function nextScheduleTicks(clock: ScheduleClock, after: number, count: number): number[] {
  const ticks: number[] = [];
  for (let at = after; ticks.length < count;) ticks.push((at = nextScheduleTick(clock, at)));
  return ticks;
}

/** The last tick before an instant, in epoch milliseconds. @throws CRON_INVALID, TIME_ZONE_INVALID */
export function previousScheduleTick({ crons, timeZone }: ScheduleClock, before: number): number {
  return Math.max(...crons.map((cron) => previousTick(cron, timeZone, before)));
}

/** The last ticks of a stretch of time, at most `most` of them, in order. @throws CRON_INVALID, TIME_ZONE_INVALID */
export function lastScheduleTicks(clock: ScheduleClock, { after, until }: TickRange, most: number): number[] {
  const ticks: number[] = [];
  for (let before = Math.floor(until) + 1; ticks.length < most;) {
    before = previousScheduleTick(clock, before);
    if (before <= after) break;
    ticks.unshift(before);
  }
  return ticks;
}

/**
 * How many ticks a stretch of time has. Of several expressions those beyond the first hundred thousand are counted once
 * for each expression.
 * @throws CRON_INVALID, TIME_ZONE_INVALID
 */
export function countScheduleTicks(clock: ScheduleClock, { after, until }: TickRange): number {
  const { crons, timeZone } = clock;
  const sumFrom = (start: number): number =>
    crons.reduce((sum, cron) => sum + countTicks({ cron, timeZone }, { after: start, until }), 0);
  if (crons.length === 1) return sumFrom(after);
  let at = after;
  for (let count = 0; count < MAX_COUNTED; count += 1) {
    const next = nextScheduleTick(clock, at);
    if (next > until) return count;
    at = next;
  }
  return MAX_COUNTED + sumFrom(at);
}

/** Whether two clocks tick at the same instants for the same reasons: a change of either begins a new chain of ticks. */
export function isSameClock(a: ScheduleClock, b: ScheduleClock): boolean {
  return a.timeZone === b.timeZone && a.crons.toSorted().join("\n") === b.crons.toSorted().join("\n");
}

/** Ticks whenever a window of a definition by time ends; `null` for a definition that is not by time. */
export function clockOfPartitions(spec: PartitionsSpec | null): ScheduleClock | null {
  if (spec?.kind === "time-window") return { crons: [spec.cron], timeZone: spec.timeZone };
  if (spec?.kind !== "multi") return null;
  return spec.dimensions.map(({ partitions }) => clockOfPartitions(partitions)).find((clock) => clock !== null) ?? null;
}
