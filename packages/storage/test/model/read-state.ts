import { type RunStatus, type StepStatus } from "@heddle/core";
import { PartitionSet, STEP_STATUSES, type RunPlan } from "@heddle/core/internal";
import type { Database, TransactionSql } from "@heddle/storage";

/** Steps of one asset of one run. */
export interface AssetState {
  readonly runId: number;
  readonly assetId: number;
  readonly key: string;
  readonly position: number;
  readonly total: number;
  readonly counts: Readonly<Record<StepStatus, number>>;
  /** Chunks put together. */
  readonly sets: Readonly<Record<StepStatus, PartitionSet>>;
  readonly chunks: readonly ({ readonly chunk: number; readonly claimable: boolean } & Readonly<
    Record<StepStatus, PartitionSet>
  >)[];
}

export interface RunState {
  readonly id: number;
  readonly status: RunStatus;
  readonly plan: RunPlan;
  readonly environmentId: number;
  readonly maxConcurrency: number | null;
  readonly total: number;
  readonly unfinished: number;
  readonly originKey: string | null;
  readonly hasEnded: boolean;
  readonly cancelRequestedAt: Date | null;
  readonly startedAt: Date | null;
  readonly after: readonly number[];
}

export interface ClaimState {
  readonly id: number;
  readonly runId: number;
  readonly assetId: number;
  readonly workerId: string;
  readonly partitions: PartitionSet;
  readonly size: number;
  readonly isChunk: boolean;
}

export interface StepState {
  readonly runId: number;
  readonly assetId: number;
  readonly ordinal: number;
  readonly errors: number;
  readonly losses: number;
  readonly attempts: number;
  readonly retryAt: Date | null;
  readonly cause: string | null;
}

export interface AttemptState {
  readonly runId: number;
  readonly assetId: number;
  readonly ordinal: number;
  readonly number: number;
  readonly claimId: number;
}

export interface MaterializationState {
  readonly assetId: number;
  readonly ordinal: number;
  readonly runId: number;
  readonly claimId: number;
  readonly attempt: number;
  readonly publishedAt: Date;
}

export interface EventState {
  readonly id: number;
  readonly kind: string;
  readonly runId: number;
  readonly assetId: number | null;
  readonly partitions: PartitionSet | null;
  readonly payload: { readonly status?: RunStatus } | null;
}

/** Everything that the invariants are about, read on one snapshot. */
export interface State {
  readonly runs: readonly RunState[];
  readonly assets: readonly AssetState[];
  readonly claims: readonly ClaimState[];
  readonly steps: readonly StepState[];
  readonly attempts: readonly AttemptState[];
  readonly materializations: readonly MaterializationState[];
  readonly pointers: readonly { readonly assetId: number; readonly ordinal: number; readonly runId: number }[];
  readonly assetChunks: readonly {
    readonly assetId: number;
    readonly chunk: number;
    readonly materialized: PartitionSet;
    readonly failed: PartitionSet;
  }[];
  readonly workers: readonly { readonly id: string; readonly hasEnded: boolean }[];
  /** In the order of their ids: whoever writes an event of a run or an asset chunk holds its lock. */
  readonly events: readonly EventState[];
}

