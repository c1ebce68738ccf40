import { PARTITION_CHUNK_SIZE, PartitionSet } from "@heddle/core";
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
  /** Whether one of its partitions was materialized by this transaction. */
  isRenewed: boolean;
  isChanged: boolean;
}

interface StoredAssetChunk extends AssetChunkPlace {
  readonly materialized: Uint8Array;
  readonly failed: Uint8Array;
}

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
      this.#chunks.set(keyOf(row), { ...row, materialized, failed, isRenewed: false, isChanged: false });
    }
  }

  /** Records that partitions were materialized, or that their newest step failed. */
  record(place: Omit<AssetChunkPlace, "chunk">, result: "materialized" | "failed", partitions: PartitionSet): void {
    for (const { chunk, set } of partitions.chunks()) {
      const row = this.#chunks.get(keyOf({ ...place, chunk }));
      if (row === undefined) continue;
      row.isChanged = true;
      if (result === "failed") {
        row.failed = row.failed.union(set);
        continue;
      }
      row.isRenewed = true;
      row.materialized = row.materialized.union(set);
      row.failed = row.failed.subtract(set);
    }
  }

  get changed(): AssetChunk[] {
    return [...this.#chunks.values()].filter((row) => row.isChanged);
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
    update asset_chunk a set materialized = k.materialized, failed = k.failed,
      updated_at = case when k.renewed then clock_timestamp() else a.updated_at end
    from unnest(
      ${chunks.map((row) => row.environmentId)}::smallint[], ${chunks.map((row) => row.assetId)}::integer[],
      ${chunks.map((row) => row.chunk)}::integer[], ${chunks.map((row) => row.materialized.encode())}::bytea[],
      ${chunks.map((row) => row.failed.encode())}::bytea[], ${chunks.map((row) => row.isRenewed)}::boolean[]
    ) as k(environment_id, asset_id, chunk, materialized, failed, renewed)
    where a.environment_id = k.environment_id and a.asset_id = k.asset_id and a.chunk = k.chunk`;
}

async function selectForUpdate(sql: TransactionSql, places: readonly AssetChunkPlace[]): Promise<StoredAssetChunk[]> {
  return sql<StoredAssetChunk[]>`
    select a.environment_id as "environmentId", a.asset_id as "assetId", a.chunk, a.materialized, a.failed
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
