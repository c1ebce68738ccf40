import { HOUR_MS } from "./calendar-days.ts";
import type { LocalTicks } from "./local-ticks.ts";
import type { ZoneRules } from "./zone-rules.ts";

/** One tick on a line of time. */
export interface Tick {
  /** Epoch milliseconds. */
  readonly instant: number;
  /** The local time that the expression names; inside the gap when the clock skipped it. */
  readonly local: number;
  /** Whether the same local time was a tick before, on the day that summer time ended. */
  readonly isRepeated: boolean;
}

/** Numbered ticks in order of time. Numbers are whole and may be negative. */
export interface TickLine {
  readonly zone: ZoneRules;
  tickAt(number: number): Tick;
  /** Number of the first tick at or after an instant. */
  ceiling(instant: number): number;
  /** Numbers in `[from, to)` that share their instant with the next one and so stand for no time at all, in order. */
  hollow(from: number, to: number): number[];
}

/** What one stretch without clock changes holds. */
interface SegmentTicks {
  /** A tick at the very start stands for local times that the clock skipped. */
  readonly makesUp: boolean;
  /** Local ticks `[from, to)` by their numbers. */
  readonly from: number;
  readonly to: number;
}

/**
 * The ticks of a cron expression in a time zone, under this rule for clock changes:
 *
 * - a local time that does not exist ticks once, at the first instant after the gap; an expression for every hour ticks
 *   there only when the gap is no whole number of hours, since otherwise no real hour is without its ticks;
 * - a local time that happens twice ticks the first time; an expression for every hour ticks both times.
 *
 * Ticks are numbered from `origin`, 0 for the first one at or after it. A tick depends on the clock alone, so a chain of
 * ticks is the same from wherever it is started.
 */
export class CronTicks implements TickLine {
  readonly zone: ZoneRules;
  readonly #local: LocalTicks;
  readonly #segments = new Map<number, SegmentTicks>();
  /** Ticks from the start of segment 0 to the start of segment `i`, and of segment `-1 - i`. */
  readonly #countsAhead: number[] = [0];
  readonly #countsBehind: number[] = [];
  readonly #origin: number;

  constructor(local: LocalTicks, zone: ZoneRules, origin: number) {
    this.#local = local;
    this.zone = zone;
    this.#origin = this.#positionAt(origin);
  }

  ceiling(instant: number): number {
    return this.#positionAt(instant) - this.#origin;
  }

  tickAt(number: number): Tick {
    const position = number + this.#origin;
    const index = this.#segmentOf(position);
    const { start, offsetMs, offsetBeforeMs } = this.zone.segment(index);
    const { makesUp, from } = this.#ticksOf(index);
    const inSegment = position - this.#countBefore(index) - (makesUp ? 1 : 0);
    if (inSegment < 0 && makesUp) {
      const skipped = this.#local.countBefore(start + offsetBeforeMs);
      return { instant: start, local: this.#local.localAt(skipped), isRepeated: false };
    }
    const local = this.#local.localAt(from + inSegment);
    // The first segment has no start; its offsets are equal.
    const isRepeated = offsetBeforeMs > offsetMs && local < start + offsetBeforeMs;
    return { instant: local - offsetMs, local, isRepeated };
  }

  /** Ticks are counted one by one, so none of them is hollow. */
  hollow(): number[] {
    return [];
  }

  /** Like `ceiling`, counted from the start of segment 0. */
  #positionAt(instant: number): number {
    const index = this.zone.indexAt(instant);
    const { start, offsetMs } = this.zone.segment(index);
    const before = this.#countBefore(index);
    if (instant <= start) return before;
    const { makesUp, from, to } = this.#ticksOf(index);
    const local = Math.min(this.#local.countBefore(instant + offsetMs), to);
    // The first segment counts from its end, so smaller numbers are right there.
    return before + (makesUp ? 1 : 0) + (start === -Infinity ? local - from : Math.max(0, local - from));
  }

  /** The segment that holds a tick by its position: the last one whose count does not exceed it. */
  #segmentOf(position: number): number {
    let low = -this.#countsBehind.length;
    let high = this.#countsAhead.length - 1;
    while (this.zone.segment(low).start !== -Infinity && this.#countBefore(low) > position) low -= 1;
    while (this.zone.segment(high).end !== Infinity && this.#countBefore(high + 1) <= position) high += 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#countBefore(middle) <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Ticks from the start of segment 0 to the start of segment `index`. */
  #countBefore(index: number): number {
    while (index >= this.#countsAhead.length) {
      const last = this.#countsAhead.length - 1;
      this.#countsAhead.push((this.#countsAhead[last] ?? 0) + this.#sizeOf(last));
    }
    while (-index > this.#countsBehind.length) {
      const earlier = -this.#countsBehind.length - 1;
      this.#countsBehind.push((this.#countsBehind[this.#countsBehind.length - 1] ?? 0) - this.#sizeOf(earlier));
    }
    return (index < 0 ? this.#countsBehind[-index - 1] : this.#countsAhead[index]) ?? 0;
  }

  #sizeOf(index: number): number {
    const { makesUp, from, to } = this.#ticksOf(index);
    return (makesUp ? 1 : 0) + to - from;
  }

  #ticksOf(index: number): SegmentTicks {
    const known = this.#segments.get(index);
    if (known !== undefined) return known;
    const ticks = this.#countTicks(index);
    this.#segments.set(index, ticks);
    return ticks;
  }

  #countTicks(index: number): SegmentTicks {
    const local = this.#local;
    const { start, end, offsetMs, offsetBeforeMs } = this.zone.segment(index);
    const to = end === Infinity ? Infinity : local.countBefore(end + offsetMs);
    if (start === -Infinity) return { makesUp: false, from: to === Infinity ? 0 : to, to };
    const changeMs = offsetMs - offsetBeforeMs;
    const isRepeatedOnce = changeMs < 0 && !local.everyHour;
    const from = local.countBefore(start + (isRepeatedOnce ? offsetBeforeMs : offsetMs));
    const skipped = changeMs > 0 ? from - local.countBefore(start + offsetBeforeMs) : 0;
    const ticksAnyway = local.localAt(from) === start + offsetMs;
    const losesNoHour = local.everyHour && changeMs % HOUR_MS === 0;
    return { makesUp: skipped > 0 && !ticksAnyway && !losesNoHour, from: Math.min(from, to), to };
  }
}
