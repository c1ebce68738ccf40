import type { CronFields } from "../cron/cron-expression.ts";
import type { CalendarStep } from "../cron/calendar-ticks.ts";
import type { Cadence } from "./partitions-spec.ts";

const UNITS = { daily: "day", weekly: "week", monthly: "month" } as const;

/**
 * The calendar step of a cron expression that belongs to a cadence of days, weeks or months; `null` when the expression
 * does not tick once in each of them.
 */
export function calendarStepOf(cadence: Exclude<Cadence, "hourly" | "cron">, fields: CronFields): CalendarStep | null {
  const [minute, hour] = [only(fields.minutes), only(fields.hours)];
  const days = { daily: 0, weekly: onlyBit(fields.daysOfWeek), monthly: onlyBit(fields.daysOfMonth) };
  const day = days[cadence];
  const { dayOfMonth, dayOfWeek } = fields.restricts;
  const fits = dayOfMonth === (cadence === "monthly") && dayOfWeek === (cadence === "weekly") && isPlain(fields);
  if (!fits || minute === null || hour === null || day === null || day > 28) return null;
  return { unit: UNITS[cadence], day, hour, minute };
}

/** Whether a cron expression ticks once in every hour. */
export function isHourly(fields: CronFields): boolean {
  const { dayOfMonth, dayOfWeek } = fields.restricts;
  return only(fields.minutes) !== null && fields.hours.length === 24 && !dayOfMonth && !dayOfWeek && isPlain(fields);
}

/** Whether every month is meant, and no day is told by its place in the month. */
function isPlain({ months, daysFromEnd, nthDaysOfWeek, lastDaysOfWeek }: CronFields): boolean {
  return months === 0b1_1111_1111_1110 && daysFromEnd.length + nthDaysOfWeek.length + lastDaysOfWeek.length === 0;
}

function only(numbers: readonly number[]): number | null {
  return numbers.length === 1 ? (numbers[0] ?? null) : null;
}

function onlyBit(mask: number): number | null {
  return mask !== 0 && (mask & (mask - 1)) === 0 ? 31 - Math.clz32(mask) : null;
}