/** Reads the whole state; for small databases. */
export function readState(db: Database): Promise<State> {
  return db.read("readState", async ({ sql }) => {
    const [runs, assets, claims, steps, attempts, materializations, pointers, assetChunks, workers, events] =
      await Promise.all([
        sql<RunState[]>`
          select id, status, plan, environment_id as "environmentId", max_concurrency as "maxConcurrency", total, unfinished,
            origin_key as "originKey", ended_at is not null as "hasEnded", cancel_requested_at as "cancelRequestedAt",
            started_at as "startedAt", after
          from run order by id`,
        readAssets(sql),
        sql<Stored<ClaimState, "partitions">[]>`
          select id, run_id as "runId", asset_id as "assetId", worker_id as "workerId", partitions, size, is_chunk as "isChunk"
          from claim order by id`,
        sql<StepState[]>`
          select run_id as "runId", asset_id as "assetId", ordinal, errors, losses, attempts, retry_at as "retryAt", cause
          from step order by 1, 2, 3`,
        sql<AttemptState[]>`
          select run_id as "runId", asset_id as "assetId", ordinal, number, claim_id as "claimId"
          from attempt order by 1, 2, 3, 4`,
        sql<MaterializationState[]>`
          select asset_id as "assetId", ordinal, run_id as "runId", claim_id as "claimId", attempt,
            published_at as "publishedAt"
          from materialization order by 3, 1, 2`,
        sql<{ assetId: number; ordinal: number; runId: number }[]>`
          select asset_id as "assetId", ordinal, run_id as "runId" from asset_partition order by 1, 2`,
        sql<{ assetId: number; chunk: number; materialized: Uint8Array; failed: Uint8Array }[]>`
          select asset_id as "assetId", chunk, materialized, failed from asset_chunk order by 1, 2`,
        sql<{ id: string; hasEnded: boolean }[]>`select id, ended_at is not null as "hasEnded" from worker`,
        sql<Stored<EventState, "partitions">[]>`
          select id, kind, run_id as "runId", asset_id as "assetId", partitions, payload
          from event where run_id is not null order by id`,
      ]);
    return {
      runs,
      assets,
      claims: claims.map((claim) => ({ ...claim, partitions: decode(claim.partitions) })),
      steps,
      attempts,
      materializations,
      pointers,
      assetChunks: assetChunks.map((row) => ({
        ...row,
        materialized: decode(row.materialized),
        failed: decode(row.failed),
      })),
      workers,
      events: events.map((event) => ({ ...event, partitions: decode(event.partitions) })),
    };
  });
}

type Stored<T, K extends keyof T> = Omit<T, K> & { readonly [key in K]: Uint8Array };

async function readAssets(sql: TransactionSql): Promise<AssetState[]> {
  const [rows, chunks] = await Promise.all([
    sql<(Omit<AssetState, "counts" | "sets" | "chunks"> & Record<StepStatus, number>)[]>`
      select a.run_id as "runId", a.asset_id as "assetId", d.key, a.position, a.total, a.waiting, a.ready, a.running,
        a.backoff, a.success, a.failed, a.skipped, a.canceled
      from run_asset a join asset d on d.id = a.asset_id order by a.run_id, a.position`,
    sql<({ runId: number; assetId: number; chunk: number; claimable: boolean } & Record<StepStatus, Uint8Array>)[]>`
      select run_id as "runId", asset_id as "assetId", chunk, claimable, waiting, ready, running, backoff, success, failed,
        skipped, canceled
      from run_chunk order by 1, 2, 3`,
  ]);
  const byAsset = Map.groupBy(chunks, (chunk) => `${chunk.runId}/${chunk.assetId}`);
  return rows.map((row) => {
    const own = (byAsset.get(`${row.runId}/${row.assetId}`) ?? []).map((chunk) => ({
      chunk: chunk.chunk,
      claimable: chunk.claimable,
      ...byStatus((status) => decode(chunk[status])),
    }));
    const { runId, assetId, key, position, total } = row;
    const sets = byStatus((status) => PartitionSet.fromRanges(own.flatMap((chunk) => [...chunk[status].ranges])));
    return { runId, assetId, key, position, total, counts: byStatus((status) => row[status]), sets, chunks: own };
  });
}

/** A value for every state of a step. */
export function byStatus<T>(valueOf: (status: StepStatus) => T): Record<StepStatus, T> {
  const [waiting, ready, running, backoff, success, failed, skipped, canceled] = STEP_STATUSES;
  return {
    waiting: valueOf(waiting),
    ready: valueOf(ready),
    running: valueOf(running),
    backoff: valueOf(backoff),
    success: valueOf(success),
    failed: valueOf(failed),
    skipped: valueOf(skipped),
    canceled: valueOf(canceled),
  };
}

function decode(bytes: Uint8Array | null): PartitionSet {
  return bytes === null ? PartitionSet.EMPTY : PartitionSet.decode(bytes);
}
