import { PartitionSet } from "@heddle/core/internal";
import type { Database } from "../database.ts";
import { rangeBounds } from "../range-bounds.ts";

/** What is known of a partition of an external asset. */
export interface ObservedVersion {
  /** What the last observation has recorded; `null` before the first one. */
  readonly dataVersion: string | null;
  /** Whether the newest observation failed. */
  readonly hasFailed: boolean;
}

/** Reads what observations have recorded of partitions of one asset, by ordinal. */
export async function readObservedVersions(
  db: Database,
  query: { readonly environmentId: number; readonly assetId: number; readonly partitions: PartitionSet },
): Promise<ReadonlyMap<number, ObservedVersion>> {
  const { environmentId, assetId, partitions } = query;
  const { starts, ends } = rangeBounds(partitions.ranges);
  const chunks = [...partitions.chunks()].map(({ chunk }) => chunk);
  return db.read("readObservedVersions", async ({ sql }) => {
    const [rows, chunkRows] = await Promise.all([
      sql<{ ordinal: number; dataVersion: string | null }[]>`
        select m.ordinal, m.data_version as "dataVersion"
        from unnest(${starts}::bigint[], ${ends}::bigint[]) as wanted (first, past)
        join asset_partition p on p.environment_id = ${environmentId}::smallint and p.asset_id = ${assetId}::integer
          and p.ordinal >= wanted.first and p.ordinal < wanted.past
        join materialization m on m.asset_id = p.asset_id and m.ordinal = p.ordinal and m.run_id = p.run_id`,
      sql<{ failed: Uint8Array }[]>`
        select failed from asset_chunk
        where environment_id = ${environmentId} and asset_id = ${assetId} and chunk = any(${chunks}::integer[])`,
    ]);
    const versions = new Map(rows.map(({ ordinal, dataVersion }) => [ordinal, dataVersion]));
    const failed = chunkRows.map((row) => PartitionSet.decode(row.failed));
    return new Map(
      [...partitions].map((ordinal) => [
        ordinal,
        { dataVersion: versions.get(ordinal) ?? null, hasFailed: failed.some((set) => set.has(ordinal)) },
      ]),
    );
  });
}
