import type { Transaction } from "../database.ts";

/** How long the steps of an asset took lately. */
export interface StepDurations {
  /** Steps that succeeded. */
  readonly steps: number;
  /** Of all of them together, in milliseconds. */
  readonly totalMs: number;
  /** Mean of a step in each of these runs, in no order. */
  readonly runMeansMs: readonly number[];
}

export interface DurationsQuery {
  readonly environmentId: number;
  readonly assetIds: readonly number[];
}

/** Only the newest runs of an asset say how long it takes now. */
const MAX_RUNS = 20;

/** Reads how long steps took in the newest runs of some assets, by asset id; one that never succeeded is not in it. */
export async function readDurations(
  { sql }: Transaction,
  { environmentId, assetIds }: DurationsQuery,
): Promise<Map<number, StepDurations>> {
  const rows = await sql<({ assetId: number } & StepDurations)[]>`
    select a.id as "assetId", sum(newest.success)::float8 as steps, sum(newest.duration_ms)::float8 as "totalMs",
      array_agg(newest.duration_ms::float8 / newest.success) filter (where newest.success > 0) as "runMeansMs"
    from unnest(${assetIds}::integer[]) as a(id)
    cross join lateral (
      select own.success, own.duration_ms from run_asset own join run on run.id = own.run_id
      where own.asset_id = a.id and run.purpose = 'materialize' and run.environment_id = ${environmentId}
      order by own.run_id desc limit ${MAX_RUNS}
    ) as newest
    group by a.id
    having sum(newest.success) > 0`;
  return new Map(rows.map(({ assetId, ...durations }) => [assetId, durations]));
}
