import type { ScheduleSnapshot, SensorSnapshot } from "@heddle/core/internal";
import type { Database } from "../database.ts";
import type { TickKind } from "../schema/index.ts";

/** A schedule that ticks, and where it stands. Instants are epoch milliseconds by the database's clock. */
export interface ActiveSchedule {
  readonly name: string;
  readonly location: string;
  /** The code in force, whose function is called. */
  readonly codeVersionId: number;
  readonly definition: ScheduleSnapshot;
  readonly after: number;
  readonly coveredUntil: number;
  readonly retryTick: number | null;
  readonly retryAttempts: number;
  readonly retryNotBefore: number | null;
}

/** A sensor that is evaluated, with its memory. */
export interface ActiveSensor {
  readonly name: string;
  readonly location: string;
  /** The code in force, whose function is called. */
  readonly codeVersionId: number;
  readonly definition: SensorSnapshot;
  readonly cursor: string | null;
  readonly version: number;
  readonly startedAt: number | null;
  readonly failures: number;
}

/** An evaluation that somebody waits for. */
export interface OpenTickRequest {
  readonly id: string;
  readonly kind: TickKind;
  readonly name: string;
  readonly isDryRun: boolean;
}

/** All that the daemon needs to know to let schedules and sensors tick. */
export interface TickSnapshot {
  /** The database's clock, in epoch milliseconds. */
  readonly now: number;
  readonly schedules: readonly ActiveSchedule[];
  readonly sensors: readonly ActiveSensor[];
  readonly requests: readonly OpenTickRequest[];
}

/** Requests that nobody has answered for so long have nobody who waits for them. */
const REQUEST_AGE = "5 minutes";
const MAX_REQUESTS = 100;
/** Most schedules, and most sensors, of one deployment that tick. */
const MAX_ACTIVE = 10_000;

/** Takes one consistent look at all schedules and sensors that are declared and not paused. */
export async function loadTicks(db: Database): Promise<TickSnapshot> {
  return db.read("loadTicks", async ({ sql }) => {
    const [[clock], schedules, sensors, requests] = await Promise.all([
      sql<[{ now: number }]>`select (extract(epoch from clock_timestamp()) * 1000)::bigint as now`,
      sql<ActiveSchedule[]>`
        select schedule.name, code_location.name as location, current_code_version_id as "codeVersionId", definition, after, covered_until as "coveredUntil",
          retry_tick as "retryTick", retry_attempts as "retryAttempts", retry_not_before as "retryNotBefore"
        from schedule join code_location on code_location.id = schedule.code_location_id
        where removed_at is null and not coalesce(paused, not (definition -> 'enabledByDefault')::boolean)
        order by schedule.name limit ${MAX_ACTIVE}`,
      sql<ActiveSensor[]>`
        select sensor.name, code_location.name as location, current_code_version_id as "codeVersionId", definition, cursor, version, started_at as "startedAt",
          failures
        from sensor join code_location on code_location.id = sensor.code_location_id
        where removed_at is null and not coalesce(paused, not (definition -> 'enabledByDefault')::boolean)
        order by sensor.name limit ${MAX_ACTIVE}`,
      sql<OpenTickRequest[]>`
        select id, kind, name, is_dry_run as "isDryRun" from tick_request
        where answered_at is null and requested_at > clock_timestamp() - ${REQUEST_AGE}::interval
        order by requested_at limit ${MAX_REQUESTS}`,
    ]);
    return { now: clock.now, schedules, sensors, requests };
  });
}

/** One schedule or sensor, paused or not; `undefined` when none of that name is declared. */
export async function loadTick(db: Database, kind: "schedule", name: string): Promise<ActiveSchedule | undefined>;
export async function loadTick(db: Database, kind: "sensor", name: string): Promise<ActiveSensor | undefined>;
export async function loadTick(
  db: Database,
  kind: TickKind,
  name: string,
): Promise<ActiveSchedule | ActiveSensor | undefined> {
  return db.read("loadTick", async ({ sql }) => {
    const [found] =
      kind === "schedule"
        ? await sql<ActiveSchedule[]>`
            select schedule.name, code_location.name as location, current_code_version_id as "codeVersionId", definition, after, covered_until as "coveredUntil",
              retry_tick as "retryTick", retry_attempts as "retryAttempts", retry_not_before as "retryNotBefore"
            from schedule join code_location on code_location.id = schedule.code_location_id
            where schedule.name = ${name} and removed_at is null`
        : await sql<ActiveSensor[]>`
            select sensor.name, code_location.name as location, current_code_version_id as "codeVersionId", definition, cursor, version,
              started_at as "startedAt", failures
            from sensor join code_location on code_location.id = sensor.code_location_id
            where sensor.name = ${name} and removed_at is null`;
    return found;
  });
}
