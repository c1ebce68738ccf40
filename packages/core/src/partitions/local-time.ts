import { DAY_MS, daysInMonth, epochDayOf, type CalendarDate } from "../cron/calendar-days.ts";

const LOCAL_TIME = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?)?)?)?$/;

/** A local time as milliseconds, counted as if its zone were UTC. */
export interface LocalTime {
  readonly local: number;
  /** The first local time after what was given: after the whole year, month or day; for a time, right after it. */
  readonly end: number;
}

/** Reads `2024`, `2024-01`, `2024-01-31` or `2024-01-31T05:00[:00]`; `null` when it is no date or time. */
export function parseLocalTime(text: string): LocalTime | null {
  const match = LOCAL_TIME.exec(text);
  if (match === null) return null;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map((part) => (part === undefined ? undefined : Number(part)));
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  if (hour > 23 || minute > 59 || second > 59) return null;
  const seconds = hour * 3600 + minute * 60 + second;
  const local = epochDayOf({ year, month, day }) * DAY_MS + seconds * 1000;
  if (match[4] !== undefined) return { local, end: local + 1 };
  return { local, end: lastDay({ year, month, day }, match) * DAY_MS + DAY_MS };
}

/** The last day of a year, of a month, or the day itself, by how much of a date was written. */
function lastDay(date: CalendarDate, [, , month, day]: RegExpExecArray): number {
  if (month === undefined) return epochDayOf({ ...date, month: 12, day: 31 });
  return epochDayOf(day === undefined ? { ...date, day: daysInMonth(date.year, date.month) } : date);
}
