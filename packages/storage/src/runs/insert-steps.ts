import type { PoolUse } from "@heddle/core";
import { findInitialSteps, PartitionSet, type RunGraph, type RunPlanAsset } from "@heddle/core/internal";
import type { TransactionSql } from "../database.ts";
import { insertAssetChunks, type AssetChunkPlace } from "./asset-chunks.ts";
import { poolsText } from "./pooled-assets.ts";

/** Rows of one insert: large runs are written in a few statements of bounded size. */
const SLICE = 5_000;

/** A run whose row is there, and whose steps are not yet. */
export interface NewRun {
  readonly runId: number;
  readonly environmentId: number;
  readonly graph: RunGraph;
  /** By position in the plan. */
  readonly assetIds: readonly number[];
  readonly pools: readonly (readonly PoolUse[] | null)[];
}

/** As the column `run_asset.chunk_size` holds it. */
function chunkSizeOf({ chunk }: RunPlanAsset): number | null {
  return chunk === "range" ? 0 : chunk;
}

/**
 * Writes the target sets of runs: counts by asset, states by chunk, and the rows that will say what is materialized. As
 * many statements for all runs as for one.
 */
export async function insertSteps(sql: TransactionSql, runs: readonly NewRun[]): Promise<void> {
  const assets: AssetRow[] = [];
  const chunks: NewChunk[] = [];
  const lasting = new Map<string, AssetChunkPlace>();
  for (const run of runs) {
    const rows = rowsOf(run);
    for (const row of rows.assets) assets.push(row);
    for (const row of rows.chunks) {
      chunks.push(row);
      const { environmentId } = run;
      const { assetId, chunk } = row;
      lasting.set(`${environmentId}/${assetId}/${chunk}`, { environmentId, assetId, chunk });
    }
  }
  // In the order of the key, so that two launches never wait for each other crosswise.
  const places = [...lasting.values()].toSorted(
    (a, b) => a.environmentId - b.environmentId || a.assetId - b.assetId || a.chunk - b.chunk,
  );
  await Promise.all([
    ...slices(assets).map((slice) => insertRunAssets(sql, slice)),
    ...slices(chunks).map((slice) => insertRunChunks(sql, slice)),
    ...slices(places).map((slice) => insertAssetChunks(sql, slice)),
  ]);
}

function rowsOf({ runId, graph, assetIds, pools }: NewRun): { assets: AssetRow[]; chunks: NewChunk[] } {
  const newestFirst = graph.plan.order === "newest";
  const assets: AssetRow[] = [];
  const chunks: NewChunk[] = [];
  for (const [position, { ready, waiting }] of findInitialSteps(graph).entries()) {
    const assetId = assetIds[position] ?? 0;
    assets.push({
      runId,
      assetId,
      position,
      total: ready.size + waiting.size,
      waiting: waiting.size,
      ready: ready.size,
      chunkSize: chunkSizeOf(graph.asset(position)),
      pools: pools[position] ?? null,
    });
    for (const { chunk, set } of graph.targets(position).chunks()) {
      const free = set.intersect(ready);
      const rank = newestFirst ? -chunk : chunk;
      const sets = { isClaimable: !free.isEmpty, rank, ready: free.encode(), waiting: set.intersect(waiting).encode() };
      chunks.push({ runId, assetId, chunk, position, ...sets });
    }
  }
  return { assets, chunks };
}

interface AssetRow {
  readonly runId: number;
  readonly assetId: number;
  readonly position: number;
  readonly total: number;
  readonly waiting: number;
  readonly ready: number;
  readonly chunkSize: number | null;
  readonly pools: readonly PoolUse[] | null;
}

async function insertRunAssets(sql: TransactionSql, rows: readonly AssetRow[]): Promise<void> {
  await sql`
    insert into run_asset (run_id, asset_id, position, total, waiting, ready, chunk_size, pools)
    select run_id, asset_id, position, total, waiting, ready, chunk_size, pools::jsonb from unnest(
      ${rows.map((row) => row.runId)}::bigint[], ${rows.map((row) => row.assetId)}::integer[],
      ${rows.map((row) => row.position)}::integer[], ${rows.map((row) => row.total)}::integer[],
      ${rows.map((row) => row.waiting)}::integer[], ${rows.map((row) => row.ready)}::integer[],
      ${rows.map((row) => row.chunkSize)}::integer[], ${rows.map((row) => poolsText(row.pools))}::text[]
    ) as k (run_id, asset_id, position, total, waiting, ready, chunk_size, pools)`;
}

interface NewChunk {
  readonly runId: number;
  readonly assetId: number;
  readonly chunk: number;
  readonly position: number;
  readonly isClaimable: boolean;
  readonly rank: number;
  readonly waiting: Uint8Array;
  readonly ready: Uint8Array;
}

async function insertRunChunks(sql: TransactionSql, rows: readonly NewChunk[]): Promise<void> {
  await sql`
    insert into run_chunk (run_id, asset_id, chunk, position, claimable, rank, waiting, ready, running, backoff, success,
      failed, skipped, canceled)
    select run_id, asset_id, chunk, position, claimable, rank, waiting, ready, e, e, e, e, e, e
    from unnest(
      ${rows.map((row) => row.runId)}::bigint[], ${rows.map((row) => row.assetId)}::integer[],
      ${rows.map((row) => row.chunk)}::integer[], ${rows.map((row) => row.position)}::integer[],
      ${rows.map((row) => row.isClaimable)}::boolean[], ${rows.map((row) => row.rank)}::integer[],
      ${rows.map((row) => row.waiting)}::bytea[], ${rows.map((row) => row.ready)}::bytea[]
    ) as k(run_id, asset_id, chunk, position, claimable, rank, waiting, ready)
    cross join (select ${PartitionSet.EMPTY.encode()}::bytea as e) as empty`;
}

function slices<T>(rows: readonly T[]): T[][] {
  const count = Math.ceil(rows.length / SLICE);
  return Array.from({ length: count }, (_, index) => rows.slice(index * SLICE, (index + 1) * SLICE));
}
