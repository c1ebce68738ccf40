import { PARTITION_CHUNK_SIZE, PartitionSet } from "@heddle/core/internal";
import type { TransactionSql } from "../database.ts";

/** Names a row of `asset_chunk`. */
export interface AssetChunkPlace {
  readonly environmentId: number;
  readonly assetId: number;
  readonly chunk: number;
}

/** A locked row of `asset_chunk`. */
export interface AssetChunk extends AssetChunkPlace {
  materialized: PartitionSet;
  failed: PartitionSet;
  /** Those of `failed` that a check on what is current has failed. */
  checkFailed: PartitionSet;
  /** Whether one of its partitions was materialized by this transaction. */
  isRenewed: boolean;
  isChanged: boolean;
}

interface StoredAssetChunk extends AssetChunkPlace {
  readonly materialized: Uint8Array;
  readonly failed: Uint8Array;
  readonly checkFailed: Uint8Array | null;
}

/** What a step, or a check on what is current, says of a partition. `check_passed`: no check that blocks fails any more. */
export type PartitionRecord = "materialized" | "failed" | "check_failed" | "check_passed";

/** The rows of `asset_chunk` that a transaction holds. */
export class AssetChunks {
  readonly #chunks = new Map<string, AssetChunk>();

  /**
   * Locks rows in the order of their keys. They were made together with the runs that need them; one that is missing all
   * the same is made here.
   */
  async lock(sql: TransactionSql, places: readonly AssetChunkPlace[]): Promise<void> {
    let rows = await selectForUpdate(sql, places);
    if (rows.length < places.length) {
      await insertAssetChunks(sql, places);
      rows = await selectForUpdate(sql, places);
    }
    for (const row of rows) {
      const materialized = PartitionSet.decode(row.materialized);
      const failed = PartitionSet.decode(row.failed);
      const checkFailed = row.checkFailed === null ? PartitionSet.EMPTY : PartitionSet.decode(row.checkFailed);
      this.#chunks.set(keyOf(row), { ...row, materialized, failed, checkFailed, isRenewed: false, isChanged: false });
    }
  }

  /** Records that partitions were materialized, that their newest step failed, or what checks by themselves found. */
  record(place: Omit<AssetChunkPlace, "chunk">, result: PartitionRecord, partitions: PartitionSet): void {
    for (const { chunk, set } of partitions.chunks()) {
      const row = this.#chunks.get(keyOf({ ...place, chunk }));
      if (row === undefined) continue;
      if (result === "check_passed" && !row.checkFailed.overlaps(set)) continue;
      row.isChanged = true;
      changeRow(row, result, set);
    }
  }

  /** Makes partitions missing. @returns those that were anything else */
  forget(place: Omit<AssetChunkPlace, "chunk">, partitions: PartitionSet): PartitionSet {
    let forgotten = PartitionSet.EMPTY;
    for (const { chunk, set } of partitions.chunks()) {
      const row = this.#chunks.get(keyOf({ ...place, chunk }));
      const known = row?.materialized.union(row.failed).intersect(set);
      if (row === undefined || known === undefined || known.isEmpty) continue;
      row.isChanged = true;
      row.materialized = row.materialized.subtract(known);
      row.failed = row.failed.subtract(known);
      row.checkFailed = row.checkFailed.subtract(known);
      forgotten = forgotten.union(known);
    }
    return forgotten;
  }

  get changed(): AssetChunk[] {
    return [...this.#chunks.values()].filter((row) => row.isChanged);
  }
}

function changeRow(row: AssetChunk, result: PartitionRecord, set: PartitionSet): void {
  switch (result) {
    case "materialized":
      row.isRenewed = true;
      row.materialized = row.materialized.union(set);
      row.failed = row.failed.subtract(set);
      row.checkFailed = row.checkFailed.subtract(set);
      return;
    case "failed":
      row.failed = row.failed.union(set);
      row.checkFailed = row.checkFailed.subtract(set);
      return;
    case "check_failed":
      // What a step has left failed is not made good by a check that passes.
      row.checkFailed = row.checkFailed.union(set.subtract(row.failed));
      row.failed = row.failed.union(set);
      return;
    case "check_passed":
      row.failed = row.failed.subtract(set.intersect(row.checkFailed));
      row.checkFailed = row.checkFailed.subtract(set);
  }
}

/** Names the rows that hold any of `ordinals`. */
export function assetChunkPlaces(
  steps: Iterable<{ readonly environmentId: number; readonly assetId: number; readonly ordinal: number }>,
): AssetChunkPlace[] {
  const places = new Map<string, AssetChunkPlace>();
  for (const { environmentId, assetId, ordinal } of steps) {
    const place = { environmentId, assetId, chunk: Math.floor(ordinal / PARTITION_CHUNK_SIZE) };
    places.set(keyOf(place), place);
  }
  return [...places.values()];
}

/** Makes rows for partitions of which nothing is known yet; those that are there stay as they are. */
export async function insertAssetChunks(sql: TransactionSql, places: readonly AssetChunkPlace[]): Promise<void> {
  const empty = PartitionSet.EMPTY.encode();
  await sql`
    insert into asset_chunk (environment_id, asset_id, chunk, materialized, failed)
    select environment_id, asset_id, chunk, ${empty}, ${empty}
    from unnest(
      ${places.map((place) => place.environmentId)}::smallint[], ${places.map((place) => place.assetId)}::integer[],
      ${places.map((place) => place.chunk)}::integer[]
    ) as k(environment_id, asset_id, chunk)
    order by environment_id, asset_id, chunk
    on conflict do nothing`;
}

export async function updateAssetChunks(sql: TransactionSql, chunks: readonly AssetChunk[]): Promise<void> {
  await sql`
    update asset_chunk a set materialized = k.materialized, failed = k.failed, check_failed = k.check_failed,
      updated_at = case when k.renewed then clock_timestamp() else a.updated_at end
    from unnest(
      ${chunks.map((row) => row.environmentId)}::smallint[], ${chunks.map((row) => row.assetId)}::integer[],
      ${chunks.map((row) => row.chunk)}::integer[], ${chunks.map((row) => row.materialized.encode())}::bytea[],
      ${chunks.map((row) => row.failed.encode())}::bytea[],
      ${chunks.map((row) => (row.checkFailed.isEmpty ? null : row.checkFailed.encode()))}::bytea[],
      ${chunks.map((row) => row.isRenewed)}::boolean[]
    ) as k(environment_id, asset_id, chunk, materialized, failed, check_failed, renewed)
    where a.environment_id = k.environment_id and a.asset_id = k.asset_id and a.chunk = k.chunk`;
}

async function selectForUpdate(sql: TransactionSql, places: readonly AssetChunkPlace[]): Promise<StoredAssetChunk[]> {
  return sql<StoredAssetChunk[]>`
    select a.environment_id as "environmentId", a.asset_id as "assetId", a.chunk, a.materialized, a.failed,
      a.check_failed as "checkFailed"
    from unnest(
      ${places.map((place) => place.environmentId)}::smallint[], ${places.map((place) => place.assetId)}::integer[],
      ${places.map((place) => place.chunk)}::integer[]
    ) as k(environment_id, asset_id, chunk)
    join asset_chunk a on a.environment_id = k.environment_id and a.asset_id = k.asset_id and a.chunk = k.chunk
    order by a.environment_id, a.asset_id, a.chunk
    for no key update of a`;
}

function keyOf({ environmentId, assetId, chunk }: AssetChunkPlace): string {
  return `${environmentId}/${assetId}/${chunk}`;
}
