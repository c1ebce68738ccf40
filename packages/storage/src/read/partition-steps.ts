import { type StepStatus } from "@heddle/core";
import { PARTITION_CHUNK_SIZE, PartitionSet, STEP_STATUSES, type FailureCause } from "@heddle/core/internal";
import type { SerializedError } from "@heddle/core/internal";
import type { Transaction } from "../database.ts";
import type { PartitionQuery } from "./materializations.ts";

/** A failed or lost attempt at one step. */
export interface AttemptRow {
  readonly runId: number;
  readonly number: number;
  /** Names the attempt in storage keys and logs. */
  readonly claimId: number;
  readonly workerId: string;
  readonly cause: FailureCause;
  readonly error: SerializedError | null;
  readonly fingerprint: string | null;
  readonly startedAt: Date | null;
  readonly endedAt: Date;
}

/** A step of a run that is not over. */
export interface OpenStepRow {
  readonly runId: number;
  readonly status: StepStatus;
  readonly retryAt: Date | null;
}

/** Only the newest runs of an asset are searched for attempts: those have no index by partition. */
const MAX_RUNS_SEARCHED = 1000;
const MAX_OPEN_RUNS = 5;

/** Failed attempts at one partition, newest first. */
export async function readPartitionAttempts({ sql }: Transaction, query: PartitionQuery): Promise<AttemptRow[]> {
  const { environmentId, assetId, ordinal, limit } = query;
  return [
    ...(await sql<AttemptRow[]>`
    with searched as (
      select run_asset.run_id from run_asset join run on run.id = run_asset.run_id
      where run_asset.asset_id = ${assetId} and run.environment_id = ${environmentId}
      order by run_asset.run_id desc limit ${MAX_RUNS_SEARCHED}
    )
    select a.run_id as "runId", a.number, a.claim_id as "claimId", a.worker_id as "workerId", a.cause, a.error, a.fingerprint, a.started_at as "startedAt",
      a.ended_at as "endedAt"
    from searched join attempt a on a.run_id = searched.run_id and a.asset_id = ${assetId} and a.ordinal = ${ordinal}
    order by a.ended_at desc limit ${limit}`),
  ];
}

type ChunkRow = { readonly runId: number; readonly retryAt: Date | null } & Readonly<Record<StepStatus, Uint8Array>>;

/** The steps that are to make one partition, in runs that are not over. */
export async function readOpenSteps(
  { sql }: Transaction,
  query: Omit<PartitionQuery, "limit">,
): Promise<OpenStepRow[]> {
  const { environmentId, assetId, ordinal } = query;
  const rows = await sql<ChunkRow[]>`
    select r.id as "runId", s.retry_at as "retryAt", c.waiting, c.ready, c.running, c.backoff, c.success, c.failed,
      c.skipped, c.canceled
    from run r
    join run_chunk c on c.run_id = r.id and c.asset_id = ${assetId}
      and c.chunk = ${Math.floor(ordinal / PARTITION_CHUNK_SIZE)}
    left join step s on s.run_id = r.id and s.asset_id = ${assetId} and s.ordinal = ${ordinal}
    where r.status in ('queued', 'running', 'canceling', 'paused') and r.environment_id = ${environmentId}
      and r.purpose = 'materialize'
    order by r.id desc`;
  return rows.flatMap((row) => {
    const status = STEP_STATUSES.find((candidate) => PartitionSet.decode(row[candidate]).has(ordinal));
    return status === undefined ? [] : [{ runId: row.runId, status, retryAt: row.retryAt }];
  });
}

/** A step of a run that is over, which made nothing and did not fail either. */
export interface StoppedStepRow {
  readonly runId: number;
  readonly status: "skipped" | "canceled";
  readonly endedAt: Date;
}

/** The steps that were to make one partition and were skipped or canceled, in runs that are over, newest first. */
export async function readStoppedPartitionSteps(
  { sql }: Transaction,
  query: PartitionQuery,
): Promise<StoppedStepRow[]> {
  const { environmentId, assetId, ordinal, limit } = query;
  const rows = await sql<{ runId: number; endedAt: Date; skipped: Uint8Array; canceled: Uint8Array }[]>`
    select r.id as "runId", r.ended_at as "endedAt", c.skipped, c.canceled
    from run_chunk c join run r on r.id = c.run_id
    where c.asset_id = ${assetId} and c.chunk = ${Math.floor(ordinal / PARTITION_CHUNK_SIZE)}
      and r.ended_at is not null and r.environment_id = ${environmentId} and r.purpose = 'materialize'
    order by r.id desc limit ${MAX_RUNS_SEARCHED}`;
  const stopped = rows.flatMap((row) => {
    const status = (["canceled", "skipped"] as const).find((one) => PartitionSet.decode(row[one]).has(ordinal));
    return status === undefined ? [] : [{ runId: row.runId, status, endedAt: row.endedAt }];
  });
  return stopped.slice(0, limit);
}

/** Runs that are not over and hold partitions of an asset, newest first; some of them when there are many. */
export async function readOpenRunIds(
  { sql }: Transaction,
  query: { readonly environmentId: number; readonly assetId: number },
): Promise<number[]> {
  const rows = await sql<{ id: number }[]>`
    select r.id from run r join run_asset a on a.run_id = r.id and a.asset_id = ${query.assetId}
    where r.status in ('queued', 'running', 'canceling', 'paused') and r.environment_id = ${query.environmentId}
      and a.waiting + a.ready + a.running + a.backoff > 0
    order by r.id desc limit ${MAX_OPEN_RUNS}`;
  return rows.map((row) => row.id);
}
