interface Formatters {
  readonly clock: Intl.DateTimeFormat;
  readonly shortClock: Intl.DateTimeFormat;
  readonly day: Intl.DateTimeFormat;
  readonly offset: Intl.DateTimeFormat;
  /** Name of the zone. */
  readonly zone: string;
}

let formatters = makeFormatters(undefined);

/** Writes all instants in a time zone from now on; `undefined` is the zone of the browser. Call `time-zone.ts` instead. */
export function writeInstantsIn(timeZone: string | undefined): void {
  formatters = makeFormatters(timeZone);
}

/** Name of the time zone that instants are written in: `Europe/Berlin`. */
export function zoneOfInstants(): string {
  return formatters.zone;
}

/** Date and time to the second: `2026-03-01 14:02:07`. */
export function formatInstant(at: number): string {
  return `${formatters.day.format(at)} ${formatters.clock.format(at)}`;
}

/** The same with what it takes to read it anywhere: `2026-03-01 14:02:07 +01:00 (Europe/Berlin)`. */
export function formatFullInstant(at: number): string {
  return `${formatInstant(at)} ${formatOffset(at)} (${formatters.zone})`;
}

/** Distance from UTC at an instant: `+01:00`, `+00:00`. */
export function formatOffset(at: number): string {
  const name = formatters.offset.formatToParts(at).find(({ type }) => type === "timeZoneName")?.value ?? "";
  return name.replace(/^GMT$/u, "+00:00").replace(/^GMT/u, "");
}

/** Time alone to the second: `14:02:07`. */
export function formatClock(at: number): string {
  return formatters.clock.format(at);
}

/** Time alone to the minute: `14:02`. */
export function formatShortClock(at: number): string {
  return formatters.shortClock.format(at);
}

/** Time with milliseconds, for logs: `14:02:07.123`. */
export function formatPreciseClock(at: number): string {
  return `${formatters.clock.format(at)}.${String(Math.floor(at) % 1000).padStart(3, "0")}`;
}

/** Date alone: `2026-03-01`. */
export function formatDay(at: number): string {
  return formatters.day.format(at);
}

/** As short as it stays clear: `14:02` for today, else `03-01 14:02`, with the year when it is another one. */
export function formatShortInstant(at: number, now: number): string {
  const day = formatDay(at);
  const today = formatDay(now);
  if (day === today) return formatShortClock(at);
  return `${day.slice(0, 4) === today.slice(0, 4) ? day.slice(5) : day} ${formatShortClock(at)}`;
}

function makeFormatters(timeZone: string | undefined): Formatters {
  const zone = timeZone === undefined ? {} : { timeZone };
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", ...zone });
  return {
    clock,
    shortClock: new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", ...zone }),
    day: new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit", ...zone }),
    offset: new Intl.DateTimeFormat("en-US", { timeZoneName: "longOffset", ...zone }),
    zone: timeZone ?? clock.resolvedOptions().timeZone,
  };
}
