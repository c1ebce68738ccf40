import type { StoredValue } from "@heddle/core";
import type { Transaction } from "../database.ts";

/** What there is to look at of one partition. */
export interface StoredPartition {
  readonly runId: number;
  /** `null` when its asset stored nothing. */
  readonly stored: StoredValue | null;
  /** Since when it is removed, because a later one had taken its place. */
  readonly collectedAt: Date | null;
  /** The code in force, whose I/O manager reads it; `null` when none was ever loaded. */
  readonly codeVersionId: number | null;
}

/** Names a materialization: that of a run, or the one in use. */
export interface StoredPartitionQuery {
  readonly environmentId: number;
  readonly assetId: number;
  readonly ordinal: number;
  /** `null`: the one that consumers read in the environment. */
  readonly runId: number | null;
}

/** Reads where a value lies; `null` when there is no such materialization. */
export async function readStoredPartition(
  { sql }: Transaction,
  { environmentId, assetId, ordinal, runId }: StoredPartitionQuery,
): Promise<StoredPartition | null> {
  const [row] = await sql<StoredPartition[]>`
    select m.run_id as "runId", m.stored, m.collected_at as "collectedAt",
      l.current_code_version_id as "codeVersionId"
    from materialization m
    join asset a on a.id = m.asset_id
    join code_location l on l.id = a.code_location_id
    where m.asset_id = ${assetId} and m.ordinal = ${ordinal} and m.run_id = coalesce(
      ${runId}::bigint,
      (select run_id from asset_partition
       where environment_id = ${environmentId} and asset_id = ${assetId} and ordinal = ${ordinal})
    )`;
  return row ?? null;
}
