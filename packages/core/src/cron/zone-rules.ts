// Functions and not Temporal's classes: browsers then load a third of it.
import { fromEpochMilliseconds, toZonedDateTimeISO } from "temporal-polyfill/fns/Instant";
import {
  getTimeZoneTransition,
  offsetNanoseconds,
  type Record as ZonedDateTime,
} from "temporal-polyfill/fns/ZonedDateTime";
import { HeddleError } from "../errors.ts";
import { findNearest } from "../nearest.ts";

/** Clock changes are known from here … */
export const EARLIEST_MS = Date.UTC(1800, 0, 1);
/** … to here; outside, the offset of the edge holds. */
export const LATEST_MS = Date.UTC(2200, 0, 1);

/** A stretch of time in which a zone's offset does not change, in epoch milliseconds, half open. */
export interface ZoneSegment {
  /** `-Infinity` for the first one. */
  readonly start: number;
  /** `Infinity` for the last one. */
  readonly end: number;
  /** Local time minus UTC. */
  readonly offsetMs: number;
  /** The offset before `start`; equal to `offsetMs` for the first segment. */
  readonly offsetBeforeMs: number;
}

/**
 * The clock changes of one time zone as a table, so that conversions are arithmetic: asking Temporal costs tens of
 * microseconds each time. The table grows from the first instant that is asked for in the direction that is needed.
 * Local times are milliseconds, counted as if the zone were UTC.
 */
export class ZoneRules {
  readonly timeZone: string;
  readonly #ahead: ZoneSegment[];
  readonly #behind: ZoneSegment[] = [];

  /** Use {@link zoneRules}, which keeps one table for each zone. */
  constructor(timeZone: string, seedMs: number) {
    this.timeZone = timeZone;
    const seed = Math.min(Math.max(seedMs, EARLIEST_MS + 1), LATEST_MS - 1);
    // A transition at the very seed is the start of its segment, and `previous` means strictly before.
    const start = transition(at(timeZone, seed + 1), "previous");
    this.#ahead = [segmentFrom(timeZone, start, seed)];
  }

  /** Number of the segment that holds an instant: 0 for the seed's, then by one in each direction. */
  indexAt(instant: number): number {
    const known = Math.min(Math.max(instant, EARLIEST_MS), LATEST_MS);
    while (known >= this.segment(this.#ahead.length - 1).end) this.segment(this.#ahead.length);
    while (known < this.segment(-this.#behind.length).start) this.segment(-this.#behind.length - 1);
    let low = -this.#behind.length;
    let high = this.#ahead.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.segment(middle).start <= known) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** A segment by its number. Past the last one it is the last one, and likewise for the first. */
  segment(index: number): ZoneSegment {
    while (index >= this.#ahead.length) {
      const last = this.#ahead[this.#ahead.length - 1];
      if (last === undefined || last.end === Infinity) break;
      this.#ahead.push(segmentFrom(this.timeZone, last.end, last.end));
    }
    while (-index > this.#behind.length) {
      const first = this.#behind[this.#behind.length - 1] ?? this.#ahead[0];
      if (first === undefined || first.start === -Infinity) break;
      const start = transition(at(this.timeZone, first.start), "previous");
      this.#behind.push(segmentFrom(this.timeZone, start, first.start - 1));
    }
    const clamped = Math.min(Math.max(index, -this.#behind.length), this.#ahead.length - 1);
    const segment = clamped < 0 ? this.#behind[-clamped - 1] : this.#ahead[clamped];
    if (segment === undefined) throw new HeddleError("INTERNAL", `the zone ${this.timeZone} has no segment ${index}`);
    return segment;
  }

  /** Local time minus UTC at an instant. */
  offsetAt(instant: number): number {
    return this.segment(this.indexAt(instant)).offsetMs;
  }

  /**
   * The instant of a local time: the first of two when it happens twice, the first instant after the gap when it does
   * not happen.
   */
  instantOf(local: number): number {
    // The offset is off by at most a day or so, so the right segment is this one or a neighbour.
    const near = this.indexAt(local - this.offsetAt(local));
    for (let index = near - 2; index <= near + 2; index += 1) {
      const { start, end, offsetMs, offsetBeforeMs } = this.segment(index);
      if (local < start + offsetMs && local >= start + offsetBeforeMs) return start;
      const instant = local - offsetMs;
      if (instant >= start && instant < end) return instant;
    }
    throw new HeddleError("INTERNAL", `the local time ${local} has no instant in ${this.timeZone}`);
  }

  /** The segments that begin after `from` and not after `to`, in order: one for each clock change. */
  *changes(from: number, to: number): IterableIterator<ZoneSegment> {
    for (let index = this.indexAt(from) + 1; ; index += 1) {
      const segment = this.segment(index);
      if (segment.start > to || segment.start <= from || segment.start === -Infinity) return;
      yield segment;
      if (segment.end === Infinity) return;
    }
  }
}

function segmentFrom(timeZone: string, start: number, inside: number): ZoneSegment {
  const zoned = at(timeZone, inside);
  const offsetMs = offsetNanoseconds(zoned) / 1e6;
  const offsetBeforeMs = start === -Infinity ? offsetMs : offsetNanoseconds(at(timeZone, start - 1)) / 1e6;
  return { start, end: transition(zoned, "next"), offsetMs, offsetBeforeMs };
}

function at(timeZone: string, instant: number): ZonedDateTime {
  return toZonedDateTimeISO(fromEpochMilliseconds(instant), timeZone);
}

function transition(zoned: ZonedDateTime, direction: "next" | "previous"): number {
  const found = getTimeZoneTransition(zoned, direction)?.epochMilliseconds;
  if (direction === "next") return found === undefined || found >= LATEST_MS ? Infinity : found;
  return found === undefined || found <= EARLIEST_MS ? -Infinity : found;
}

const tables = new Map<string, ZoneRules>();

/** The table of a zone, kept for the life of the process. @throws TIME_ZONE_INVALID with the nearest names */
export function zoneRules(timeZone: string, seedMs: number): ZoneRules {
  const kept = tables.get(timeZone);
  if (kept !== undefined) return kept;
  if (!isTimeZone(timeZone)) throw unknownTimeZone(timeZone);
  const rules = new ZoneRules(timeZone, seedMs);
  tables.set(timeZone, rules);
  return rules;
}

/** Says whether a time zone is known: a name of the IANA database or an offset such as `+02:00`. */
export function isTimeZone(timeZone: string): boolean {
  try {
    at(timeZone, 0);
    return true;
  } catch {
    // Temporal says "unknown" by throwing; there is nothing else to learn from it.
    return false;
  }
}

/** The error for a time zone that is not known. */
export function unknownTimeZone(timeZone: string): HeddleError {
  const all = ["UTC", ...Intl.supportedValuesOf("timeZone")];
  const wanted = timeZone.toLowerCase().replaceAll(" ", "_");
  const containing = wanted.length < 3 ? [] : all.filter((name) => name.toLowerCase().includes(wanted));
  const nearest = [...new Set([...containing, ...findNearest(timeZone, all)])].slice(0, 3);
  const examples = nearest.length > 0 ? `; the nearest are ${nearest.join(", ")}` : ", such as Europe/Berlin";
  return new HeddleError("TIME_ZONE_INVALID", `there is no time zone ${JSON.stringify(timeZone)}`, {
    hint: `Use a name of the IANA database${examples}.`,
    details: { timeZone, nearest },
  });
}
