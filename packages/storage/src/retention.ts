import type { Database } from "./database.ts";

/** How long what is not the state itself is kept, in days. Runs keep their attempts and materializations. */
export interface RetentionPolicy {
  /** @default 30 */
  readonly eventDays?: number;
  /** @default 30 */
  readonly logDays?: number;
  /** Workers that have ended. @default 1 */
  readonly workerDays?: number;
  /** Rows that one transaction deletes, so that none is long. @default 2_000 */
  readonly batchSize?: number;
  /** Transactions for each table in one call; what is left is for the next call. @default 500 */
  readonly maxBatches?: number;
}

/** Rows that were deleted. */
export interface RetentionResult {
  readonly events: number;
  readonly logChunks: number;
  readonly workers: number;
}

type Batch = (db: Database, options: { readonly days: number; readonly batchSize: number }) => Promise<BatchResult>;

interface BatchResult {
  readonly deleted: number;
  readonly isLast: boolean;
}

/** Deletes what has grown too old, in small transactions. Any number of processes may do so at once. */
export async function runRetention(db: Database, policy: RetentionPolicy = {}): Promise<RetentionResult> {
  const { eventDays = 30, logDays = 30, workerDays = 1, batchSize = 2_000, maxBatches = 500 } = policy;
  const sweep = async (batch: Batch, days: number): Promise<number> => {
    let deleted = 0;
    for (let batches = 0; batches < maxBatches; batches += 1) {
      const result = await batch(db, { days, batchSize });
      deleted += result.deleted;
      if (result.isLast) break;
    }
    return deleted;
  };
  return {
    events: await sweep(deleteEvents, eventDays),
    logChunks: await sweep(deleteLogChunks, logDays),
    workers: await sweep(deleteWorkers, workerDays),
  };
}

/**
 * Looks at the oldest rows only, by id, which grows with time: no index on the instant is needed, and a sweep that finds
 * nothing reads one batch.
 */
const deleteEvents: Batch = (db, { days, batchSize }) =>
  db.transaction("deleteEvents", async ({ sql }) => {
    const deleted = await sql`
      delete from event where at < clock_timestamp() - ${days}::double precision * interval '1 day'
        and id = any (array(select id from event order by id limit ${batchSize}))`;
    return { deleted: deleted.count, isLast: deleted.count < batchSize };
  });

const deleteLogChunks: Batch = (db, { days, batchSize }) =>
  db.transaction("deleteLogChunks", async ({ sql }) => {
    const deleted = await sql`
      delete from log_chunk where at < clock_timestamp() - ${days}::double precision * interval '1 day'
        and id = any (array(select id from log_chunk order by id limit ${batchSize}))`;
    return { deleted: deleted.count, isLast: deleted.count < batchSize };
  });

/** A worker that has ended and still holds something is kept until the sweep has taken that back. */
const deleteWorkers: Batch = (db, { days, batchSize }) =>
  db.transaction("deleteWorkers", async ({ sql }) => {
    const deleted = await sql`
      delete from worker where id in (
        select id from worker
        where ended_at < clock_timestamp() - ${days}::double precision * interval '1 day'
          and not exists (select 1 from claim where claim.worker_id = worker.id)
        order by id limit ${batchSize}
        for update skip locked
      )`;
    return { deleted: deleted.count, isLast: deleted.count < batchSize };
  });
