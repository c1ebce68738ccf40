import { CalendarTicks } from "../cron/calendar-ticks.ts";
import { LocalTicks } from "../cron/local-ticks.ts";
import { CronTicks, type TickLine } from "../cron/tick-line.ts";
import { EARLIEST_MS, LATEST_MS, zoneRules, type ZoneRules } from "../cron/zone-rules.ts";
import { HeddleError } from "../errors.ts";
import { calendarStepOf } from "./cadence-fields.ts";
import { parseExclusion, type Exclusion } from "./exclusions.ts";
import { formatOffset, KeyFormat, parseOffset } from "./key-format.ts";
import { parseLocalTime } from "./local-time.ts";
import type { PartitionWindow } from "./partition-space.ts";
import { PartitionSet } from "./partition-set.ts";
import type { TimeWindowPartitionsSpec } from "./partitions-spec.ts";
import { seek } from "./range-algebra.ts";

/**
 * A definition by time made ready for use: ordinals, windows and keys. What exists depends on the clock and is asked for
 * with an instant; everything else does not.
 *
 * Ordinals of days, weeks and months follow from the date; those of hours count real hours from 1970-01-01 in the zone, and
 * those of a cron cadence ticks. None depends on `start`.
 */
export class Timeline {
  readonly spec: TimeWindowPartitionsSpec;
  readonly line: TickLine;
  /** Ordinal of the first window that the definition has. */
  readonly first: number;
  /** Ordinal after the last window that it has; `Infinity` for an open end. */
  readonly end: number;
  readonly #format: KeyFormat;
  readonly #exclusions: readonly Exclusion[];
  /** What is left out from `first` up to `#holesUntil`. */
  #holes = PartitionSet.EMPTY;
  #holesUntil: number;
  /** Holes before each range of `#holes`. */
  #holeCounts: readonly number[] = [];

  /** @throws PARTITIONS_INVALID, CRON_INVALID, TIME_ZONE_INVALID */
  constructor(spec: TimeWindowPartitionsSpec) {
    this.spec = spec;
    const start = localOf(spec.start, "start");
    const zone = zoneRules(spec.timeZone, start);
    this.line = lineOf(spec, zone);
    this.first = this.line.ceiling(zone.instantOf(start));
    this.end = spec.end === null ? Infinity : this.floor(zone.instantOf(localOf(spec.end, "end")));
    this.#holesUntil = this.first;
    const format = KeyFormat.parse(spec.format);
    if (typeof format === "string") throw invalid(`the key format has an unknown field ${format}`);
    this.#format = format;
    this.#exclusions = (spec.exclusions ?? []).map((text) => {
      const exclusion = parseExclusion(text, this.line);
      if (exclusion === null)
        throw invalid(`the exclusion ${JSON.stringify(text)} is no date, range of dates, time or cron expression`);
      return exclusion;
    });
  }

  startOf(ordinal: number): number {
    return this.line.tickAt(ordinal).instant;
  }

  /** Ordinal of the window that an instant lies in. */
  floor(instant: number): number {
    let ordinal = this.line.ceiling(instant + 1) - 1;
    // Hollow ordinals begin where the next window does, which is after the instant.
    while (this.startOf(ordinal) > instant) ordinal -= 1;
    return ordinal;
  }

  /** The window of an ordinal, whether the definition has it or not; `null` when it stands for no time at all. */
  windowOf(ordinal: number): PartitionWindow | null {
    if (!Number.isSafeInteger(ordinal)) return null;
    const [start, end] = [this.startOf(ordinal), this.startOf(ordinal + 1)];
    return start < end && start >= EARLIEST_MS && end <= LATEST_MS ? { start, end } : null;
  }

  keyOf(ordinal: number): string | null {
    if (this.windowOf(ordinal) === null) return null;
    const { instant, local, isRepeated } = this.line.tickAt(ordinal);
    const offsetMs = this.line.zone.offsetAt(instant);
    const key = this.#format.write({ local, offsetMs });
    // A repeated hour needs a name of its own; a format with %z has given it one already.
    return isRepeated && !this.#format.fields.has("z") ? key + formatOffset(offsetMs) : key;
  }

  /** The local time that a text in the format of the keys names, whether it is a key or not. */
  localOf(text: string): number | undefined {
    return this.#format.read(text)?.local;
  }

  ordinalOf(key: string): number | null {
    const ordinal = this.#findKey(key);
    return ordinal !== null && this.has(ordinal) ? ordinal : null;
  }

  /** Whether the definition has a window: between its start and its end, and not left out. */
  has(ordinal: number): boolean {
    if (ordinal < this.first || ordinal >= this.end || this.windowOf(ordinal) === null) return false;
    return !this.#exclusions.some((exclusion) => exclusion.covers(ordinal));
  }

  /** What the definition has not in `[from, to)`, although it lies between its start and its end. */
  holes(from: number, to: number): PartitionSet {
    if (from >= to) return PartitionSet.EMPTY;
    if (to > this.#holesUntil) {
      const more = this.#exclusions.flatMap((exclusion) => exclusion.within(this.#holesUntil, to));
      const hollow = this.line.hollow(this.#holesUntil, to);
      this.#holes = this.#holes.union(PartitionSet.fromRanges(more)).union(PartitionSet.of(hollow));
      this.#holesUntil = to;
    }
    return this.#holes.clip(from, to);
  }

  /** How many holes there are from `first` up to and without an ordinal. */
  countHoles(ordinal: number): number {
    if (ordinal <= this.first) return 0;
    const { ranges } = this.holes(this.first, Math.max(ordinal, this.#holesUntil));
    if (ranges.length === 0) return 0;
    if (this.#holeCounts.length !== ranges.length / 2) this.#holeCounts = sizesBefore(ranges);
    const at = seek(ranges, ordinal);
    const before = this.#holeCounts[at / 2] ?? this.#holes.size;
    return before + Math.max(0, ordinal - (ranges[at] ?? Infinity));
  }

  /** What the definition has in `[from, to)`. */
  within(from: number, to: number): PartitionSet {
    const [start, end] = [Math.max(from, this.first), Math.min(to, this.end)];
    return PartitionSet.range(start, end).subtract(this.holes(start, end));
  }

  /** What exists at an instant: every window that has ended, moved on by the definition's end offset. */
  existingAt(now: number): PartitionSet {
    const known = Math.min(Math.max(now, EARLIEST_MS), LATEST_MS);
    return this.within(this.first, this.#skip(this.floor(known), this.spec.endOffset));
  }

  /** The ordinal `count` windows on from another one; hollow ordinals are no windows. */
  #skip(ordinal: number, count: number): number {
    let target = ordinal + count;
    for (let hollow = -1; ;) {
      const passed = this.line.hollow(Math.min(ordinal, target), Math.max(ordinal, target)).length;
      if (passed === hollow) return target;
      hollow = passed;
      target = ordinal + count + Math.sign(count) * passed;
    }
  }

  /** The ordinal whose key this is, by writing the candidates again. */
  #findKey(key: string): number | null {
    const suffix = this.#format.fields.has("z") ? undefined : /^(.*)([+-]\d{4}(?:\d{2})?)$/.exec(key);
    const bare = this.#format.read(key);
    return this.#match(key, bare) ?? (suffix ? this.#match(key, this.#readRepeated(suffix)) : null);
  }

  #readRepeated([, key = "", offset = ""]: RegExpExecArray): ReturnType<KeyFormat["read"]> {
    const parsed = this.#format.read(key);
    return parsed === null ? null : { local: parsed.local, offsetMs: parseOffset(offset) };
  }

  #match(key: string, parsed: ReturnType<KeyFormat["read"]>): number | null {
    if (parsed === null) return null;
    const { local, offsetMs } = parsed;
    const instant = offsetMs === null ? this.line.zone.instantOf(local) : local - offsetMs;
    if (!(instant >= EARLIEST_MS && instant < LATEST_MS)) return null;
    const ordinal = this.line.ceiling(instant);
    if (this.keyOf(ordinal) === key) return ordinal;
    // Where the clock skipped a tick, that one is made up for at the end of the gap, just before the one that is meant.
    return this.keyOf(ordinal + 1) === key ? ordinal + 1 : null;
  }
}

