import { PartitionSet } from "@heddle/core/internal";
import type { Database, TransactionSql } from "./database.ts";
import { deleteEvaluations, deleteFreshnessChanges, deleteIdleEvaluations } from "./automation/old-automation.ts";
import { deleteWipes } from "./manual/old-wipes.ts";
import { deleteAudit, deleteMessages, deleteReceipts } from "./notifications/old-messages.ts";
import { deleteSkippedTicks, deleteTickRequests, deleteTicks } from "./ticks/old-ticks.ts";

/**
 * How long what is not the state itself is kept, in days. Current materializations, with their check results, are kept
 * for ever, and so are declarations and the keys of dynamic definitions.
 */
export interface RetentionPolicy {
  /** @default 30 */
  readonly eventDays?: number;
  /** @default 30 */
  readonly logDays?: number;
  /** Workers that have ended. @default 1 */
  readonly workerDays?: number;
  /**
   * Runs that have ended, counted from their end: with their steps, their attempts, and those of their materializations
   * that later ones have replaced. Also wipes, and definitions without history that others have taken the place of.
   * @default 180
   */
  readonly runDays?: number;
  /**
   * Whether a run is kept beyond that until what it has replaced is removed from the stores, and the row of every value
   * that is not: nothing else knows where it lies. False where nothing is ever removed. @default true
   */
  readonly awaitsCollection?: boolean;
  /** Ticks of schedules and sensors. @default 180 */
  readonly tickDays?: number;
  /** Those of them that asked for nothing. @default 7 */
  readonly skippedTickDays?: number;
  /** Evaluations of conditions, except the newest of each; and changes of freshness. @default 180 */
  readonly evaluationDays?: number;
  /** Those of them that asked for nothing. @default 7 */
  readonly idleEvaluationDays?: number;
  /** Results of checks on what is not current any more. @default 180 */
  readonly checkResultDays?: number;
  /** Messages of notifications that were delivered or given up. @default 30 */
  readonly messageDays?: number;
  /** Requests that came to webhook sensors. @default 30 */
  readonly receiptDays?: number;
  /** What people have changed. @default 730 */
  readonly auditDays?: number;
  /** Code versions that nothing refers to: not in force, and of no run that is kept. @default 30 */
  readonly codeVersionDays?: number;
  /** Rows that one transaction deletes, so that none is long. Of a run, rows of 8,192 steps. @default 2_000 */
  readonly batchSize?: number;
  /** Transactions for each table in one call; what is left is for the next call. @default 500 */
  readonly maxBatches?: number;
}

/** How long things are kept when nobody says otherwise, in days. */
export const RETENTION_DAYS = {
  events: 30,
  logs: 30,
  workers: 1,
  runs: 180,
  ticks: 180,
  skippedTicks: 7,
  evaluations: 180,
  idleEvaluations: 7,
  checkResults: 180,
  codeVersions: 30,
  messages: 30,
  receipts: 30,
  audit: 730,
} as const;

/** Rows that were deleted. */
export interface RetentionResult {
  readonly events: number;
  readonly logChunks: number;
  readonly workers: number;
  /** What is deleted along with them is not counted. */
  readonly runs: number;
  readonly wipes: number;
  /** Definitions that others have taken the place of, and of which nothing is left. */
  readonly formerDefinitions: number;
  /** Those of schedules and sensors. */
  readonly ticks: number;
  readonly evaluations: number;
  readonly freshnessChanges: number;
  readonly checkResults: number;
  readonly codeVersions: number;
  readonly messages: number;
  readonly receipts: number;
  readonly audit: number;
}

type Batch = (db: Database, options: { readonly days: number; readonly batchSize: number }) => Promise<BatchResult>;

interface BatchResult {
  readonly deleted: number;
  readonly isLast: boolean;
}

