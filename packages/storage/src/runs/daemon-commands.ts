import {
  assertNever,
  type CancelingRun,
  type DaemonCommand,
  type DaemonSnapshot,
  type QueuedRun,
} from "@heddle/core/internal";
import type { Database, TransactionSql } from "../database.ts";
import { admitRun, endRun, repeatCancel, revokeSteps, waitsForRuns } from "./control-run.ts";
import { expireWorker, readLostWorkers } from "./expire-workers.ts";
import { keepRunLimits, readLimitedRuns } from "./run-limits.ts";
import { releaseBackoff } from "./release-backoff.ts";

/** Queued runs of one origin that a snapshot holds: more are never admitted at once. */
const QUEUED_PER_ORIGIN = 100;
const LIST_LIMIT = 1_000;

/** Takes one consistent look at all that the daemon decides on. */
export async function loadDaemonSnapshot(db: Database): Promise<DaemonSnapshot> {
  return db.read("loadDaemonSnapshot", async ({ sql }) => {
    const [admitted, queued, lostWorkers, due, canceling, limited, finished, nextDueMs] = await Promise.all([
      readAdmitted(sql),
      readQueued(sql),
      readLostWorkers(sql),
      sql<[{ exists: boolean }]>`select exists (select from step where retry_at <= clock_timestamp()) as exists`,
      readCanceling(sql),
      readLimitedRuns(sql),
      sql<{ id: number }[]>`
        select id from run
        where status in ('queued', 'running', 'paused', 'canceling') and unfinished = 0
        order by id limit ${LIST_LIMIT}::integer`,
      readNextDueMs(sql),
    ]);
    return {
      admitted,
      queued,
      lostWorkers,
      hasDueSteps: due[0].exists,
      canceling,
      limited,
      finished: finished.map(({ id }) => id),
      nextDueMs,
    };
  });
}

/** Carries out what `decide` returned. Looks again first: what does not apply any more does nothing. */
export async function executeCommand(db: Database, command: DaemonCommand): Promise<void> {
  switch (command.kind) {
    case "admit_run":
      await admitRun(db, command.runId, command.maxAdmittedRuns);
      return;
    case "expire_worker":
      await expireWorker(db, command.workerId);
      return;
    case "release_backoff":
      await releaseBackoff(db);
      return;
    case "repeat_cancel":
      await repeatCancel(db, command.runId);
      return;
    case "revoke_steps":
      await revokeSteps(db, command.runId);
      return;
    case "end_run":
      await endRun(db, command.runId);
      return;
    case "exceed_limits":
    case "await_limit":
      await keepRunLimits(db, command.runId);
      return;
    default:
      assertNever(command);
  }
}

async function readAdmitted(sql: TransactionSql): Promise<Map<string, number>> {
  const rows = await sql<{ origin: string; count: number }[]>`
    select concat_ws(':', origin ->> 'kind', origin ->> 'name') as origin, count(*)::integer as count
    from run where status in ('running', 'canceling') group by 1`;
  return new Map(rows.map(({ origin, count }) => [origin, count]));
}

/**
 * The head of the queue of every origin, so that one that launches much does not hide the others. Runs that come after
 * runs which are not over are not in it.
 */
async function readQueued(sql: TransactionSql): Promise<QueuedRun[]> {
  return sql<QueuedRun[]>`
    select id as "runId", priority, origin,
      (extract(epoch from clock_timestamp() - created_at) * 1000)::double precision as "waitedMs"
    from (
      select id, priority, created_at, concat_ws(':', origin ->> 'kind', origin ->> 'name') as origin,
        row_number() over (
          partition by concat_ws(':', origin ->> 'kind', origin ->> 'name') order by priority desc, id
        ) as place
      from run r where status = 'queued' and not ${waitsForRuns(sql)}
    ) queue
    where place <= ${QUEUED_PER_ORIGIN}::integer
    order by priority desc, id limit ${LIST_LIMIT}::integer`;
}

async function readCanceling(sql: TransactionSql): Promise<CancelingRun[]> {
  return sql<CancelingRun[]>`
    select id as "runId",
      (extract(epoch from clock_timestamp() - cancel_requested_at) * 1000)::double precision as "ageMs"
    from run where status = 'canceling' and not lets_finish order by id limit ${LIST_LIMIT}::integer`;
}

/** The earliest end of a back-off, a lease or a limit: one look at each index. */
async function readNextDueMs(sql: TransactionSql): Promise<number | null> {
  const [{ dueMs }] = await sql<[{ dueMs: number | null }]>`
    select (extract(epoch from least(
      (select min(retry_at) from step where retry_at is not null),
      (select min(lease_until) from worker where ended_at is null),
      (select min(limit_at) from run where limit_at is not null and ended_at is null)
    ) - clock_timestamp()) * 1000)::double precision as "dueMs"`;
  return dueMs === null ? null : Math.max(0, dueMs);
}
