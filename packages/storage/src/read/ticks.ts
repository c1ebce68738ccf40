import type { ScheduleSnapshot, SensorSnapshot, SerializedError } from "@heddle/core";
import type { Transaction } from "../database.ts";
import type { TickKind, TickOutcome } from "../schema/index.ts";

/** A schedule that is declared. Instants are epoch milliseconds. */
export interface ScheduleRow {
  readonly name: string;
  readonly location: string;
  readonly definition: ScheduleSnapshot;
  readonly isPaused: boolean;
  readonly after: number;
  readonly retryTick: number | null;
  readonly retryAttempts: number;
  readonly retryNotBefore: number | null;
  readonly retryError: SerializedError | null;
}

/** A sensor that is declared. */
export interface SensorRow {
  readonly name: string;
  readonly location: string;
  readonly definition: SensorSnapshot;
  readonly isPaused: boolean;
  readonly cursor: string | null;
  readonly startedAt: number | null;
  readonly failures: number;
}

/** What became of a tick. */
export interface TickRow {
  readonly id: number;
  readonly kind: TickKind;
  readonly name: string;
  readonly at: number;
  readonly isManual: boolean;
  readonly outcome: TickOutcome;
  readonly reason: string | null;
  readonly error: SerializedError | null;
  readonly runIds: readonly number[];
  readonly count: number;
  readonly until: number | null;
  readonly durationMs: number | null;
  readonly log: string | null;
  readonly recordedAt: Date;
}

/** Most of either that are listed. */
const MAX_LISTED = 10_000;

/** Every schedule that is declared, by name. */
export async function readSchedules({ sql }: Transaction): Promise<ScheduleRow[]> {
  return sql<ScheduleRow[]>`
    select schedule.name, code_location.name as location, definition,
      coalesce(paused, not (definition -> 'enabledByDefault')::boolean) as "isPaused", after,
      retry_tick as "retryTick", retry_attempts as "retryAttempts", retry_not_before as "retryNotBefore",
      retry_error as "retryError"
    from schedule join code_location on code_location.id = schedule.code_location_id
    where removed_at is null order by schedule.name limit ${MAX_LISTED}`;
}

/** Every sensor that is declared, by name. */
export async function readSensors({ sql }: Transaction): Promise<SensorRow[]> {
  return sql<SensorRow[]>`
    select sensor.name, code_location.name as location, definition,
      coalesce(paused, not (definition -> 'enabledByDefault')::boolean) as "isPaused", cursor,
      started_at as "startedAt", failures
    from sensor join code_location on code_location.id = sensor.code_location_id
    where removed_at is null order by sensor.name limit ${MAX_LISTED}`;
}

/** Ticks of one schedule or sensor, the newest first. */
export async function readTicks(
  { sql }: Transaction,
  query: {
    readonly kind: TickKind;
    readonly name: string;
    readonly beforeId?: number | undefined;
    readonly limit: number;
  },
): Promise<TickRow[]> {
  return sql<TickRow[]>`
    select ${columns(sql)} from tick
    where kind = ${query.kind} and name = ${query.name} and id < ${query.beforeId ?? Number.MAX_SAFE_INTEGER}
    order by id desc limit ${query.limit}`;
}

/** The newest tick of each schedule, or of each sensor, by name. */
export async function readLastTicks({ sql }: Transaction, kind: TickKind): Promise<Map<string, TickRow>> {
  const table = kind === "schedule" ? sql`schedule` : sql`sensor`;
  const rows = await sql<TickRow[]>`
    select last.* from ${table} as owner
    cross join lateral (
      select ${columns(sql)} from tick where kind = ${kind} and name = owner.name order by id desc limit 1
    ) as last
    where owner.removed_at is null limit ${MAX_LISTED}`;
  return new Map(rows.map((row) => [row.name, row]));
}

/** The database's clock, in epoch milliseconds. */
export async function readClock({ sql }: Transaction): Promise<number> {
  const [row] = await sql<[{ now: number }]>`select (extract(epoch from clock_timestamp()) * 1000)::bigint as now`;
  return row.now;
}

function columns(sql: Transaction["sql"]) {
  return sql`
    id, kind, name, at, is_manual as "isManual", outcome, reason, error, run_ids as "runIds", count, until,
    duration_ms as "durationMs", log, recorded_at as "recordedAt"`;
}
