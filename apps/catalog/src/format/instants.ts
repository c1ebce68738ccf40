const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const shortClock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const dayParts = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit" });

/** Date and time to the second in the reader's time zone: `2026-03-01 14:02:07`. */
export function formatInstant(at: number): string {
  return `${dayParts.format(at)} ${clock.format(at)}`;
}

/** Time alone to the second: `14:02:07`. */
export function formatClock(at: number): string {
  return clock.format(at);
}

/** Time with milliseconds, for logs: `14:02:07.123`. */
export function formatPreciseClock(at: number): string {
  return `${clock.format(at)}.${String(Math.floor(at) % 1000).padStart(3, "0")}`;
}

/** As short as it stays clear: `14:02` for today, else `03-01 14:02`, with the year when it is another one. */
export function formatShortInstant(at: number, now: number): string {
  const day = dayParts.format(at);
  const today = dayParts.format(now);
  if (day === today) return shortClock.format(at);
  return `${day.slice(0, 4) === today.slice(0, 4) ? day.slice(5) : day} ${shortClock.format(at)}`;
}