/** How many ordinals lie before each of flat ranges. */
function sizesBefore(ranges: readonly number[]): number[] {
  const sizes: number[] = [];
  let size = 0;
  for (let at = 0; at < ranges.length; at += 2) {
    sizes.push(size);
    size += (ranges[at + 1] ?? 0) - (ranges[at] ?? 0);
  }
  return sizes;
}

/** The ticks that bound the windows, numbered as the cadence says. */
function lineOf(spec: TimeWindowPartitionsSpec, zone: ZoneRules): TickLine {
  const ticks = new LocalTicks(spec.cron);
  if (spec.cadence === "cron" || spec.cadence === "hourly") return new CronTicks(ticks, zone, zone.instantOf(0));
  const step = calendarStepOf(spec.cadence, ticks.fields);
  if (step === null) throw invalid(`the cron expression ${JSON.stringify(spec.cron)} is not ${spec.cadence}`);
  return new CalendarTicks(step, zone);
}

function localOf(text: string, name: string): number {
  const time = parseLocalTime(text);
  if (time === null) throw invalid(`its ${name} ${JSON.stringify(text)} is no date or time`);
  return time.local;
}

function invalid(why: string): HeddleError {
  return new HeddleError("PARTITIONS_INVALID", `the partitions definition cannot be used: ${why}`, {
    hint: "Validate the definitions: every problem is listed with its remedy.",
  });
}

const timelines = new WeakMap<TimeWindowPartitionsSpec, Timeline>();

/** The timeline of a definition; one spec object is compiled once. @throws PARTITIONS_INVALID, CRON_INVALID, TIME_ZONE_INVALID */
export function timelineOf(spec: TimeWindowPartitionsSpec): Timeline {
  const kept = timelines.get(spec);
  if (kept !== undefined) return kept;
  const timeline = new Timeline(spec);
  timelines.set(spec, timeline);
  return timeline;
}
