import type { FailureCause, SerializedError } from "@heddle/core";
import type { Transaction } from "../database.ts";

/** Failed attempts of a run that are the same but for the variable parts of their message. */
export interface FailureGroupRow {
  readonly fingerprint: string;
  readonly cause: FailureCause;
  readonly count: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
  /** Some of the assets, 20 at most. */
  readonly assetIds: readonly number[];
  /** The newest of them. */
  readonly assetId: number;
  readonly ordinal: number;
  readonly attempt: number;
  readonly error: SerializedError | null;
}

/** Groups the failed attempts of a run by fingerprint, the largest groups first. */
export async function readRunFailures(
  { sql }: Transaction,
  query: { readonly runId: number; readonly limit: number },
): Promise<FailureGroupRow[]> {
  return [
    ...(await sql<FailureGroupRow[]>`
      with grouped as (
        select coalesce(fingerprint, cause) as fingerprint, cause, count(*)::integer as count, min(ended_at) as first_at,
          max(ended_at) as last_at, (array_agg(distinct asset_id))[1:20] as asset_ids,
          (array_agg(array[asset_id, ordinal, number]::bigint[] order by ended_at desc))[1:1] as newest
        from attempt where run_id = ${query.runId}
        group by 1, 2 order by count desc, 1 limit ${query.limit}
      )
      select g.fingerprint, g.cause, g.count, g.first_at as "firstAt", g.last_at as "lastAt", g.asset_ids as "assetIds",
        a.asset_id as "assetId", a.ordinal, a.number as attempt, a.error
      from grouped g
      join attempt a on a.run_id = ${query.runId} and a.asset_id = g.newest[1][1] and a.ordinal = g.newest[1][2]
        and a.number = g.newest[1][3]
      order by g.count desc, g.fingerprint`),
  ];
}
