import { DAY_MS, daysInMonth, epochDayOf } from "../cron/calendar-days.ts";

const LOCAL_TIME = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?)?)?)?$/;

/** A local time as milliseconds, counted as if its zone were UTC. */
export interface LocalTime {
  readonly local: number;
  /** Whether only a date, or less, was given. */
  readonly isDate: boolean;
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
  return { local: epochDayOf({ year, month, day }) * DAY_MS + seconds * 1000, isDate: match[4] === undefined };
}
