import type { FailureCause, SerializedError } from "@heddle/core/internal";
import type { Transaction } from "../database.ts";

/** Failed attempts of a run that are the same but for the variable parts of their message. */
export interface FailureGroupRow {
  readonly fingerprint: string;
  readonly cause: FailureCause;
  readonly count: number;
  /** Steps that have failed for good, and not been tried again with success or still to be. */
  readonly failedSteps: number;
  /** Of these, those that were given up because one attempt after another had ended its process. */
  readonly poisonSteps: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
  /** Some of the assets, 20 at most. */
  readonly assetIds: readonly number[];
  /** Stands for all of them: the last attempt at the first partition that failed for good, or else at the first one. */
  readonly assetId: number;
  readonly ordinal: number;
  readonly attempt: number;
  readonly error: SerializedError | null;
}

/** Groups the failed attempts of a run by fingerprint: what steps failed of first, then the largest groups. */
export async function readRunFailures(
  { sql }: Transaction,
  query: { readonly runId: number; readonly limit: number },
): Promise<FailureGroupRow[]> {
  return [
    ...(await sql<FailureGroupRow[]>`
      with grouped as (
        select coalesce(t.fingerprint, t.cause) as fingerprint, t.cause, count(*)::integer as count,
          -- The last attempt at a step is what it failed of.
          count(*) filter (where s.cause is not null and s.attempts = t.number)::integer as failed_steps,
          count(*) filter (where s.cause = 'poison' and s.attempts = t.number)::integer as poison_steps,
          min(t.ended_at) as first_at, max(t.ended_at) as last_at, (array_agg(distinct t.asset_id))[1:20] as asset_ids,
          (array_agg(array[t.asset_id, t.ordinal, t.number]::bigint[]
            order by (s.cause is not null and s.attempts = t.number) desc nulls last, t.asset_id, t.ordinal, t.number desc
          ))[1:1] as example
        from attempt t
        left join step s on s.run_id = t.run_id and s.asset_id = t.asset_id and s.ordinal = t.ordinal
        where t.run_id = ${query.runId}
        group by 1, 2 order by (count(*) filter (where s.cause is not null and s.attempts = t.number) > 0) desc, count desc, 1
        limit ${query.limit}
      )
      select g.fingerprint, g.cause, g.count, g.failed_steps as "failedSteps", g.poison_steps as "poisonSteps", g.first_at as "firstAt", g.last_at as "lastAt", g.asset_ids as "assetIds",
        a.asset_id as "assetId", a.ordinal, a.number as attempt, a.error
      from grouped g
      join attempt a on a.run_id = ${query.runId} and a.asset_id = g.example[1][1] and a.ordinal = g.example[1][2]
        and a.number = g.example[1][3]
      order by (g.failed_steps > 0) desc, g.count desc, g.fingerprint`),
  ];
}
