import { formatOffset } from "../../format/instants.ts";

/** A stretch of time as the address holds it: texts, so that "last 7d" stays what it says. */
export interface TimeRangeText {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** A stretch of time in epoch milliseconds, half open; open where an end is left out. */
export interface TimeRange {
  readonly from?: number;
  readonly to?: number;
}

const UNITS: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/** Takes apart what somebody types: `last 7d`, `2026-01..2026-03`, `2026-01-15`, `..2026-01`; `null` when it means nothing. */
export function splitTimeRange(text: string): TimeRangeText | null {
  const trimmed = text.trim().toLowerCase();
  if (trimmed === "") return {};
  const [first = "", second, ...rest] = trimmed.split("..").map((part) => part.trim());
  if (rest.length > 0 || (first === "" && (second ?? "") === "")) return null;
  const isOne = second === undefined;
  const range =
    isOne && isSpan(first) ? { from: first, to: first } : { from: first || undefined, to: second || undefined };
  return resolveTimeRange(range, 0) === null ? null : range;
}

/** Writes a stretch as {@link splitTimeRange} reads it. */
export function joinTimeRange({ from, to }: TimeRangeText): string {
  if (from === undefined && to === undefined) return "";
  if (from === to) return from ?? "";
  return to === undefined && from !== undefined && !isSpan(from) ? from : `${from ?? ""}..${to ?? ""}`;
}

/** What texts come to at an instant; a day, month or year as the end is meant whole. `null` when one cannot be read. */
export function resolveTimeRange({ from, to }: TimeRangeText, now: number): TimeRange | null {
  const start = from === undefined ? undefined : boundsOf(from, now);
  const end = to === undefined ? undefined : boundsOf(to, now);
  if (start === null || end === null) return null;
  if (start !== undefined && end !== undefined && start[0] >= end[1]) return null;
  return {
    ...(start === undefined ? {} : { from: start[0] }),
    ...(end === undefined ? {} : { to: end[1] }),
  };
}

/** Whether a text names a stretch with an end of its own, and not one that lasts until now. */
function isSpan(text: string): boolean {
  return text === "today" || text === "yesterday" || (/^\d{4}/u.test(text) && ageOf(text) === null);
}

/** How long ago `last 7d` or `7d` begins. */
function ageOf(text: string): number | null {
  const match = /^(?:last\s+)?(?<count>\d{1,4})\s*(?<unit>[mhdw])$/u.exec(text);
  const unit = UNITS[match?.groups?.["unit"] ?? ""];
  return unit === undefined ? null : Number(match?.groups?.["count"]) * unit;
}

function boundsOf(text: string, now: number): readonly [start: number, end: number] | null {
  const age = ageOf(text);
  if (age !== null) return [now - age, now + 1];
  if (text === "today" || text === "yesterday") return dayBounds(now, text === "today" ? 0 : -1);
  const match =
    /^(?<year>\d{4})(?:-(?<month>\d{2})(?:-(?<day>\d{2})(?:[t ](?<hour>\d{2}):(?<minute>\d{2}))?)?)?$/u.exec(text);
  if (match?.groups === undefined) return null;
  const { year, month, day, hour, minute } = match.groups;
  const parts = [
    Number(year),
    Number(month ?? 1) - 1,
    Number(day ?? 1),
    Number(hour ?? 0),
    Number(minute ?? 0),
  ] as const;
  const [y, mo, d, h, mi] = parts;
  const read = new Date(Date.UTC(y, mo, d, h, mi));
  // The calendar takes the 31st of February for the 2nd of March; nobody means that.
  if (read.getUTCMonth() !== mo || read.getUTCDate() !== d || h > 23 || mi > 59) return null;
  const start = instantOf(Date.UTC(y, mo, d, h, mi));
  if (minute !== undefined) return [start, start + 60_000];
  if (day !== undefined) return [start, instantOf(Date.UTC(y, mo, d + 1))];
  return [start, instantOf(month === undefined ? Date.UTC(y + 1, 0, 1) : Date.UTC(y, mo + 1, 1))];
}

function dayBounds(now: number, offset: number): readonly [number, number] {
  const local = new Date(now + offsetMs(now));
  const midnight = (days: number): number =>
    instantOf(Date.UTC(local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate() + offset + days));
  return [midnight(0), midnight(1)];
}

/** The instant at which clocks of the reader's time zone show what UTC shows at `shown`. */
function instantOf(shown: number): number {
  const guess = shown - offsetMs(shown);
  return shown - offsetMs(guess);
}

function offsetMs(at: number): number {
  const match = /^(?<sign>[+-])(?<hours>\d{2}):(?<minutes>\d{2})$/u.exec(formatOffset(at));
  if (match?.groups === undefined) return 0;
  const ms = Number(match.groups["hours"]) * 3_600_000 + Number(match.groups["minutes"]) * 60_000;
  return match.groups["sign"] === "-" ? -ms : ms;
}
