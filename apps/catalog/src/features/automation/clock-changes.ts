import { nextTick, previousTick } from "@heddle/core/internal";

const MINUTE = 60_000;
/** By how much clocks are changed somewhere on Earth. */
const SHIFTS = [30, 60, 120].map((minutes) => minutes * MINUTE);

const formats = new Map<string, Intl.DateTimeFormat>();

/** How far the clocks of a zone are from UTC at an instant, in milliseconds. */
export function offsetMs(at: number, timeZone: string): number {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
    formats.set(timeZone, format);
  }
  const name = format.formatToParts(at).find(({ type }) => type === "timeZoneName")?.value ?? "";
  const match = /^GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/u.exec(name);
  const [, sign, hours = "0", minutes = "0", seconds = "0"] = match ?? [];
  const size = (Number(hours) * 60 + Number(minutes)) * MINUTE + Number(seconds) * 1_000;
  return sign === "-" ? -size : size;
}

/**
 * What a change of the clocks does to a tick; `null` where it does nothing. `before` is the tick before it, or now.
 *
 * @param crons the expressions that may have led to it
 */
export function describeClockChange(
  at: number,
  {
    before,
    crons,
    timeZone,
  }: { readonly before: number; readonly crons: readonly string[]; readonly timeZone: string },
): string | null {
  const offset = offsetMs(at, timeZone);
  const skipped = offset - offsetMs(at - 1, timeZone);
  // A local time as if it were UTC: there no clock is ever changed.
  const local = at + offset;
  const isOwnTime = crons.some((cron) => nextTick(cron, "UTC", local - 1) === local);
  if (skipped > 0 && !isOwnTime) {
    const meant = Math.max(...crons.map((cron) => previousTick(cron, "UTC", local)));
    return `${clockOf(meant)} does not exist on this day: it ticks when the clocks have gone forward`;
  }
  const second = SHIFTS.some((shift) => offsetMs(at - shift, timeZone) - offset === shift);
  const first = SHIFTS.some((shift) => offset - offsetMs(at + shift, timeZone) === shift);
  if (first || second)
    return `${clockOf(local)} comes twice on this day: this is the ${first ? "first" : "second"} time`;
  const moved = offset - offsetMs(before, timeZone);
  if (moved === 0) return null;
  return `the clocks go ${moved > 0 ? "forward" : "back"} before it: ${nameOf(offset - moved)} → ${nameOf(offset)}`;
}

function clockOf(local: number): string {
  return new Date(local).toISOString().slice(11, 16);
}

/** `UTC+02:00` */
function nameOf(offset: number): string {
  const minutes = Math.abs(offset) / MINUTE;
  const pad = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  return `UTC${offset < 0 ? "-" : "+"}${pad(minutes / 60)}:${pad(minutes % 60)}`;
}