/** Deletes what has grown too old, in small transactions. Any number of processes may do so at once. */
export async function runRetention(db: Database, policy: RetentionPolicy = {}): Promise<RetentionResult> {
  const { batchSize = 2_000, maxBatches = 500 } = policy;
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
    events: await sweep(deleteEvents, policy.eventDays ?? RETENTION_DAYS.events),
    logChunks: await sweep(deleteLogChunks, policy.logDays ?? RETENTION_DAYS.logs),
    workers: await sweep(deleteWorkers, policy.workerDays ?? RETENTION_DAYS.workers),
    runs: await sweep(deleteRuns(policy.awaitsCollection ?? true), policy.runDays ?? RETENTION_DAYS.runs),
    wipes: await sweep(deleteWipes(policy.awaitsCollection ?? true), policy.runDays ?? RETENTION_DAYS.runs),
    ticks:
      (await sweep(deleteTicks, policy.tickDays ?? RETENTION_DAYS.ticks)) +
      (await sweep(deleteSkippedTicks, policy.skippedTickDays ?? RETENTION_DAYS.skippedTicks)) +
      (await sweep(deleteTickRequests, 1)),
    evaluations:
      (await sweep(deleteEvaluations, policy.evaluationDays ?? RETENTION_DAYS.evaluations)) +
      (await sweep(deleteIdleEvaluations, policy.idleEvaluationDays ?? RETENTION_DAYS.idleEvaluations)),
    freshnessChanges: await sweep(deleteFreshnessChanges, policy.evaluationDays ?? RETENTION_DAYS.evaluations),
    checkResults: await sweep(deleteCheckResults(), policy.checkResultDays ?? RETENTION_DAYS.checkResults),
    // After the runs that hold them, and before the code that they hold.
    formerDefinitions: await sweep(deleteFormerDefinitions(), policy.runDays ?? RETENTION_DAYS.runs),
    codeVersions: await sweep(deleteCodeVersions, policy.codeVersionDays ?? RETENTION_DAYS.codeVersions),
    messages: await sweep(deleteMessages, policy.messageDays ?? RETENTION_DAYS.messages),
    receipts: await sweep(deleteReceipts, policy.receiptDays ?? RETENTION_DAYS.receipts),
    audit: await sweep(deleteAudit, policy.auditDays ?? RETENTION_DAYS.audit),
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

/** Chunks of steps of a run that one transaction deletes at most: each may stand for 8,192 rows elsewhere. */
const MAX_CHUNKS = 4;

interface OldChunk {
  readonly assetId: number;
  readonly chunk: number;
  readonly success: Uint8Array;
}

/**
 * Deletes the oldest run that has ended long enough ago, some chunks at a time; its own row goes last, so that what is
 * interrupted goes on where it was.
 */
function deleteRuns(awaitsCollection: boolean): Batch {
  return (db, { days, batchSize }) =>
    db.transaction(
      "deleteRuns",
      async ({ sql }) => {
        const [run] = await sql<Omit<EndedRun, "awaitsCollection">[]>`
          select id, environment_id as "environmentId", ended_at as "endedAt" from run
          where ended_at < clock_timestamp() - ${days}::double precision * interval '1 day'
            and (collected_at is not null or not ${awaitsCollection})
          order by id limit 1 for update skip locked`;
        if (run === undefined) return { deleted: 0, isLast: true };
        const isGone = await deleteSomeOf(sql, { ...run, awaitsCollection }, Math.min(MAX_CHUNKS, batchSize));
        return { deleted: isGone ? 1 : 0, isLast: false };
      },
      { pinPlans: true },
    );
}

/** A run that is over, whose row is locked. */
export interface EndedRun {
  readonly id: number;
  readonly environmentId: number;
  readonly endedAt: Date;
  /** Whether materializations are kept whose values are not removed from their stores. */
  readonly awaitsCollection: boolean;
}

/** Deletes chunks of a run, at most `limit`, or the run itself when it has none. @returns whether the run is gone */
export async function deleteSomeOf(sql: TransactionSql, run: EndedRun, limit: number): Promise<boolean> {
  const chunks = await sql<OldChunk[]>`
      select asset_id as "assetId", chunk, success from run_chunk where run_id = ${run.id}
      order by asset_id, chunk limit ${limit}::integer`;
  if (chunks.length > 0) {
    await deleteChunks(sql, run, chunks);
    return false;
  }
  await sql`delete from run_asset where run_id = ${run.id}`;
  await sql`delete from run where id = ${run.id}`;
  return true;
}

async function deleteChunks(sql: TransactionSql, run: EndedRun, chunks: readonly OldChunk[]): Promise<void> {
  const runId = run.id;
  const [assetIds, starts, ends]: [number[], number[], number[]] = [[], [], []];
  for (const { assetId, success } of chunks) {
    const { ranges } = PartitionSet.decode(success);
    for (let at = 0; at < ranges.length; at += 2) {
      assetIds.push(assetId);
      starts.push(ranges[at] ?? 0);
      ends.push(ranges[at + 1] ?? 0);
    }
  }
  const places = sql`unnest(
    ${chunks.map(({ assetId }) => assetId)}::integer[], ${chunks.map(({ chunk }) => chunk)}::integer[]
  ) as k (asset_id, chunk)`;
  // Locked in the order of the key, as everywhere.
  await sql`
    select from asset_chunk a join ${places} on a.asset_id = k.asset_id and a.chunk = k.chunk
    where a.environment_id = ${run.environmentId} order by a.asset_id, a.chunk for no key update of a`;
  await Promise.all([
    sql`
      update asset_chunk a set forgotten_until = greatest(a.forgotten_until, ${run.endedAt}::timestamptz)
      from ${places} where a.environment_id = ${run.environmentId} and a.asset_id = k.asset_id and a.chunk = k.chunk
        and exists (select from run r where r.id = ${runId} and r.purpose = 'materialize')`,
    sql`
      delete from materialization m
      using unnest(${assetIds}::integer[], ${starts}::bigint[], ${ends}::bigint[]) as k (asset_id, first, past)
      where m.asset_id = k.asset_id and m.ordinal >= k.first and m.ordinal < k.past and m.run_id = ${runId}
        and (m.collected_at is not null or m.stored is null or not ${run.awaitsCollection})
        and not exists (
          select from environment e join asset_partition p
            on p.environment_id = e.id and p.asset_id = m.asset_id and p.ordinal = m.ordinal and p.run_id = m.run_id
        )`,
    sql`
      delete from attempt a using ${places}
      where a.run_id = ${runId} and a.asset_id = k.asset_id
        and a.ordinal >= k.chunk::bigint * 8192 and a.ordinal < (k.chunk::bigint + 1) * 8192`,
    sql`
      delete from step s using ${places}
      where s.run_id = ${runId} and s.asset_id = k.asset_id
        and s.ordinal >= k.chunk::bigint * 8192 and s.ordinal < (k.chunk::bigint + 1) * 8192`,
    sql`
      delete from sub_step s using ${places}
      where s.run_id = ${runId} and s.asset_id = k.asset_id
        and s.ordinal >= k.chunk::bigint * 8192 and s.ordinal < (k.chunk::bigint + 1) * 8192`,
    sql`
      delete from fresh_chunk f using ${places}
      where f.run_id = ${runId} and f.asset_id = k.asset_id and f.chunk = k.chunk`,
    sql`
      delete from run_chunk c using ${places}
      where c.run_id = ${runId} and c.asset_id = k.asset_id and c.chunk = k.chunk`,
  ]);
}

/** Goes through old results by id: those of what is current stay among them, so that it has to remember where it was. */
function deleteCheckResults(): Batch {
  let afterId = 0;
  return (db, { days, batchSize }) =>
    db.transaction("deleteCheckResults", async ({ sql }) => {
      const [looked] = await sql<[{ count: number; lastId: number | null }]>`
        select count(*)::integer as count, max(id) as "lastId" from (
          select id from check_result
          where id > ${afterId} and at < clock_timestamp() - ${days}::double precision * interval '1 day'
          order by id limit ${batchSize}
        ) old`;
      const deleted = await sql`
        delete from check_result r
        where r.id > ${afterId} and r.id <= ${looked.lastId ?? 0}
          and r.at < clock_timestamp() - ${days}::double precision * interval '1 day'
          and not exists (
            select from asset_partition p where p.environment_id = r.environment_id and p.asset_id = r.asset_id
              and p.ordinal = r.ordinal and p.run_id = coalesce(r.judged_run_id, r.run_id)
          )`;
      afterId = looked.lastId ?? afterId;
      return { deleted: deleted.count, isLast: looked.count < batchSize };
    });
}

/**
 * Deletes definitions that are not in force any more and without history: not a materialization, not a run, not a check.
 * Keys of dynamic definitions are never deleted: their ordinals must not be given out again.
 */
function deleteFormerDefinitions(): Batch {
  let afterId = 0;
  return (db, { days, batchSize }) =>
    db.transaction("deleteFormerDefinitions", async ({ sql }) => {
      const looked = await sql<{ id: number }[]>`
        select id from asset
        where id > ${afterId} and superseded_at < clock_timestamp() - ${days}::double precision * interval '1 day'
        order by id limit ${batchSize} for update skip locked`;
      const deleted = await sql`
        delete from asset a where id = any (${looked.map(({ id }) => id)}::integer[])
          and not exists (select from run_asset where asset_id = a.id)
          and not exists (select from materialization where asset_id = a.id)
          and not exists (select from check_result where asset_id = a.id)
          and not exists (
            select from environment e join asset_partition p on p.environment_id = e.id and p.asset_id = a.id
          )`;
      await sql`
        delete from asset_chunk c where asset_id = any (${looked.map(({ id }) => id)}::integer[])
          and not exists (select from asset where id = c.asset_id)`;
      afterId = looked.at(-1)?.id ?? afterId;
      return { deleted: deleted.count, isLast: looked.length < batchSize };
    });
}

const deleteCodeVersions: Batch = (db, { days, batchSize }) =>
  db.transaction("deleteCodeVersions", async ({ sql }) => {
    const deleted = await sql`
      delete from code_version where id in (
        select v.id from code_version v
        where v.created_at < clock_timestamp() - ${days}::double precision * interval '1 day'
          and not exists (select from code_location where current_code_version_id = v.id)
          and not exists (select from asset where code_version_id = v.id)
          and not exists (select from run where code_version_id = v.id)
        order by v.id limit ${batchSize}
        for update skip locked
      )`;
    return { deleted: deleted.count, isLast: deleted.count < batchSize };
  });
