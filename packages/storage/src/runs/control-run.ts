import { HeddleError, type RunStatus } from "@heddle/core";
import { isOpenRun, nextRunStatus, PartitionSet, type RunEvent } from "@heddle/core/internal";
import type { Database, TransactionSql } from "../database.ts";
import { endRuns } from "./end-runs.ts";
import { flushWork } from "./flush-work.ts";
import type { RunEventKind } from "./run-events.ts";
import { lockRuns, readOpenChunks, readRunClaims } from "./run-rows.ts";
import { RunWork, type LockedRun, type RunAssetPlace } from "./run-work.ts";

/** What came of asking a run for something. */
export interface RunChangeResult {
  readonly runId: number;
  /** Of the run now. */
  readonly status: RunStatus;
  /** False when nothing changed: it was so already, or the run is over. */
  readonly changed: boolean;
}

/** How a run is asked to stop. */
export interface CancelRunOptions {
  /**
   * Takes running steps away from their workers at once, instead of waiting until these have stopped them: the run is
   * over with this call, and what the workers publish later is refused. @default false
   */
  readonly force?: boolean;
  /**
   * Lets the steps that run finish: what they make is published, and one that fails is not tried again. Canceling the run
   * once more, without it, stops them after all; with `force` it is not heeded. @default false
   */
  readonly letFinish?: boolean;
}

/**
 * Asks a run to stop. Steps that do not run are canceled at once; those that run end when their worker has stopped them,
 * or when they are taken away from it, and nothing of them becomes visible, unless they are let finish. What was published
 * stays. A run that is over stays as it is: the answer says how it ended.
 * @throws RUN_UNKNOWN
 */
export async function cancelRun(
  db: Database,
  runId: number,
  { force = false, letFinish = false }: CancelRunOptions = {},
): Promise<RunChangeResult> {
  return changeRun(db, { name: "cancelRun", runId }, (sql, work, run) =>
    cancelWithin(sql, work, { run, force, letFinish }),
  );
}

/** Cancels a run whose row is locked, as part of a transaction; see {@link cancelRun}. @returns whether anything changed */
export async function cancelWithin(
  sql: TransactionSql,
  work: RunWork,
  { run, force = false, letFinish = false }: CancelRunOptions & { readonly run: LockedRun },
): Promise<boolean> {
  const next = nextRunStatus(run.status, "cancel");
  const mayRevoke = force && (next ?? run.status) === "canceling";
  if (next === undefined && !mayRevoke)
    return run.status === "canceling" && !letFinish && stopLetFinish(sql, work, run);
  if (next !== undefined) work.setStatus(run, next, "run_canceling");
  if (letFinish && !mayRevoke) await sql`update run set lets_finish = true where id = ${run.id}`;
  work.addChunks(await readOpenChunks(sql, run.id));
  if (mayRevoke) await sql`delete from claim where run_id = ${run.id}`;
  cancelSteps(work, ["waiting", "ready", "backoff", ...(mayRevoke ? (["running"] as const) : [])]);
  // What waits for nobody is not due any more, either.
  await sql`update step set retry_at = null where run_id = ${run.id} and retry_at is not null`;
  // Told also when its steps were taken away: their processes are to stop.
  work.notify("heddle_cancel", String(run.id));
  return true;
}

/** Has the steps stopped, too, that were to finish. The daemon counts from now when it takes them away. */
async function stopLetFinish(sql: TransactionSql, work: RunWork, run: LockedRun): Promise<boolean> {
  if (!run.letsFinish) return false;
  await sql`update run set lets_finish = false, cancel_requested_at = clock_timestamp() where id = ${run.id}`;
  work.events.push({
    kind: "run_changed",
    runId: run.id,
    assetId: null,
    partitions: null,
    payload: { status: run.status, letsFinish: false },
  });
  work.notify("heddle_cancel", String(run.id));
  return true;
}

/** What of a run's limits is changed; what is left out stays. */
export interface ChangeRunLimitsOptions {
  readonly runId: number;
  /** Higher goes first. */
  readonly priority?: number;
  /** Most steps of the run that may run at once; null for no limit. */
  readonly maxConcurrency?: number | null;
  /** Which partitions of an asset go first: the oldest ones or the newest ones. */
  readonly order?: "oldest" | "newest";
}

/**
 * Changes how a run that is not over competes with others, and in which order it does its own work. What runs goes on: with
 * a lower limit nothing more begins until enough has ended.
 * @throws RUN_UNKNOWN
 */
