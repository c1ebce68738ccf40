import type { Transaction } from "../database.ts";
import { materializationColumns, type MaterializationRow } from "./materializations.ts";

/** A materialization with the asset that it is of. */
export interface RunOutputRow extends MaterializationRow {
  readonly assetId: number;
}

/** Names steps of one run. */
export interface RunOutputQuery {
  readonly environmentId: number;
  readonly runId: number;
  readonly steps: readonly { readonly assetId: number; readonly ordinal: number }[];
}

/** What steps of a run made, in the order of the steps; those that made nothing are left out. */
export async function readRunOutputs({ sql }: Transaction, query: RunOutputQuery): Promise<RunOutputRow[]> {
  const { environmentId, runId, steps } = query;
  if (steps.length === 0) return [];
  return [
    ...(await sql<RunOutputRow[]>`
      select m.asset_id as "assetId", ${materializationColumns(sql)}
      from unnest(${steps.map(({ assetId }) => assetId)}::integer[], ${steps.map(({ ordinal }) => ordinal)}::bigint[])
        with ordinality as w (asset_id, ordinal, nth)
      join materialization m on m.asset_id = w.asset_id and m.ordinal = w.ordinal and m.run_id = ${runId}
      left join asset_partition p on p.environment_id = ${environmentId} and p.asset_id = m.asset_id
        and p.ordinal = m.ordinal and p.run_id = m.run_id
      order by w.nth`),
  ];
}

/** Candidates among which the run to compare with is chosen. */
const MAX_CANDIDATES = 50;

/**
 * The run that is most like another one and before it: of the newest that are over and hold one of its assets, one that
 * succeeded if there is one, and among these the one that shares most assets with it and has fewest others. `null` when
 * there is none.
 */
export async function findComparableRun(
  { sql }: Transaction,
  query: { readonly environmentId: number; readonly runId: number },
): Promise<number | null> {
  const { environmentId, runId } = query;
  const [found] = await sql<{ id: number }[]>`
    with own as (select asset_id from run_asset where run_id = ${runId}),
    anchor as (select asset_id from run_asset where run_id = ${runId} order by position limit 1),
    candidate as (
      select a.run_id as id, r.status = 'success' as succeeded from run_asset a join anchor using (asset_id) join run r on r.id = a.run_id
      where a.run_id < ${runId} and r.ended_at is not null and r.environment_id = ${environmentId}
        and r.purpose = (select purpose from run where id = ${runId})
      order by a.run_id desc limit ${MAX_CANDIDATES}
    )
    select candidate.id from candidate join run_asset a on a.run_id = candidate.id left join own using (asset_id)
    group by candidate.id, candidate.succeeded
    order by candidate.succeeded desc, count(own.asset_id) * 2 - count(*) desc, candidate.id desc limit 1`;
  return found?.id ?? null;
}
