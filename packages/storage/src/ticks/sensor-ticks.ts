import { HeddleError } from "@heddle/core";
import { MAX_CURSOR_BYTES, type SerializedError, type TickKeys } from "@heddle/core/internal";
import type { Database, Transaction } from "../database.ts";
import { addDynamicPartitionsIn, removeDynamicPartitionsIn } from "../dynamic/dynamic-partitions.ts";
import { lockLaunches } from "../runs/launch-lock.ts";
import type { LaunchRuns, TickResult } from "./schedule-ticks.ts";
import { insertTicks, storable, tellFailure } from "./tick-rows.ts";

/** What an evaluation of a sensor asks for. */
export interface SensorEffects {
  /** `null`: as it was. */
  readonly cursor: string | null;
  readonly addPartitions: readonly TickKeys[];
  readonly removePartitions: readonly TickKeys[];
  /** Called when the keys are there. */
  readonly launch: LaunchRuns;
}

/** What became of an evaluation of a sensor. */
export interface SensorTick {
  readonly name: string;
  /** The version of its memory that the evaluation has seen: nothing is written when it is another one by now. */
  readonly expectedVersion: number;
  /** When it began, epoch milliseconds by the database's clock. */
  readonly at: number;
  /** @default false */
  readonly isManual?: boolean;
  readonly outcome:
    | { readonly kind: "evaluated"; readonly effects: SensorEffects }
    | { readonly kind: "skipped"; readonly reason: string }
    /** `passOver`: the cursor behind what has failed for good, where it is not tried again. */
    | { readonly kind: "failed"; readonly error: SerializedError; readonly passOver?: string };
  readonly durationMs?: number | null;
  readonly log?: string | null;
}

/** What came of recording an evaluation. */
export interface RecordedSensorTick {
  readonly result: TickResult;
  readonly runIds: readonly number[];
  /** Why there is no run, where there is none. */
  readonly reason: string;
}

const DEADLINE_MS = 120_000;

/**
 * Records what became of an evaluation: cursor, keys, runs and the tick, all of it or nothing. Of several evaluations that
 * have seen the same memory one takes effect.
 * @throws DYNAMIC_PARTITIONS_UNKNOWN, PARTITION_*, SENSOR_CURSOR_LIMIT, and what planning throws; nothing is changed then
 */
export async function recordSensorTick(db: Database, tick: SensorTick): Promise<RecordedSensorTick> {
  return db.transaction("recordSensorTick", (tx) => record(tx, tick), { deadlineMs: DEADLINE_MS, isIdempotent: true });
}

async function record(tx: Transaction, tick: SensorTick): Promise<RecordedSensorTick> {
  const { name, at, outcome, isManual = false, durationMs = null, log = null } = tick;
  const { sql } = tx;
  if (outcome.kind === "evaluated") await lockLaunches(sql);
  const [locked] = await sql<{ failures: number; cursor: string | null; isForEvents: boolean }[]>`
    select failures, cursor, jsonb_typeof(definition -> 'events') is not distinct from 'object' as "isForEvents"
    from sensor
    where name = ${name} and version = ${tick.expectedVersion} and removed_at is null
      and (${isManual} or not coalesce(paused, not (definition -> 'enabledByDefault')::boolean))
    for update`;
  if (locked === undefined) return { result: "superseded", runIds: [], reason: "another evaluation was first" };
  const common = { kind: "sensor", name, at, isManual, durationMs, log } as const;
  if (outcome.kind === "failed") {
    const { passOver = null } = outcome;
    await insertTicks(sql, [{ ...common, outcome: "failed", error: outcome.error }]);
    // What goes on failing is told once.
    if (locked.failures === 0) await tellFailure(tx, { kind: "sensor", name, error: outcome.error });
    await sql`
      update sensor set version = version + 1, started_at = ${at}, cursor = coalesce(${passOver}::text, cursor),
        failures = ${passOver === null ? locked.failures + 1 : 0}
      where name = ${name}`;
    return { result: "recorded", runIds: [], reason: outcome.error.message };
  }
  const cursor = outcome.kind === "evaluated" ? outcome.effects.cursor : null;
  const made =
    outcome.kind === "evaluated" ? await apply(tx, name, outcome.effects) : { runIds: [], reason: outcome.reason };
  // A place among events says nothing to people.
  const moved = cursor === null || cursor === locked.cursor || locked.isForEvents ? null : cursor;
  if (made.runIds.length > 0) {
    await insertTicks(sql, [{ ...common, outcome: "requested", runIds: made.runIds, cursor: moved }]);
  } else await noteSkip(tx, { ...common, reason: storable(made.reason), cursor: moved });
  await sql`
    update sensor set version = version + 1, started_at = ${at}, failures = 0,
      cursor = coalesce(${cursor}::text, cursor)
    where name = ${name}`;
  return { result: "recorded", ...made };
}

async function apply(tx: Transaction, name: string, effects: SensorEffects) {
  if (effects.cursor !== null) refuseCursor(name, effects.cursor);
  const origin = { kind: "sensor", name };
  for (const { definition, keys } of effects.addPartitions) {
    await addDynamicPartitionsIn(tx, { definition, keys, origin });
  }
  const made = await effects.launch(tx);
  for (const { definition, keys } of effects.removePartitions) {
    await removeDynamicPartitionsIn(tx, { definition, keys, origin });
  }
  return made;
}

/** A sensor mostly finds nothing, and says nothing: equal skips that follow each other are one row. */
async function noteSkip(
  { sql }: Transaction,
  skip: {
    name: string;
    at: number;
    isManual: boolean;
    reason: string;
    durationMs: number | null;
    log: string | null;
    cursor: string | null;
  },
): Promise<void> {
  const { name, at, isManual, reason, durationMs, log, cursor } = skip;
  const repeated = await sql`
    update tick set count = count + 1, until = ${at}, duration_ms = ${durationMs},
      recorded_at = clock_timestamp()
    where id = (select id from tick where kind = 'sensor' and name = ${name} order by id desc limit 1)
      and outcome = 'skipped' and reason = ${reason} and not is_manual and not ${isManual}::boolean
      and log is null and ${log}::text is null and cursor is null and ${cursor}::text is null`;
  if (repeated.count > 0) return;
  await insertTicks(sql, [{ kind: "sensor", outcome: "skipped", ...skip }]);
}

/** @throws SENSOR_CURSOR_LIMIT, also for a text that the database cannot hold */
export function refuseCursor(name: string, cursor: string): void {
  const bytes = Buffer.byteLength(cursor);
  if (bytes > MAX_CURSOR_BYTES) {
    throw new HeddleError(
      "SENSOR_CURSOR_LIMIT",
      `the cursor of the sensor "${name}" has ${bytes.toLocaleString("en")} bytes, and ${MAX_CURSOR_BYTES.toLocaleString("en")} is the most`,
      {
        hint: "Keep a place to go on from in it, such as a time or the last name, and no list of what was seen.",
        details: { sensor: name, bytes },
      },
    );
  }
  if (storable(cursor) === cursor) return;
  throw new HeddleError(
    "SENSOR_CURSOR_LIMIT",
    `the cursor of the sensor "${name}" holds characters that no text can hold`,
    {
      hint: "Leave out NUL and halves of surrogate pairs, or write bytes as base64.",
      details: { sensor: name },
    },
  );
}
