import { isHeddleError } from "@heddle/core";
import { nextScheduleTicks } from "@heddle/core/internal";
import type { ScheduleRow } from "@heddle/storage";

/** The next ticks of a schedule; none when it was declared under an older time zone database and cannot be read any more. */
export function nextTicks(
  { definition, after }: ScheduleRow,
  { now, count }: { readonly now: number; readonly count: number },
): number[] {
  try {
    return nextScheduleTicks(definition.clock, Math.max(now, after), count);
  } catch (error) {
    if (isHeddleError(error)) return [];
    throw error;
  }
}
