import { DAY_MS, MINUTE_MS, dateOfEpochDay, daysInMonth, epochDayOf, modulo, weekdayOf } from "./calendar-days.ts";
import { invalid, parseCronFields, type CronFields } from "./cron-expression.ts";

/** The calendar repeats after this many months: the number of its days is a multiple of seven. */
const CYCLE_MONTHS = 4800;

/**
 * The ticks of a cron expression on the wall clock alone, where no day has a gap: numbered in order, 0 for the first one
 * at or after 1970-01-01T00:00. Number and local time are found from each other by arithmetic, so that a million ticks
 * cost no more than one.
 */
export class LocalTicks {
  readonly fields: CronFields;
  /** Whether the expression ticks in every hour of a matching day: each real hour has its ticks then. */
  readonly everyHour: boolean;
  /** Milliseconds after midnight, in order. */
  readonly #timesOfDay: readonly number[];
  /** Matching days before each month of a cycle that begins in 1970, and in all of it at the end. */
  readonly #daysBefore: Int32Array;
  readonly #masks = new Map<number, number>();

  /** @throws CRON_INVALID, also for an expression that never ticks, such as one for February 30 */
  constructor(expression: string) {
    this.fields = parseCronFields(expression);
    const { hours, minutes } = this.fields;
    this.everyHour = hours.length === 24;
    this.#timesOfDay = hours.flatMap((hour) => minutes.map((minute) => (hour * 60 + minute) * MINUTE_MS));
    this.#daysBefore = this.#countCycle();
    if (this.#daysPerCycle === 0) {
      throw invalid(
        expression,
        "no date ever matches it",
        "Look at its day of month and its month: some months are shorter.",
      );
    }
  }

  get #daysPerCycle(): number {
    return this.#daysBefore[CYCLE_MONTHS] ?? 0;
  }

  /** How often it ticks on a matching day. */
  get ticksPerDay(): number {
    return this.#timesOfDay.length;
  }

  /** The number of the first tick at or after a local time. */
  countBefore(local: number): number {
    const day = Math.floor(local / DAY_MS);
    const days = this.#countDays(day);
    const isMatch = this.#countDays(day + 1) > days;
    return days * this.ticksPerDay + (isMatch ? lowerBound(this.#timesOfDay, local - day * DAY_MS) : 0);
  }

  /** The local time of a tick by its number. */
  localAt(number: number): number {
    const day = this.#dayAt(Math.floor(number / this.ticksPerDay));
    return day * DAY_MS + (this.#timesOfDay[modulo(number, this.ticksPerDay)] ?? 0);
  }

  /** Matching days from 1970-01-01 up to and without a day. */
  #countDays(epochDay: number): number {
    const { year, month, day } = dateOfEpochDay(epochDay);
    const months = (year - 1970) * 12 + month - 1;
    const cycle = Math.floor(months / CYCLE_MONTHS);
    const earlier = this.#maskOf(year, month) & ((1 << day) - 1);
    const inCycle = (this.#daysBefore[months - cycle * CYCLE_MONTHS] ?? 0) + countBits(earlier);
    return cycle * this.#daysPerCycle + inCycle;
  }

  /** The matching day with a number, 0 for the first one at or after 1970-01-01. */
  #dayAt(number: number): number {
    const cycle = Math.floor(number / this.#daysPerCycle);
    const inCycle = number - cycle * this.#daysPerCycle;
    let low = 0;
    let high = CYCLE_MONTHS - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#daysBefore[middle] ?? 0) <= inCycle) low = middle;
      else high = middle - 1;
    }
    const months = cycle * CYCLE_MONTHS + low;
    const year = 1970 + Math.floor(months / 12);
    const month = modulo(months, 12) + 1;
    let mask = this.#maskOf(year, month);
    for (let skip = inCycle - (this.#daysBefore[low] ?? 0); skip > 0; skip -= 1) mask &= mask - 1;
    const day = 31 - Math.clz32(mask & -mask);
    return epochDayOf({ year, month, day });
  }

  #countCycle(): Int32Array {
    const counts = new Int32Array(CYCLE_MONTHS + 1);
    for (let month = 0; month < CYCLE_MONTHS; month += 1) {
      const mask = this.#maskOf(1970 + Math.floor(month / 12), (month % 12) + 1);
      counts[month + 1] = (counts[month] ?? 0) + countBits(mask);
    }
    return counts;
  }

  /** Matching days of a month, bit `d` for day `d`. It depends on the month, its length and its first weekday only. */
  #maskOf(year: number, month: number): number {
    const length = daysInMonth(year, month);
    const firstWeekday = weekdayOf(epochDayOf({ year, month, day: 1 }));
    const key = (month * 32 + length) * 7 + firstWeekday;
    const known = this.#masks.get(key);
    if (known !== undefined) return known;
    const mask = (this.fields.months & (1 << month)) === 0 ? 0 : matchingDays(this.fields, length, firstWeekday);
    this.#masks.set(key, mask);
    return mask;
  }
}

function matchingDays(fields: CronFields, length: number, firstWeekday: number): number {
  const { restricts } = fields;
  let mask = 0;
  for (let day = 1; day <= length; day += 1) {
    const weekday = (firstWeekday + day - 1) % 7;
    const byDate = (fields.daysOfMonth & (1 << day)) !== 0 || fields.daysFromEnd.includes(length - day);
    const byWeekday =
      (fields.daysOfWeek & (1 << weekday)) !== 0 ||
      fields.nthDaysOfWeek.some((each) => each.day === weekday && each.nth === Math.ceil(day / 7)) ||
      (day > length - 7 && fields.lastDaysOfWeek.includes(weekday));
    // The old rule of cron: two restrictions are alternatives.
    const isEither = restricts.dayOfMonth && restricts.dayOfWeek;
    if (isEither ? byDate || byWeekday : byDate && byWeekday) mask |= 1 << day;
  }
  return mask;
}

function countBits(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/** How many of the sorted numbers are smaller than `bound`. */
function lowerBound(sorted: readonly number[], bound: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
