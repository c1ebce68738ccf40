import type { TransactionSql } from "../database.ts";
import type { StaticRun } from "./run-graphs.ts";
import type { StepOutcome } from "./step-outcome.ts";

/** How a partition stands on which checks ran by themselves. */
export interface JudgedPartition {
  /** The run that made what is current. */
  currentRunId: number;
  /** Declared checks whose newest result is a failure that blocks. */
  readonly failing: readonly string[];
}

/** Names a partition of an asset in an environment. */
export function judgedKey(place: {
  readonly environmentId: number;
  readonly assetId: number;
  readonly ordinal: number;
}): string {
  return `${place.environmentId}/${place.assetId}/${place.ordinal}`;
}

/**
 * Reads how the partitions stand that checks have judged, under the locks of their rows in `asset_chunk`: nobody can
 * replace a value until this transaction ends. Costs nothing when no checks ran by themselves.
 */
export async function readJudged(
  sql: TransactionSql,
  graphs: ReadonlyMap<number, StaticRun>,
  outcomes: readonly StepOutcome[],
): Promise<Map<string, JudgedPartition>> {
  const places = outcomes.flatMap((outcome) => {
    const run = graphs.get(outcome.runId);
    if (run === undefined || !("judgedRunId" in outcome) || outcome.judgedRunId === undefined) return [];
    return [{ environmentId: run.environmentId, assetId: outcome.assetId, ordinal: outcome.ordinal }];
  });
  if (places.length === 0) return new Map();
  const rows = await sql<
    { environmentId: number; assetId: number; ordinal: number; runId: number; failing: string[] }[]
  >`
    select p.environment_id as "environmentId", p.asset_id as "assetId", p.ordinal, p.run_id as "runId", array(
      select declared ->> 'name'
      from asset a cross join jsonb_array_elements(a.definition -> 'checks') as declared
      cross join lateral (
        select c.passed, c.blocking from check_result c
        where c.asset_id = p.asset_id and c.name = declared ->> 'name' and c.ordinal = p.ordinal
          and c.environment_id = p.environment_id
        order by c.id desc limit 1
      ) as newest
      where a.id = p.asset_id and newest.blocking and not newest.passed
    ) as failing
    from (
      select distinct * from unnest(
        ${places.map((place) => place.environmentId)}::smallint[], ${places.map((place) => place.assetId)}::integer[],
        ${places.map((place) => place.ordinal)}::bigint[]
      )
    ) as k (environment_id, asset_id, ordinal)
    join asset_partition p
      on p.environment_id = k.environment_id and p.asset_id = k.asset_id and p.ordinal = k.ordinal`;
  return new Map(rows.map(({ runId, failing, ...place }) => [judgedKey(place), { currentRunId: runId, failing }]));
}
