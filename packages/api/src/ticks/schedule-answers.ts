import { HeddleError } from "@heddle/core";
import { formatNearest } from "@heddle/core/internal";
import { readClock, readSchedules, type ScheduleRow } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { Schedule, Schedules } from "../contract.ts";
import { describeRecordedError } from "../recorded-error.ts";
import { nextTicks } from "./next-ticks.ts";
import { describeRuns, readTickHistories, type TickHistory } from "./tick-answers.ts";

/** Ticks to come that are told. */
const NEXT_TICKS = 10;
const MAX_LISTED = 1_000;

/** Answers `schedules.list`. */
export async function readScheduleList(state: ApiState): Promise<Schedules> {
  return state.db.read("schedules.list", async (tx) => {
    const now = await readClock(tx);
    const rows = await readSchedules(tx);
    const historyOf = await readTickHistories(tx, "schedule");
    const shown = rows.slice(0, MAX_LISTED);
    return { now, schedules: shown.map((row) => describeSchedule(row, { now, history: historyOf(row.name) })) };
  });
}

/** Answers `schedules.get`. @throws SCHEDULE_UNKNOWN */
export async function readScheduleDetail(state: ApiState, name: string): Promise<Schedule> {
  return state.db.read("schedules.get", async (tx) => {
    const rows = await readSchedules(tx);
    const row = rows.find((one) => one.name === name);
    if (row === undefined) throw scheduleUnknown(name, rows);
    const historyOf = await readTickHistories(tx, "schedule", name);
    return describeSchedule(row, { now: await readClock(tx), history: historyOf(name) });
  });
}

/** The error for a name that no schedule has. */
export function scheduleUnknown(name: string, known: readonly { readonly name: string }[]): HeddleError {
  const near = formatNearest(
    name,
    known.map((one) => one.name),
  );
  return new HeddleError("SCHEDULE_UNKNOWN", `there is no schedule ${JSON.stringify(name)}`, {
    ...(near !== null && { hint: near }),
    details: { name },
  });
}

function describeSchedule(
  row: ScheduleRow,
  { now, history }: { readonly now: number; readonly history: TickHistory },
): Schedule {
  const { name, location, definition, isPaused, retryTick, retryAttempts, retryNotBefore, retryError } = row;
  const { description, clock, catchUp, isEvaluated, run, source } = definition;
  const retry = {
    at: retryTick ?? now,
    failures: retryAttempts,
    notBefore: retryNotBefore ?? now,
    error: describeRecordedError(retryError),
  };
  return {
    name,
    codeLocation: location,
    description,
    crons: clock.crons,
    timeZone: clock.timeZone,
    catchUp,
    isPaused,
    isEvaluated,
    source,
    runs: describeRuns(run),
    next: nextTicks(row, { now, count: NEXT_TICKS }),
    ...history,
    retry: retryTick === null ? null : retry,
  };
}
