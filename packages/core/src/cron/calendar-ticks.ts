import { DAY_MS, HOUR_MS, MINUTE_MS, dateOfEpochDay, epochDayOf, modulo } from "./calendar-days.ts";
import type { Tick, TickLine } from "./tick-line.ts";
import type { ZoneRules } from "./zone-rules.ts";

/** Weekday of 1970-01-01, 0 for Sunday. */
const FIRST_WEEKDAY = 4;

/** When each day, week or month begins on the wall clock. */
export interface CalendarStep {
  readonly unit: "day" | "week" | "month";
  /** Day of the week (0 for Sunday) or of the month (1 to 28); 0 for days. */
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

/**
 * One tick for each day, week or month, numbered from 1970-01-01: the number follows from the date alone, whatever a
 * definition's start is. Where the clock skips more than a whole step, two numbers share an instant; the earlier one
 * stands for no time at all and is called hollow.
 */
export class CalendarTicks implements TickLine {
  readonly zone: ZoneRules;
  readonly #step: CalendarStep;
  readonly #timeOfDay: number;

  constructor(step: CalendarStep, zone: ZoneRules) {
    this.zone = zone;
    this.#step = step;
    this.#timeOfDay = step.hour * HOUR_MS + step.minute * MINUTE_MS;
  }

  tickAt(number: number): Tick {
    const local = this.#localAt(number);
    return { instant: this.zone.instantOf(local), local, isRepeated: false };
  }

  ceiling(instant: number): number {
    let number = this.#ceilingLocal(instant + this.zone.offsetAt(instant));
    while (this.zone.instantOf(this.#localAt(number - 1)) >= instant) number -= 1;
    while (this.zone.instantOf(this.#localAt(number)) < instant) number += 1;
    while (this.#isHollow(number)) number += 1;
    // Rounding up gives -0, which is another key than 0 in some places.
    return number + 0;
  }

  /** Hollow numbers in `[from, to)`, in order. */
  hollow(from: number, to: number): number[] {
    if (from >= to) return [];
    const found: number[] = [];
    for (const change of this.zone.changes(this.tickAt(from).instant - 1, this.tickAt(to).instant)) {
      if (change.offsetMs - change.offsetBeforeMs < DAY_MS) continue;
      let number = this.#ceilingLocal(change.start + change.offsetBeforeMs);
      for (; this.#isHollow(number); number += 1) if (number >= from && number < to) found.push(number);
    }
    return found;
  }

  #isHollow(number: number): boolean {
    return this.tickAt(number).instant === this.tickAt(number + 1).instant;
  }

  #localAt(number: number): number {
    return this.#epochDayAt(number) * DAY_MS + this.#timeOfDay;
  }

  #epochDayAt(number: number): number {
    const { unit, day } = this.#step;
    if (unit === "day") return number;
    if (unit === "week") return number * 7 + modulo(day - FIRST_WEEKDAY, 7);
    return epochDayOf({ year: 1970 + Math.floor(number / 12), month: modulo(number, 12) + 1, day });
  }

  /** Number of the first tick at or after a local time. */
  #ceilingLocal(local: number): number {
    const day = Math.ceil((local - this.#timeOfDay) / DAY_MS);
    const step = this.#step;
    if (step.unit === "day") return day;
    if (step.unit === "week") return Math.ceil((day - modulo(step.day - FIRST_WEEKDAY, 7)) / 7);
    const date = dateOfEpochDay(day);
    return (date.year - 1970) * 12 + date.month - 1 + (date.day > step.day ? 1 : 0);
  }
}
