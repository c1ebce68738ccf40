import { DAY_MS } from "../cron/calendar-days.ts";
import { LocalTicks } from "../cron/local-ticks.ts";
import { CronTicks, type TickLine } from "../cron/tick-line.ts";
import { parseLocalTime } from "./local-time.ts";

/** The windows that one exclusion leaves out. */
export interface Exclusion {
  /** Whether the window with this ordinal is left out. */
  covers(ordinal: number): boolean;
  /** Flat ranges of what is left out in `[from, to)`. */
  within(from: number, to: number): number[];
}

/** Says whether an exclusion is a cron expression: it has blanks between its fields, or is an alias. */
export function isCronExclusion(text: string): boolean {
  return text.startsWith("@") || /\S\s+\S+\s+\S/.test(text);
}

/** Reads an exclusion: a date, a local time, two of them with `..` between, or a cron expression. @throws CRON_INVALID */
export function parseExclusion(text: string, line: TickLine): Exclusion | null {
  const range = parseLocalRange(text);
  if (range !== null) return excludeLocal(range, line);
  return isCronExclusion(text) ? excludeTicks(new LocalTicks(text), line) : null;
}

/** The local times that an exclusion leaves out, where it names them; `null` when it does not, or ends before it begins. */
export function parseLocalRange(text: string): LocalRange | null {
  const [first = "", last = first, ...rest] = text.split("..").map((part) => part.trim());
  const [from, to] = [parseLocalTime(first), parseLocalTime(last)];
  if (from === null || to === null || rest.length > 0 || to.end <= from.local) return null;
  return { from: from.local, to: to.end };
}

const MINUTES_PER_DAY = 1440;

/** Local times from `from` up to and without `to`. */
export interface LocalRange {
  readonly from: number;
  readonly to: number;
}

/** Leaves out what starts at a local time of the range. */
function excludeLocal(range: LocalRange, line: TickLine): Exclusion {
  const [first, end] = startingIn(range, line);
  return {
    covers: (ordinal) => ordinal >= first && ordinal < end,
    within: (from, to) => {
      const [start, stop] = [Math.max(first, from), Math.min(end, to)];
      return start < stop ? [start, stop] : [];
    },
  };
}

/** Ordinals `[first, end)` of what starts at a local time of the range. */
export function startingIn({ from, to }: LocalRange, line: TickLine): readonly [number, number] {
  let [first, end] = [line.ceiling(line.zone.instantOf(from)), line.ceiling(line.zone.instantOf(to))];
  // A start inside a gap counts by the local time that it stands for, which may belong to the day before.
  while (line.tickAt(end).local < to) end += 1;
  while (first < end && line.tickAt(first).local < from) first += 1;
  return [first, end];
}

function excludeTicks(local: LocalTicks, line: TickLine): Exclusion {
  let ticks: CronTicks | undefined;
  const excluded = (seed: number): CronTicks => (ticks ??= new CronTicks(local, line.zone, seed));
  const isTick = (instant: number): boolean => {
    const from = excluded(instant);
    return from.tickAt(from.ceiling(instant)).instant === instant;
  };
  return {
    covers: (ordinal) => isTick(line.tickAt(ordinal).instant),
    within: (from, to) => {
      if (from >= to) return [];
      if (local.ticksPerDay === MINUTES_PER_DAY) return wholeDays(local, line, { from, to });
      const [start, end] = [line.tickAt(from).instant, line.tickAt(to).instant];
      const cron = excluded(start);
      const [first, stop] = [cron.ceiling(start), cron.ceiling(end)];
      if (stop - first > to - from) return singles(from, to, (ordinal) => isTick(line.tickAt(ordinal).instant));
      const found: number[] = [];
      for (let number = first; number < stop; number += 1) {
        const { instant } = cron.tickAt(number);
        const ordinal = line.ceiling(instant);
        if (line.tickAt(ordinal).instant === instant) found.push(ordinal, ordinal + 1);
      }
      return found;
    },
  };
}

/** What starts on the days of an expression that ticks in every minute of them; there are fewer days than windows. */
function wholeDays(local: LocalTicks, line: TickLine, ordinals: LocalRange): number[] {
  const dates = local.fields.text.split(" ").slice(2).join(" ");
  const days = new LocalTicks(`0 0 ${dates}`);
  const last = line.tickAt(ordinals.to).local;
  const found: number[] = [];
  for (let number = days.countBefore(line.tickAt(ordinals.from).local - DAY_MS); ; number += 1) {
    const day = days.localAt(number);
    if (day > last) return found;
    const [first, end] = startingIn({ from: day, to: day + DAY_MS }, line);
    const [start, stop] = [Math.max(first, ordinals.from), Math.min(end, ordinals.to)];
    if (start < stop) found.push(start, stop);
  }
}

function singles(from: number, to: number, isExcluded: (ordinal: number) => boolean): number[] {
  const found: number[] = [];
  for (let ordinal = from; ordinal < to; ordinal += 1) if (isExcluded(ordinal)) found.push(ordinal, ordinal + 1);
  return found;
}
