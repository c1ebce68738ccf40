import { tickRetryDelayMs, type MissedTicks, type SerializedError } from "@heddle/core/internal";
import type { Database, Transaction } from "../database.ts";
import { asJson } from "../json.ts";
import { lockLaunches } from "../runs/launch-lock.ts";
import { insertMissedTicks, insertTicks, tellFailure } from "./tick-rows.ts";

/** Whether a transaction took effect. `superseded`: another process was first, or the schedule is another one by now. */
export type TickResult = "recorded" | "superseded";

/** The runs that a tick makes, or why it makes none. Called in the transaction that records the tick. */
export type LaunchRuns = (tx: Transaction) => Promise<{ readonly runIds: readonly number[]; readonly reason: string }>;

/** What became of a tick of a schedule. */
export interface ScheduleTick {
  readonly name: string;
  /** The last tick with an outcome, as it was decided on: nothing is written when it is another one by now. */
  readonly expectedAfter: number;
  /** The instant at which it was due, epoch milliseconds. */
  readonly at: number;
  readonly outcome:
    | { readonly kind: "requested"; readonly launch: LaunchRuns }
    | { readonly kind: "skipped"; readonly reason: string }
    | { readonly kind: "failed"; readonly error: SerializedError; readonly mayRetry: boolean };
  readonly durationMs?: number | null;
  readonly log?: string | null;
}

/** Planning and writing many runs takes its time. */
const DEADLINE_MS = 120_000;

/**
 * Records what became of a tick, together with the runs that it makes: all of it, or nothing. The same tick never has two
 * outcomes, whoever evaluates it and however often. A tick that failed may be tried again, and has no outcome until then.
 */
export async function recordScheduleTick(db: Database, tick: ScheduleTick): Promise<TickResult> {
  return db.transaction("recordScheduleTick", (tx) => record(tx, tick), {
    deadlineMs: DEADLINE_MS,
    // The last tick with an outcome tells whether it was done.
    isIdempotent: true,
  });
}

async function record(tx: Transaction, tick: ScheduleTick): Promise<TickResult> {
  const { name, at, outcome, durationMs = null, log = null } = tick;
  const { sql } = tx;
  // Before any row, as every launch does.
  if (outcome.kind === "requested") await lockLaunches(sql);
  const locked = await lockSchedule(tx, name, tick.expectedAfter);
  if (locked === undefined) return "superseded";
  const common = { kind: "schedule", name, at, durationMs, log } as const;
  if (outcome.kind === "failed") {
    const attempts = locked.retryTick === at ? locked.retryAttempts + 1 : 1;
    const delayMs = outcome.mayRetry ? tickRetryDelayMs(attempts) : null;
    if (delayMs !== null) {
      await sql`
        update schedule set retry_tick = ${at}, retry_attempts = ${attempts}, retry_error = ${asJson(outcome.error)},
          retry_not_before = (extract(epoch from clock_timestamp()) * 1000)::bigint + ${delayMs}
        where name = ${name}`;
      return "recorded";
    }
    await insertTicks(sql, [{ ...common, outcome: "failed", error: outcome.error }]);
    await tellFailure(tx, { kind: "schedule", name, error: outcome.error });
    await sql`update schedule set after = ${at}, retry_tick = null where name = ${name}`;
    return "recorded";
  }
  const made = outcome.kind === "requested" ? await outcome.launch(tx) : { runIds: [], reason: outcome.reason };
  const kind = made.runIds.length > 0 ? "requested" : "skipped";
  const reason = kind === "skipped" ? made.reason : null;
  await insertTicks(sql, [{ ...common, outcome: kind, runIds: made.runIds, reason }]);
  await sql`
    update schedule set after = ${at}, covered_until = ${at}, retry_tick = null where name = ${name}`;
  return "recorded";
}

/** Records ticks that are passed over, and goes on behind the last of them. */
export async function recordMissedTicks(
  db: Database,
  missed: {
    readonly name: string;
    readonly expectedAfter: number;
    readonly ticks: MissedTicks;
    /** Where the chain of ticks goes on. */
    readonly last: number;
    readonly reason: string;
  },
): Promise<TickResult> {
  const { name, ticks, last, reason } = missed;
  return db.transaction(
    "recordMissedTicks",
    async (tx) => {
      if ((await lockSchedule(tx, name, missed.expectedAfter)) === undefined) return "superseded";
      const { earlier } = ticks;
      if (earlier !== null) {
        const { from, until, count } = earlier;
        await insertTicks(tx.sql, [{ kind: "schedule", name, at: from, until, count, outcome: "missed", reason }]);
      }
      await insertMissedTicks(tx.sql, name, { instants: ticks.instants, reason });
      await tx.sql`update schedule set after = ${last}, retry_tick = null where name = ${name}`;
      return "recorded";
    },
    { isIdempotent: true },
  );
}

/** An evaluation of a schedule that somebody asked for. */
export interface ManualTick {
  readonly name: string;
  readonly at: number;
  readonly outcome:
    | { readonly kind: "requested"; readonly launch: LaunchRuns }
    | { readonly kind: "skipped"; readonly reason: string }
    | { readonly kind: "failed"; readonly error: SerializedError };
  readonly durationMs?: number | null;
  readonly log?: string | null;
}

/** Records what became of an evaluation that somebody asked for; the chain of ticks goes on as it would. */
export async function recordManualTick(
  db: Database,
  tick: ManualTick,
): Promise<{ readonly runIds: readonly number[]; readonly reason: string }> {
  return db.transaction(
    "recordManualTick",
    async (tx) => {
      const { name, at, outcome, durationMs = null, log = null } = tick;
      const common = { kind: "schedule", name, at, isManual: true, durationMs, log } as const;
      if (outcome.kind === "failed") {
        await insertTicks(tx.sql, [{ ...common, outcome: "failed", error: outcome.error }]);
        return { runIds: [], reason: outcome.error.message };
      }
      if (outcome.kind === "requested") await lockLaunches(tx.sql);
      const made = outcome.kind === "requested" ? await outcome.launch(tx) : { runIds: [], reason: outcome.reason };
      const isSkipped = made.runIds.length === 0;
      await insertTicks(tx.sql, [
        {
          ...common,
          outcome: isSkipped ? "skipped" : "requested",
          reason: isSkipped ? made.reason : null,
          runIds: made.runIds,
        },
      ]);
      return made;
    },
    { deadlineMs: DEADLINE_MS },
  );
}

/** A schedule, locked; `undefined` when it does not stand where it was, is paused or is not declared any more. */
async function lockSchedule(
  { sql }: Transaction,
  name: string,
  expectedAfter: number,
): Promise<{ retryTick: number | null; retryAttempts: number } | undefined> {
  const [row] = await sql<{ retryTick: number | null; retryAttempts: number }[]>`
    select retry_tick as "retryTick", retry_attempts as "retryAttempts" from schedule
    where name = ${name} and after = ${expectedAfter} and removed_at is null
      and not coalesce(paused, not (definition -> 'enabledByDefault')::boolean)
    for update`;
  return row;
}
