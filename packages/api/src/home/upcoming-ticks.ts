import { sensorDelayMs } from "@heddle/core/internal";
import { readClock, readSchedules, readSensors, type ScheduleRow, type SensorRow } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { UpcomingOwner, UpcomingTicks } from "../contract.ts";
import { nextTicks } from "../ticks/next-ticks.ts";

/** Schedules and sensors that are told. */
const MAX_OWNERS = 200;
/** Ticks of one schedule that are told: one every five minutes of a day. */
const MAX_TICKS = 300;

/** Answers `home.upcoming`. */
export async function readUpcomingTicks(state: ApiState, hours: number): Promise<UpcomingTicks> {
  return state.db.read("home.upcoming", async (tx) => {
    const now = await readClock(tx);
    const until = now + hours * 3_600_000;
    const schedules = (await readSchedules(tx)).flatMap((row) => describeSchedule(row, now, until));
    const sensors = (await readSensors(tx)).flatMap((row) => describeSensor(row, now, until));
    const owners = [...schedules, ...sensors].toSorted((a, b) => (a.at[0] ?? 0) - (b.at[0] ?? 0));
    return { now, until, owners: owners.slice(0, MAX_OWNERS), total: owners.length };
  });
}

function describeSchedule(row: ScheduleRow, now: number, until: number): UpcomingOwner[] {
  if (row.isPaused) return [];
  const ticks = nextTicks(row, { now, count: MAX_TICKS + 1 }).filter((at) => at < until);
  if (ticks.length === 0) return [];
  const { crons, timeZone } = row.definition.clock;
  const rhythm = `${crons.join(", ")} ${timeZone}`;
  const more = ticks.length > MAX_TICKS;
  return [{ kind: "schedule", name: row.name, rhythm, at: ticks.slice(0, MAX_TICKS), more }];
}

function describeSensor(row: SensorRow, now: number, until: number): UpcomingOwner[] {
  const { name, definition, isPaused, startedAt, failures } = row;
  const at = startedAt === null ? now : Math.max(now, startedAt + sensorDelayMs(definition.intervalMs, failures));
  if (isPaused || at >= until) return [];
  return [{ kind: "sensor", name, rhythm: `every ${definition.intervalMs / 1000} s`, at: [at], more: true }];
}
