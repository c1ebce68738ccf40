import type { Database } from "./database.ts";

export interface WorkerRegistration {
  /** Chosen by the worker and new for each process. */
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  /** Steps that it can run at once. */
  readonly slots: number;
  /** How long its lease lasts without a beat. */
  readonly leaseMs: number;
}

/** What a worker is told at each beat. */
export interface WorkerBeat {
  /** False when its lease was ended: what it had claimed belongs to others, and it may publish nothing more. */
  readonly alive: boolean;
  /** Runs of its steps that were asked to be cancelled. */
  readonly cancelRuns: readonly number[];
  /** Whether it was asked to claim nothing more and to end when it has finished. */
  readonly drain: boolean;
}

/** Makes a worker known. Its lease, by database time, is the lease of everything that it will claim. */
export async function registerWorker(db: Database, worker: WorkerRegistration): Promise<void> {
  await db.transaction(
    "registerWorker",
    async ({ sql }) => {
      await sql`
        insert into worker (id, host, pid, slots, lease_until)
        values (${worker.id}, ${worker.host}, ${worker.pid}, ${worker.slots},
          clock_timestamp() + ${worker.leaseMs}::double precision * interval '1 millisecond')
        on conflict (id) do nothing`;
    },
    { isIdempotent: true },
  );
}

/**
 * Renews a worker's lease. One that has run out may still be renewed while nobody has ended it: what it holds is then
 * still its own.
 */
export async function beatWorker(
  db: Database,
  beat: {
    readonly id: string;
    readonly leaseMs: number;
    /** Time for it, so that one silent connection does not use up the lease. @default that of every transaction */
    readonly deadlineMs?: number;
  },
): Promise<WorkerBeat> {
  return db.transaction(
    "beatWorker",
    async ({ sql }) => {
      const [row] = await sql<{ drain: boolean; cancelRuns: readonly number[] }[]>`
        update worker
        set lease_until = clock_timestamp() + ${beat.leaseMs}::double precision * interval '1 millisecond'
        where id = ${beat.id} and ended_at is null
        returning drain_requested_at is not null as drain, array(
          select distinct claim.run_id from claim join run on run.id = claim.run_id
          where claim.worker_id = worker.id and run.cancel_requested_at is not null and not run.lets_finish
          order by claim.run_id
        ) as "cancelRuns"`;
      return row === undefined ? { alive: false, cancelRuns: [], drain: false } : { alive: true, ...row };
    },
    { isIdempotent: true, ...(beat.deadlineMs !== undefined && { deadlineMs: beat.deadlineMs }) },
  );
}

/** Asks a worker to claim nothing more and to end when it has finished; it hears of it at its next beat. */
export async function requestDrain(db: Database, workerId: string): Promise<void> {
  await db.transaction(
    "requestDrain",
    async ({ sql }) => {
      await sql`
        update worker set drain_requested_at = coalesce(drain_requested_at, clock_timestamp())
        where id = ${workerId} and ended_at is null`;
    },
    { isIdempotent: true },
  );
}

/**
 * Gives a worker's lease up: it can claim and publish nothing more. Steps that it still holds are taken back by the
 * daemon's sweep at once, as if its lease had run out.
 */
export async function endWorker(db: Database, workerId: string): Promise<void> {
  await db.transaction(
    "endWorker",
    async (tx) => {
      await tx.sql`
        update worker set
          lease_until = least(lease_until, clock_timestamp()),
          ended_at = case when exists (select 1 from claim where worker_id = worker.id) then null else clock_timestamp() end
        where id = ${workerId} and ended_at is null`;
      await tx.notify("heddle_run");
    },
    { isIdempotent: true },
  );
}
