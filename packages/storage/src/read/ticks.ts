import type { ScheduleSnapshot, SensorSnapshot, SerializedError } from "@heddle/core/internal";
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
  /** Where it has moved the cursor of a sensor; `null` when it stayed, or is too long to be kept. */
  readonly cursor: string | null;
  readonly recordedAt: Date;
}

/** Who has paused or resumed a schedule or a sensor last. */
export interface TickSwitchRow {
  readonly name: string;
  readonly at: Date;
  readonly actor: string | null;
  readonly reason: string | null;
}

/** A cursor that a sensor had, and what has set it. */
export interface SensorCursorRow {
  readonly at: Date;
  readonly cursor: string | null;
  /** The evaluation that has moved it; `null` when somebody has set it by hand. */
  readonly tickId: number | null;
  readonly changeId: number | null;
  readonly actor: string | null;
  readonly reason: string | null;
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

/**
 * What became of the newest ticks of each schedule, or of each sensor, by name: one letter for each row of the history,
 * the newest last, `r` requested, `s` skipped, `f` failed, `m` missed.
 */
export async function readTickMarks(
  { sql }: Transaction,
  kind: TickKind,
  { name, marks }: { readonly name?: string; readonly marks: number },
): Promise<Map<string, string>> {
  const table = kind === "schedule" ? sql`schedule` : sql`sensor`;
  const rows = await sql<{ name: string; marks: string }[]>`
    select owner.name, recent.marks from ${table} as owner
    cross join lateral (
      select string_agg(left(outcome, 1), '' order by id) as marks from (
        select id, outcome from tick where kind = ${kind} and name = owner.name order by id desc limit ${marks}
      ) as newest
    ) as recent
    where owner.removed_at is null and recent.marks is not null
      and (${name ?? null}::text is null or owner.name = ${name ?? null})
    limit ${MAX_LISTED}`;
  return new Map(rows.map((row) => [row.name, row.marks]));
}

/** Who has paused or resumed each schedule, or each sensor, last, by name. */
export async function readTickSwitches({ sql }: Transaction, kind: TickKind): Promise<Map<string, TickSwitchRow>> {
  const rows = await sql<TickSwitchRow[]>`
    select distinct on (name) name, at, actor, reason from tick_change
    where kind = ${kind} and change in ('paused', 'resumed') order by name, id desc limit ${MAX_LISTED}`;
  return new Map(rows.map((row) => [row.name, row]));
}

/**
 * The cursors that a sensor had, the newest first. `before` is the last one that was read: when it was set, and by which of
 * the two it was.
 */
export async function readSensorCursors(
  { sql }: Transaction,
  query: {
    readonly name: string;
    readonly before: { readonly atMs: number; readonly rank: number; readonly id: number } | null;
    readonly limit: number;
  },
): Promise<SensorCursorRow[]> {
  const { name, limit } = query;
  const { atMs, rank, id } = query.before ?? { atMs: 8.64e15, rank: 0, id: 0 };
  return sql<SensorCursorRow[]>`
    select at, cursor, case when rank = 0 then id end as "tickId", case when rank = 1 then id end as "changeId", actor,
      reason
    from (
      select recorded_at as at, cursor, 0 as rank, id, null::text as actor, null::text as reason from tick
      where kind = 'sensor' and name = ${name} and cursor is not null
      union all
      select at, cursor, 1, id, actor, reason from tick_change
      where kind = 'sensor' and name = ${name} and change = 'cursor'
    ) as one
    where (floor(extract(epoch from at) * 1000)::bigint, rank, id) < (${atMs}::bigint, ${rank}::integer, ${id}::bigint)
    order by floor(extract(epoch from at) * 1000)::bigint desc, rank desc, id desc limit ${limit}`;
}

/** The database's clock, in epoch milliseconds. */
export async function readClock({ sql }: Transaction): Promise<number> {
  const [row] = await sql<[{ now: number }]>`select (extract(epoch from clock_timestamp()) * 1000)::bigint as now`;
  return row.now;
}

function columns(sql: Transaction["sql"]) {
  return sql`
    id, kind, name, at, is_manual as "isManual", outcome, reason, error, run_ids as "runIds", count, until,
    duration_ms as "durationMs", log, cursor, recorded_at as "recordedAt"`;
}
