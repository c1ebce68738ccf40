import type { FailureCause, SerializedError } from "@heddle/core/internal";
import type { Transaction } from "../database.ts";

/** The newest failure of an asset. */
export interface NewestFailureRow {
  readonly assetId: number;
  readonly runId: number;
  readonly ordinal: number;
  readonly cause: FailureCause;
  readonly error: SerializedError | null;
  readonly at: Date;
}

/** For each of some assets the newest run in which steps of it failed, and the failure of the last of these partitions. */
export async function readNewestFailures(
  { sql }: Transaction,
  query: { readonly environmentId: number; readonly assetIds: readonly number[] },
): Promise<NewestFailureRow[]> {
  if (query.assetIds.length === 0) return [];
  return sql<NewestFailureRow[]>`
    select asset.id as "assetId", newest.run_id as "runId", last.ordinal, last.cause, last.error, last.ended_at as at
    from unnest(${query.assetIds}::integer[]) as asset (id)
    cross join lateral (
      select a.run_id from run_asset a join run r on r.id = a.run_id
      where a.asset_id = asset.id and a.failed > 0 and r.environment_id = ${query.environmentId}
      order by a.run_id desc limit 1
    ) as newest
    cross join lateral (
      select ordinal, cause, error, ended_at from attempt
      where run_id = newest.run_id and asset_id = asset.id order by ordinal desc, number desc limit 1
    ) as last`;
}
