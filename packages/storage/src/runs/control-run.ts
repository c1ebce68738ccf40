import { HeddleError, isOpenRun, nextRunStatus, PartitionSet, type RunEvent, type RunStatus } from "@heddle/core";
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

/**
 * Asks a run to stop. Steps that do not run are canceled at once; those that run end when their worker has stopped them,
 * or when they are taken away from it, and nothing of them becomes visible. What was published stays. A run that is over
 * stays as it is: the answer says how it ended.
 * @throws RUN_UNKNOWN
 */
export async function cancelRun(db: Database, runId: number): Promise<RunChangeResult> {
  return change(db, { name: "cancelRun", runId }, async (sql, work, run) => {
    const next = nextRunStatus(run.status, "cancel");
    if (next === undefined) return false;
    work.setStatus(run, next, "run_canceling");
    work.addChunks(await readOpenChunks(sql, runId));
    cancelSteps(work, ["waiting", "ready", "backoff"]);
    // What waits for nobody is not due any more, either.
    await sql`update step set retry_at = null where run_id = ${runId} and retry_at is not null`;
    work.notify("heddle_cancel", String(runId));
    return true;
  });
}

/**
 * Takes the running steps of a canceled run away from their workers and ends the run. What those workers publish later
 * is refused.
 * @throws RUN_UNKNOWN
 */
export async function revokeSteps(db: Database, runId: number): Promise<RunChangeResult> {
  return change(db, { name: "revokeSteps", runId }, async (sql, work, run) => {
    if (run.status !== "canceling") return false;
    const claims = await readRunClaims(sql, runId);
    work.addChunks(await readOpenChunks(sql, runId));
    cancelSteps(work, ["running"]);
    if (claims.length > 0) await sql`delete from claim where run_id = ${runId}`;
    return true;
  });
}

/** Lets nothing more of a run begin. Steps that run finish. @throws RUN_UNKNOWN */
export async function pauseRun(db: Database, runId: number): Promise<RunChangeResult> {
  return change(db, { name: "pauseRun", runId }, async (_sql, work, run) => {
    const changed = transit(work, run, { event: "pause", told: "run_paused" });
    // Its place among the admitted runs is free.
    if (changed) work.notify("heddle_run");
    return changed;
  });
}

/** Lets a paused run go on: it queues again. @throws RUN_UNKNOWN */
export async function resumeRun(db: Database, runId: number): Promise<RunChangeResult> {
  return change(db, { name: "resumeRun", runId }, async (_sql, work, run) => {
    const changed = transit(work, run, { event: "resume", told: "run_resumed" });
    if (changed) work.notify("heddle_run");
    return changed;
  });
}

/** Ends a run of which no open step is left. Runs end by themselves; this is for one that did not. @throws RUN_UNKNOWN */
export async function endRun(db: Database, runId: number): Promise<RunChangeResult> {
  return change(
    db,
    { name: "endRun", runId },
    async (_sql, _work, run) => isOpenRun(run.status) && run.unfinished === 0,
  );
}

/**
 * Lets a queued run begin, if fewer than `maxAdmittedRuns` are admitted. The limit's row is the lock under which they are
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
  const [limit] = await sql<{ slots: number }[]>`select slots from pool where name = 'runs' for update`;
  if (limit === undefined) return false;
  const { admitted, queued } = await countOpenRuns(sql);
  // The run itself is the one that is queued.
  return queued <= 1 && admitted < limit.slots && (await admit(sql, runId));
}

/** Counted under the lock of the limit's row, so that several processes together never admit too many. */
async function countOpenRuns(sql: TransactionSql): Promise<{ readonly admitted: number; readonly queued: number }> {
  const [counts] = await sql<[{ admitted: number; queued: number }]>`
    select count(*) filter (where status in ('running', 'canceling'))::integer as admitted,
      count(*) filter (where status = 'queued')::integer as queued
    from run where status in ('running', 'canceling', 'queued')`;
  return counts;
}

async function admit(sql: TransactionSql, runId: number): Promise<boolean> {
  const [run] = await lockRuns(sql, [runId]);
  if (run === undefined) return false;
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

async function change(
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
