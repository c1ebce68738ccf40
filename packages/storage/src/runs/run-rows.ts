import { type PoolUse, type RunStatus } from "@heddle/core";
import { PartitionSet, type StepCounts } from "@heddle/core/internal";
import type { TransactionSql } from "../database.ts";
import type { ChunkRow } from "./chunk-state.ts";
import type { LockedRun, RunAssetPlace } from "./run-work.ts";

/*
 * Order of locks in every transaction on runs: the worker's row, then rows of `run` by id, then rows of `asset_chunk` by
 * key, then rows of `pool` by name. Whoever holds a run's row is alone with its chunks, counts, claims and steps, so these are never locked.
 */

/** What a worker may do, as long as its row is locked. */
export interface WorkerStanding {
  /** What it has claimed is its own: nobody has ended it, even if its lease is over. */
  readonly ownsClaims: boolean;
  /** Its lease, by database time, is alive. */
  readonly mayClaim: boolean;
}

/** Locks a worker's row against its end and says what the worker may do. */
export async function lockWorker(sql: TransactionSql, workerId: string): Promise<WorkerStanding> {
  const [row] = await sql<WorkerStanding[]>`
    select ended_at is null as "ownsClaims",
      ended_at is null and lease_until > clock_timestamp() as "mayClaim"
    from worker where id = ${workerId} for share`;
  return row ?? { ownsClaims: false, mayClaim: false };
}

interface RunRow {
  readonly id: number;
  readonly status: RunStatus;
  readonly environmentId: number;
  readonly codeVersionId: number;
  readonly maxConcurrency: number | null;
  readonly isNewestFirst: boolean;
  readonly letsFinish: boolean;
  readonly total: number;
  readonly unfinished: number;
}

/** Locks runs in the order of their ids. Those that are gone are not in the answer. */
export async function lockRuns(sql: TransactionSql, runIds: readonly number[]): Promise<LockedRun[]> {
  const rows = await sql<RunRow[]>`
    select id, status, environment_id as "environmentId", code_version_id as "codeVersionId",
      max_concurrency as "maxConcurrency", newest_first as "isNewestFirst", lets_finish as "letsFinish",
      total, unfinished
    from run where id = any(${runIds}::bigint[]) order by id for no key update`;
  return rows.map((row) => ({ ...row, isProgressed: false, isStatusChanged: false }));
}

/** The same, but leaves out runs that another transaction holds. Never waits. */
export async function lockFreeRuns(sql: TransactionSql, runIds: readonly number[]): Promise<LockedRun[]> {
  const rows = await sql<RunRow[]>`
    select id, status, environment_id as "environmentId", code_version_id as "codeVersionId",
      max_concurrency as "maxConcurrency", newest_first as "isNewestFirst", lets_finish as "letsFinish",
      total, unfinished
    from run where id = any(${runIds}::bigint[]) order by id for no key update skip locked`;
  return rows.map((row) => ({ ...row, isProgressed: false, isStatusChanged: false }));
}

/** Names a row of `run_chunk`. */
export interface ChunkPlace {
  readonly runId: number;
  readonly assetId: number;
  readonly chunk: number;
}

/** Reads chunks by name. Their runs must be locked. */
export async function readChunks(sql: TransactionSql, places: readonly ChunkPlace[]): Promise<ChunkRow[]> {
  return sql<ChunkRow[]>`
    select c.run_id as "runId", c.asset_id as "assetId", c.chunk, c.position, a."chunkSize", a.pools,
      c.waiting, c.ready, c.running, c.backoff, c.success, c.failed, c.skipped, c.canceled
    from unnest(
      ${places.map((place) => place.runId)}::bigint[], ${places.map((place) => place.assetId)}::integer[],
      ${places.map((place) => place.chunk)}::integer[]
    ) as k(run_id, asset_id, chunk)
    join run_chunk c on c.run_id = k.run_id and c.asset_id = k.asset_id and c.chunk = k.chunk
    ${joinAsset(sql)}`;
}

