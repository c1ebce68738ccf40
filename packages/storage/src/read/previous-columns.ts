import type { StoredColumn } from "@heddle/core";
import type { Database } from "../database.ts";

/** Chunks of an asset that are looked at, newest first: the newest may hold nothing but failures. */
const CHUNKS_SEARCHED = 3;

/**
 * Reads which columns the last current materialization of each of these assets has in an environment, by the asset's
 * id: what a new materialization is compared with. Those that have none, or no columns, are left out. One query.
 */
export async function readPreviousColumns(
  db: Database,
  environmentId: number,
  assetIds: readonly number[],
): Promise<ReadonlyMap<number, readonly StoredColumn[]>> {
  if (assetIds.length === 0) return new Map();
  const rows = await db.read(
    "readPreviousColumns",
    // Pointers are found within a chunk: an asset may have millions, and no index orders them by time.
    ({ sql }) => sql<{ readonly assetId: number; readonly columns: readonly StoredColumn[] }[]>`
      select a.id as "assetId", m.stored->'columns' as columns
      from unnest(${assetIds}::integer[]) as a (id)
      cross join lateral (
        select p.ordinal, p.run_id
        from (
          select chunk from asset_chunk
          where environment_id = ${environmentId} and asset_id = a.id
          order by updated_at desc, chunk desc limit ${CHUNKS_SEARCHED}
        ) c
        join asset_partition p
          on p.environment_id = ${environmentId} and p.asset_id = a.id
          and p.ordinal >= c.chunk * 8192::bigint and p.ordinal < (c.chunk + 1) * 8192::bigint
        order by p.run_id desc, p.ordinal desc limit 1
      ) p
      join materialization m on m.asset_id = a.id and m.ordinal = p.ordinal and m.run_id = p.run_id
      where jsonb_typeof(m.stored->'columns') = 'array'`,
  );
  // Every step of the asset gets them: without what was found in the cells.
  const plain = ({ name, type, nullable }: StoredColumn): StoredColumn => ({ name, type, nullable });
  return new Map(rows.map(({ assetId, columns }) => [assetId, columns.map(plain)]));
}
