import { definePartitions, type PartitionsDefinition } from "./partitions-definition.ts";
import type { Cadence } from "./partitions-spec.ts";

/** What all partitions by time share. */
export interface TimePartitionsOptions {
  /** Local time of the earliest start, as ISO 8601 without offset: `2012`, `2012-01`, `2012-01-31` or `2012-01-31T05:00`. */
  readonly start: string;
  /** Local time by which the last window has ended. @default an open end */
  readonly end?: string | undefined;
  /** Name of the IANA database. @default "UTC" */
  readonly timeZone?: string | undefined;
  /**
   * How many windows past the current one exist already; negative: how many ended ones are held back. @default 0, a
   * window exists as soon as it has ended
   */
  readonly endOffset?: number | undefined;
  /**
   * How keys are written, with the strftime fields `%Y %m %d %H %M %S %j %b %G %V %z`. @default by cadence: `%Y-%m-%d-%H:%M`,
   * `%Y-%m-%d` or `%Y-%m`
   */
  readonly format?: string | undefined;
  /**
   * Windows that do not exist: dates (`2024-12-25`), ranges of dates with both ends (`2024-12-24..2025-01-01`), local times
   * or cron expressions (`0 0 * * 0,6`). @default none
   */
  readonly exclusions?: readonly string[] | undefined;
}

/** What {@link hourlyPartitions} takes; its keys look like `2024-01-31-05:00`. */
export interface HourlyPartitionsOptions extends TimePartitionsOptions {
  /** Minute at which each hour starts, 0–59. @default 0 */
  readonly minuteOffset?: number | undefined;
}

/** What {@link dailyPartitions} takes; its keys look like `2024-01-31`. */
export interface DailyPartitionsOptions extends HourlyPartitionsOptions {
  /** Hour at which each day starts, 0–23. @default 0 */
  readonly hourOffset?: number | undefined;
}

/** What {@link weeklyPartitions} takes; its keys look like `2024-01-28`. */
export interface WeeklyPartitionsOptions extends DailyPartitionsOptions {
  /** Day on which each week starts, 0 (Sunday) to 6. @default 0 */
  readonly dayOffset?: number | undefined;
}

/** What {@link monthlyPartitions} takes; its keys look like `2024-01`. */
export interface MonthlyPartitionsOptions extends DailyPartitionsOptions {
  /** Day on which each month starts, 1–28. @default 1 */
  readonly dayOffset?: number | undefined;
}

/** What {@link cronPartitions} takes: a window lasts from one tick to the next. */
export interface CronPartitionsOptions extends TimePartitionsOptions {
  /** Five-field cron expression; each tick ends one window and starts the next. */
  readonly cron: string;
}

/** One partition for each real hour; on the day that summer time ends the repeated hour has a key of its own. */
export function hourlyPartitions(options: HourlyPartitionsOptions): PartitionsDefinition<string, "hourly"> {
  return defineTime("hourly", { ...options, cron: `${options.minuteOffset ?? 0} * * * *` });
}

/**
 * One partition for each day, 23 or 25 hours long where the clock changes.
 * @example dailyPartitions({ start: "2012-01-01", timeZone: "America/Los_Angeles" })
 */
export function dailyPartitions(options: DailyPartitionsOptions): PartitionsDefinition<string, "daily"> {
  return defineTime("daily", { ...options, cron: `${timeOfDay(options)} * * *` });
}

/** One partition for each week, beginning on Sunday unless `dayOffset` says otherwise; the key is the first day. */
export function weeklyPartitions(options: WeeklyPartitionsOptions): PartitionsDefinition<string, "weekly"> {
  return defineTime("weekly", { ...options, cron: `${timeOfDay(options)} * * ${options.dayOffset ?? 0}` });
}

/** One partition for each month; the key is the month, or the first day when `dayOffset` is not 1. */
export function monthlyPartitions(options: MonthlyPartitionsOptions): PartitionsDefinition<string, "monthly"> {
  return defineTime("monthly", { ...options, cron: `${timeOfDay(options)} ${options.dayOffset ?? 1} * *` });
}

/** One partition from each tick of a cron expression to the next. */
export function cronPartitions(options: CronPartitionsOptions): PartitionsDefinition<string, "cron"> {
  return defineTime("cron", options);
}

function timeOfDay({ minuteOffset = 0, hourOffset = 0 }: DailyPartitionsOptions): string {
  return `${minuteOffset} ${hourOffset}`;
}

function defineTime<TCadence extends Cadence>(
  cadence: TCadence,
  options: CronPartitionsOptions,
): PartitionsDefinition<string, TCadence> {
  const { cron, start, end, timeZone = "UTC", endOffset = 0, format, exclusions = [] } = options;
  return definePartitions({
    kind: "time-window",
    cadence,
    cron,
    timeZone,
    start,
    end: end ?? null,
    endOffset,
    format: format ?? defaultFormat(cadence, cron),
    ...(exclusions.length > 0 && { exclusions: [...exclusions] }),
  });
}

/** The shortest format that tells the windows apart. */
function defaultFormat(cadence: Cadence, cron: string): string {
  const [minute = "", hour = "", day] = cron.trim().split(/\s+/);
  if (cadence === "monthly" && day === "1") return "%Y-%m";
  const isOncePerDay = /^\d+$/.test(minute) && /^\d+$/.test(hour);
  const isDaily = isOncePerDay || /^@(daily|midnight|weekly|monthly|yearly|annually)$/i.test(minute);
  return isDaily && cadence !== "hourly" ? "%Y-%m-%d" : "%Y-%m-%d-%H:%M";
}