/** Reads every chunk of a run that has a step in an open state. */
export async function readOpenChunks(sql: TransactionSql, runId: number): Promise<ChunkRow[]> {
  return sql<ChunkRow[]>`
    select c.run_id as "runId", c.asset_id as "assetId", c.chunk, c.position, a."chunkSize", a.pools,
      c.waiting, c.ready, c.running, c.backoff, c.success, c.failed, c.skipped, c.canceled
    from run_chunk c
    ${joinAsset(sql)}
    where c.run_id = ${runId}
      and octet_length(c.waiting) + octet_length(c.ready) + octet_length(c.running) + octet_length(c.backoff) > 4`;
}

/** Reads the first claimable chunks of runs, what is furthest downstream first, at most `limit` for each run. */
export async function readClaimableChunks(
  sql: TransactionSql,
  runIds: readonly number[],
  limit: number,
): Promise<ChunkRow[]> {
  return sql<ChunkRow[]>`
    select c.run_id as "runId", c.asset_id as "assetId", c.chunk, c.position, a."chunkSize", a.pools,
      c.waiting, c.ready, c.running, c.backoff, c.success, c.failed, c.skipped, c.canceled
    from unnest(${runIds}::bigint[]) as k(run_id)
    cross join lateral (
      select * from run_chunk where run_id = k.run_id and claimable order by position desc, rank limit ${limit}::integer
    ) c
    ${joinAsset(sql)}`;
}

/** Reads every claimable chunk of assets of runs. The runs must be locked. */
export async function readAssetClaimable(sql: TransactionSql, places: readonly RunAssetPlace[]): Promise<ChunkRow[]> {
  return sql<ChunkRow[]>`
    select c.run_id as "runId", c.asset_id as "assetId", c.chunk, c.position, a."chunkSize", a.pools,
      c.waiting, c.ready, c.running, c.backoff, c.success, c.failed, c.skipped, c.canceled
    from unnest(
      ${places.map((place) => place.runId)}::bigint[], ${places.map((place) => place.assetId)}::integer[]
    ) as k(run_id, asset_id)
    join run_chunk c on c.run_id = k.run_id and c.asset_id = k.asset_id
    ${joinAsset(sql)}
    where c.claimable`;
}

/** How many steps of an asset of a run wait, in back-off or for others. */
export interface AssetPending extends RunAssetPlace {
  readonly waiting: number;
  readonly backoff: number;
}

/** Reads how many steps of assets of runs wait, as of before this transaction. The runs must be locked. */
export async function readAssetPending(sql: TransactionSql, places: readonly RunAssetPlace[]): Promise<AssetPending[]> {
  return sql<AssetPending[]>`
    select a.run_id as "runId", a.asset_id as "assetId", a.waiting, a.backoff
    from unnest(
      ${places.map((place) => place.runId)}::bigint[], ${places.map((place) => place.assetId)}::integer[]
    ) as k(run_id, asset_id)
    join run_asset a on a.run_id = k.run_id and a.asset_id = k.asset_id`;
}

/** Steps of an asset that took the process or the worker that made them with them, once or more often. */
export interface AssetLosses extends RunAssetPlace {
  readonly ordinal: number;
  readonly losses: number;
}

/** Reads which steps of ranges of ordinals were lost before. The runs must be locked. */
export async function readAssetLosses(
  sql: TransactionSql,
  ranges: readonly (RunAssetPlace & { readonly first: number; readonly last: number })[],
): Promise<AssetLosses[]> {
  return sql<AssetLosses[]>`
    select s.run_id as "runId", s.asset_id as "assetId", s.ordinal, s.losses
    from unnest(
      ${ranges.map((range) => range.runId)}::bigint[], ${ranges.map((range) => range.assetId)}::integer[],
      ${ranges.map((range) => range.first)}::bigint[], ${ranges.map((range) => range.last)}::bigint[]
    ) as k(run_id, asset_id, first, last)
    join step s on s.run_id = k.run_id and s.asset_id = k.asset_id and s.ordinal between k.first and k.last
    where s.losses > 0`;
}

/** Joins how many steps of the asset of a chunk `c` one execution makes, and the pools that this counts against. */
function joinAsset(sql: TransactionSql) {
  return sql`
    left join lateral (
      select chunk_size as "chunkSize", pools from run_asset where run_id = c.run_id and asset_id = c.asset_id
    ) a on true`;
}