export async function changeRunLimits(db: Database, options: ChangeRunLimitsOptions): Promise<RunChangeResult> {
  const { runId, priority = null, maxConcurrency = null } = options;
  return changeRun(db, { name: "changeRunLimits", runId }, async (sql, work, run) => {
    if (!isOpenRun(run.status)) return false;
    const keepsLimit = options.maxConcurrency === undefined;
    const newestFirst = options.order === undefined ? run.isNewestFirst : options.order === "newest";
    const [changed] = await sql<{ priority: number; maxConcurrency: number | null; order: "oldest" | "newest" }[]>`
      update run set priority = coalesce(${priority}::integer, priority), newest_first = ${newestFirst},
        max_concurrency = case when ${keepsLimit} then max_concurrency else ${maxConcurrency}::integer end
      where id = ${runId} and (priority is distinct from coalesce(${priority}::integer, priority)
        or newest_first <> ${newestFirst}
        or not ${keepsLimit} and max_concurrency is distinct from ${maxConcurrency}::integer)
      returning priority, max_concurrency as "maxConcurrency",
        case when newest_first then 'newest' else 'oldest' end as order`;
    if (changed === undefined) return false;
    if (newestFirst !== run.isNewestFirst) {
      // Where claims look first. The run's lock keeps claims away meanwhile.
      await sql`update run_chunk set rank = case when ${newestFirst} then -chunk else chunk end where run_id = ${runId}`;
    }
    work.events.push({
      kind: "run_changed",
      runId,
      assetId: null,
      partitions: null,
      payload: { status: run.status, ...changed },
    });
    // Its place in the queue may be another one, and workers may take more.
    work.notify("heddle_run");
    await sql`select pg_notify('heddle_work', '')`;
    return true;
  });
}

/**
 * Takes the running steps of a canceled run away from their workers and ends the run. What those workers publish later
 * is refused.
 * @throws RUN_UNKNOWN
 */
export async function revokeSteps(db: Database, runId: number): Promise<RunChangeResult> {
  return changeRun(db, { name: "revokeSteps", runId }, async (sql, work, run) => {
    if (run.status !== "canceling") return false;
    const claims = await readRunClaims(sql, runId);
    work.addChunks(await readOpenChunks(sql, runId));
    cancelSteps(work, ["running"]);
    if (claims.length > 0) await sql`delete from claim where run_id = ${runId}`;
    if (claims.some(({ pools }) => pools !== null)) work.notify("heddle_work");
    return true;
  });
}

/** Lets nothing more of a run begin. Steps that run finish. @throws RUN_UNKNOWN */
export async function pauseRun(db: Database, runId: number): Promise<RunChangeResult> {
  return changeRun(db, { name: "pauseRun", runId }, async (_sql, work, run) => {
    const changed = transit(work, run, { event: "pause", told: "run_paused" });
    // Its place among the admitted runs is free.
    if (changed) work.notify("heddle_run");
    return changed;
  });
}

/** Lets a paused run go on: it queues again. @throws RUN_UNKNOWN */
export async function resumeRun(db: Database, runId: number): Promise<RunChangeResult> {
  return changeRun(db, { name: "resumeRun", runId }, async (_sql, work, run) => {
    const changed = transit(work, run, { event: "resume", told: "run_resumed" });
    if (changed) work.notify("heddle_run");
    return changed;
  });
}

/** Ends a run of which no open step is left. Runs end by themselves; this is for one that did not. @throws RUN_UNKNOWN */
export async function endRun(db: Database, runId: number): Promise<RunChangeResult> {
  return changeRun(
    db,
    { name: "endRun", runId },
    async (_sql, _work, run) => isOpenRun(run.status) && run.unfinished === 0,
  );
}

/**
 * Lets a queued run begin, if fewer than `maxAdmittedRuns` are admitted and the runs that it comes after are over. The limit's row is the lock under which they are
 * counted, so that several daemons together never admit too many.
 *
 * @returns whether it was admitted
 */
export async function admitRun(db: Database, runId: number, maxAdmittedRuns: number): Promise<boolean> {
  return db.transaction(
    "admitRun",
    async ({ sql }) => {
      await sql`
      insert into pool (name, slots) values ('runs', ${maxAdmittedRuns})
      on conflict (name) do update set slots = excluded.slots`;
      const { admitted } = await countOpenRuns(sql);
      return admitted < maxAdmittedRuns && (await admit(sql, runId));
    },
    { isIdempotent: true },
  );
}

/**
 * Lets a run begin in the transaction that made it, if the limit that the daemon has set leaves room and no other run
 * waits: a person who has just launched something need not wait for the daemon's turn. Otherwise the daemon admits it.
 *
 * @returns whether it was admitted
 */
