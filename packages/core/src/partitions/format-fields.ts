import type { CronFields } from "../cron/cron-expression.ts";
import type { Cadence } from "./partitions-spec.ts";

/**
 * What a key format lacks to give every window a key of its own, in words; `null` when it lacks nothing.
 * @param has the letters of the format's fields
 */
export function missingFields(has: ReadonlySet<string>, cadence: Cadence, fields: CronFields): string | null {
  const hasMonth = has.has("Y") && (has.has("m") || has.has("b"));
  const hasDate = (hasMonth && has.has("d")) || (has.has("Y") && has.has("j"));
  const hasWeek = has.has("G") && has.has("V");
  const day = dayPrecision(cadence, fields);
  const names = {
    year: has.has("Y") ? null : "the year (%Y)",
    month: hasMonth || hasDate ? null : "year and month (%Y-%m)",
    week: hasWeek || hasDate ? null : "the date (%Y-%m-%d) or the week (%G-W%V)",
    day: hasDate ? null : "the date (%Y-%m-%d)",
  };
  if (names[day] !== null) return names[day];
  if (fields.hours.length > 1 && !has.has("H")) return "the hour (%H)";
  return fields.minutes.length > 1 && !has.has("M") ? "the minute (%M)" : null;
}

/** How exactly a key must name its day. */
function dayPrecision(cadence: Cadence, fields: CronFields): "year" | "month" | "week" | "day" {
  if (cadence === "monthly") return "month";
  if (cadence === "weekly") return "week";
  const { restricts, nthDaysOfWeek, lastDaysOfWeek, daysFromEnd } = fields;
  const daysOfMonth = countBits(fields.daysOfMonth) + daysFromEnd.length;
  if (cadence !== "cron" || !restricts.dayOfMonth || restricts.dayOfWeek || daysOfMonth !== 1) {
    const daysOfWeek = countBits(fields.daysOfWeek) + nthDaysOfWeek.length + lastDaysOfWeek.length;
    return cadence === "cron" && !restricts.dayOfMonth && daysOfWeek === 1 ? "week" : "day";
  }
  return countBits(fields.months) === 1 ? "year" : "month";
}

function countBits(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