/** What a worker owns of one asset of one run. */
export interface ClaimRow {
  readonly id: number;
  readonly runId: number;
  readonly assetId: number;
  readonly workerId: string;
  readonly partitions: PartitionSet;
  /** Whether one execution makes all of it. */
  readonly isChunk: boolean;
  /** Pools of which each execution takes slots; null for none. */
  readonly pools: readonly PoolUse[] | null;
}

type StoredClaim = Omit<ClaimRow, "partitions"> & { readonly partitions: Uint8Array };

const decodeClaim = (row: StoredClaim): ClaimRow => ({ ...row, partitions: PartitionSet.decode(row.partitions) });

/** Reads claims by id. Their runs must be locked. */
export async function readClaims(sql: TransactionSql, claimIds: readonly number[]): Promise<ClaimRow[]> {
  const rows = await sql<StoredClaim[]>`
    select id, run_id as "runId", asset_id as "assetId", worker_id as "workerId", partitions, is_chunk as "isChunk", pools
    from claim where id = any(${claimIds}::bigint[])`;
  return rows.map(decodeClaim);
}

/** Reads what a worker owns. */
export async function readWorkerClaims(sql: TransactionSql, workerId: string): Promise<ClaimRow[]> {
  const rows = await sql<StoredClaim[]>`
    select id, run_id as "runId", asset_id as "assetId", worker_id as "workerId", partitions, is_chunk as "isChunk", pools
    from claim where worker_id = ${workerId} order by id`;
  return rows.map(decodeClaim);
}

/** Reads what is owned of a run. */
export async function readRunClaims(sql: TransactionSql, runId: number): Promise<ClaimRow[]> {
  const rows = await sql<StoredClaim[]>`
    select id, run_id as "runId", asset_id as "assetId", worker_id as "workerId", partitions, is_chunk as "isChunk", pools
    from claim where run_id = ${runId} order by id`;
  return rows.map(decodeClaim);
}

/** Takes ids for claims that may be made later. */
export async function reserveClaimIds(sql: TransactionSql, count: number): Promise<number[]> {
  const rows = await sql<{ id: number }[]>`
    select nextval('claim_id_seq') as id from generate_series(1, ${count}::integer)`;
  return rows.map(({ id }) => id);
}

/** What earlier attempts of a step have spent. */
export interface StepRow {
  readonly runId: number;
  readonly assetId: number;
  readonly ordinal: number;
  readonly errors: number;
  readonly losses: number;
  readonly attempts: number;
}

/** Partitions of one asset of one run. */
export interface StepSet {
  readonly runId: number;
  readonly assetId: number;
  readonly partitions: PartitionSet;
}

/** Reads the rows of those steps that left the happy path. */
export async function readSteps(sql: TransactionSql, sets: readonly StepSet[]): Promise<StepRow[]> {
  const [runIds, assetIds, starts, ends]: [number[], number[], number[], number[]] = [[], [], [], []];
  for (const { runId, assetId, partitions } of sets) {
    for (let at = 0; at < partitions.ranges.length; at += 2) {
      runIds.push(runId);
      assetIds.push(assetId);
      starts.push(partitions.ranges[at] ?? 0);
      ends.push(partitions.ranges[at + 1] ?? 0);
    }
  }
  return sql<StepRow[]>`
    select s.run_id as "runId", s.asset_id as "assetId", s.ordinal, s.errors, s.losses, s.attempts
    from unnest(${runIds}::bigint[], ${assetIds}::integer[], ${starts}::bigint[], ${ends}::bigint[])
      as k(run_id, asset_id, first, stop)
    join step s on s.run_id = k.run_id and s.asset_id = k.asset_id and s.ordinal >= k.first and s.ordinal < k.stop`;
}

/** Adds the counts of a run's assets up. */
export async function readStepCounts(sql: TransactionSql, runId: number): Promise<StepCounts> {
  const [row] = await sql<[StepCounts]>`
    select coalesce(sum(waiting), 0)::integer as waiting, coalesce(sum(ready), 0)::integer as ready,
      coalesce(sum(running), 0)::integer as running, coalesce(sum(backoff), 0)::integer as backoff,
      coalesce(sum(success), 0)::integer as success, coalesce(sum(failed), 0)::integer as failed,
      coalesce(sum(skipped), 0)::integer as skipped, coalesce(sum(canceled), 0)::integer as canceled
    from run_asset where run_id = ${runId}`;
  return row;
}