export async function admitAtOnce(sql: TransactionSql, runId: number): Promise<boolean> {
  // They share a round trip; the server counts once it holds the lock.
  const [[limit], { admitted, queued }] = await Promise.all([
    sql<{ slots: number }[]>`select slots from pool where name = 'runs' for update`,
    countOpenRuns(sql),
  ]);
  if (limit === undefined) return false;
  // The run itself is the one that is queued.
  return queued <= 1 && admitted < limit.slots && (await admit(sql, runId));
}

/**
 * Counted under the lock of the limit's row, so that several processes together never admit too many. Runs that wait for
 * others keep nobody waiting themselves.
 */
async function countOpenRuns(sql: TransactionSql): Promise<{ readonly admitted: number; readonly queued: number }> {
  const [counts] = await sql<[{ admitted: number; queued: number }]>`
    select count(*) filter (where status in ('running', 'canceling'))::integer as admitted,
      count(*) filter (where status = 'queued' and not ${waitsForRuns(sql)})::integer as queued
    from run r where status in ('running', 'canceling', 'queued')`;
  return counts;
}

/**
 * Whether a run `r` waits for others to be over. A run that is over stays so, and one that is gone is over; so what was
 * true once stays true.
 */
export function waitsForRuns(sql: TransactionSql) {
  return sql`(r.after <> '{}' and exists (
    select from run earlier where earlier.id = any (r.after)
      and earlier.status in ('queued', 'running', 'canceling', 'paused')
  ))`;
}

async function admit(sql: TransactionSql, runId: number): Promise<boolean> {
  const [[run], [standing]] = await Promise.all([
    lockRuns(sql, [runId]),
    sql<{ waits: boolean }[]>`select ${waitsForRuns(sql)} as waits from run r where id = ${runId}`,
  ]);
  if (run === undefined || standing?.waits !== false) return false;
  const work = new RunWork();
  work.addRuns([run]);
  if (!transit(work, run, { event: "admit", told: "run_admitted" })) return false;
  await Promise.all([...flushWork(sql, work), sql`select pg_notify('heddle_work', '')`]);
  return true;
}

/** Announces again that a run was asked to stop. */
export async function repeatCancel(db: Database, runId: number): Promise<void> {
  await db.transaction("repeatCancel", (tx) => tx.notify("heddle_cancel", String(runId)));
}

type Change = (sql: TransactionSql, work: RunWork, run: LockedRun) => Promise<boolean>;

/** Changes one run under its lock; what follows is written with it. @throws RUN_UNKNOWN */
export async function changeRun(
  db: Database,
  { name, runId }: { readonly name: string; readonly runId: number },
  fn: Change,
): Promise<RunChangeResult> {
  return db.transaction(
    name,
    async ({ sql }) => {
      const [run] = await lockRuns(sql, [runId]);
      if (run === undefined) throw runUnknown(runId);
      const work = new RunWork();
      work.addRuns([run]);
      const changed = await fn(sql, work, run);
      if (changed) {
        await endRuns(sql, work);
        await Promise.all(flushWork(sql, work));
      }
      return { runId, status: run.status, changed };
    },
    { isIdempotent: true },
  );
}

function transit(work: RunWork, run: LockedRun, { event, told }: { event: RunEvent; told: RunEventKind }): boolean {
  const next = nextRunStatus(run.status, event);
  if (next === undefined) return false;
  work.setStatus(run, next, told);
  return true;
}

/** Cancels the steps in the given states, as far as they were read. */
function cancelSteps(work: RunWork, from: readonly ("waiting" | "ready" | "backoff" | "running")[]): void {
  const canceled = new Map<number, { readonly place: RunAssetPlace; readonly ranges: number[] }>();
  for (const chunk of work.chunks()) {
    let entry = canceled.get(chunk.assetId);
    if (entry === undefined) canceled.set(chunk.assetId, (entry = { place: chunk, ranges: [] }));
    for (const status of from) {
      for (const bound of work.moveChunk("cancel", chunk, chunk.get(status))) entry.ranges.push(bound);
    }
  }
  for (const { place, ranges } of canceled.values())
    work.tell("steps_canceled", place, PartitionSet.fromRanges(ranges));
}

export function runUnknown(runId: number): HeddleError {
  return new HeddleError("RUN_UNKNOWN", `there is no run ${runId}`, {
    hint: "Runs that are older than the retention time are removed.",
    details: { runId },
  });
}
