/** A time zone that instants are written in. */
interface Zone {
  /** `Europe/Berlin`. */
  name(): string;
  /** Distance from UTC at an instant, in milliseconds. */
  offset(at: number): number;
}

// Most people read instants in the zone of their browser or in UTC. For these nothing of Intl is touched: its first use
// reads the locale data of the browser, which takes 20 to 120 ms while a page is loaded.
let browserName: string | undefined;
const BROWSER: Zone = {
  name: () => (browserName ??= new Intl.DateTimeFormat("en").resolvedOptions().timeZone),
  offset: (at) => -60_000 * new Date(at).getTimezoneOffset(),
};
const UTC: Zone = { name: () => "UTC", offset: () => 0 };

let zone = BROWSER;

/** Writes all instants in a time zone from now on; `undefined` is the zone of the browser. Call `time-zone.ts` instead. */
export function writeInstantsIn(timeZone: string | undefined): void {
  zone = timeZone === undefined ? BROWSER : timeZone === "UTC" ? UTC : namedZone(timeZone);
}

/** Name of the time zone that instants are written in: `Europe/Berlin`. */
export function zoneOfInstants(): string {
  return zone.name();
}

/** Date and time to the second: `2026-03-01 14:02:07`. */
export function formatInstant(at: number): string {
  return wallClock(at).slice(0, 19).replace("T", " ");
}

/** The same with what it takes to read it anywhere: `2026-03-01 14:02:07 +01:00 (Europe/Berlin)`. */
export function formatFullInstant(at: number): string {
  return `${formatInstant(at)} ${formatOffset(at)} (${zone.name()})`;
}

/** Distance from UTC at an instant: `+01:00`, `+00:00`. */
export function formatOffset(at: number): string {
  const minutes = Math.round(zone.offset(at) / 60_000);
  const pad = (value: number): string => String(value).padStart(2, "0");
  const distance = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${pad(Math.floor(distance / 60))}:${pad(distance % 60)}`;
}

/** Time alone to the second: `14:02:07`. */
export function formatClock(at: number): string {
  return wallClock(at).slice(11, 19);
}

/** Time alone to the minute: `14:02`. */
export function formatShortClock(at: number): string {
  return wallClock(at).slice(11, 16);
}

/** Time with milliseconds, for logs: `14:02:07.123`. */
export function formatPreciseClock(at: number): string {
  return wallClock(at).slice(11, 23);
}

/** Date alone: `2026-03-01`. */
export function formatDay(at: number): string {
  return wallClock(at).slice(0, 10);
}

/** As short as it stays clear: `14:02` for today, else `03-01 14:02`, with the year when it is another one. */
export function formatShortInstant(at: number, now: number): string {
  const day = formatDay(at);
  const today = formatDay(now);
  if (day === today) return formatShortClock(at);
  return `${day.slice(0, 4) === today.slice(0, 4) ? day.slice(5) : day} ${formatShortClock(at)}`;
}

/** What a clock on a wall shows: `2026-03-01T14:02:07.123Z`, whose Z means nothing. */
function wallClock(at: number): string {
  return new Date(at + zone.offset(at)).toISOString();
}

function namedZone(name: string): Zone {
  const format = new Intl.DateTimeFormat("en", { timeZone: name, timeZoneName: "longOffset" });
  return {
    name: () => name,
    offset(at) {
      const text = format.formatToParts(at).find(({ type }) => type === "timeZoneName")?.value ?? "";
      // Before there were time zones, places had offsets to the second.
      const [, sign, hours = 0, minutes = 0, seconds = 0] = /([+-])(\d+):(\d+)(?::(\d+))?$/u.exec(text) ?? [];
      const distance = 1_000 * (3_600 * Number(hours) + 60 * Number(minutes) + Number(seconds));
      return sign === "-" ? -distance : distance;
    },
  };
}
