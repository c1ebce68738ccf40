import type { Database } from "../database.ts";

/** Names one step: one partition of one asset in one run. */
export interface SubStepPlace {
  readonly runId: number;
  readonly assetId: number;
  readonly ordinal: number;
}

/** A part of a step that was done. */
export interface SubStepRow {
  readonly name: string;
  /** JSON text; `null` when there is no result. */
  readonly result: string | null;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly tries: number;
}

/** Retries of retries are followed so far back. */
const MAX_RETRIED_RUNS = 50;

/**
 * Reads the sub-steps of a step that were done: in its run and, when that does steps of another run again, in that one,
 * as long as the same code of the asset runs with the same config. Of two with the same name, the newer run's is given.
 */
export function readSubSteps(db: Database, { runId, assetId, ordinal }: SubStepPlace): Promise<SubStepRow[]> {
  return db.read("readSubSteps", async ({ sql }) => [
    ...(await sql<SubStepRow[]>`
      with recursive retried (id, origin, key, code, depth) as (
        select r.id, r.origin, a.key, ${codeOf(sql)}, 0
        from run r join asset a on a.id = ${assetId} where r.id = ${runId}
        union all
        select r.id, r.origin, n.key, ${codeOf(sql)}, n.depth + 1
        from retried n join run r on r.id = (n.origin ->> 'runId')::bigint join asset a on a.id = ${assetId}
        where n.origin ->> 'kind' = 'retry' and n.origin ->> 'only' <> 'all'
          and not coalesce(n.origin -> 'config' ? n.key, false)
          and ${codeOf(sql)} is not distinct from n.code and n.depth < ${MAX_RETRIED_RUNS}
      )
      select distinct on (s.name) s.name, s.result, extract(epoch from s.started_at)::double precision * 1000 as "startedAt",
        s.duration_ms as "durationMs", s.tries
      from retried n join sub_step s on s.run_id = n.id and s.asset_id = ${assetId} and s.ordinal = ${ordinal}
      order by s.name, n.depth`),
  ]);
}

/** The code version of the asset `a` in the plan of the run `r`. */
function codeOf(sql: Parameters<Parameters<Database["read"]>[1]>[0]["sql"]) {
  return sql`(select p ->> 'codeVersion' from jsonb_array_elements(r.plan -> 'assets') p where p ->> 'key' = a.key)`;
}

/** Records sub-steps durably. What has the same name already stays as it is. */
export async function recordSubSteps(db: Database, done: readonly (SubStepPlace & SubStepRow)[]): Promise<void> {
  if (done.length === 0) return;
  const column = <K extends keyof (SubStepPlace & SubStepRow)>(name: K) => done.map((row) => row[name]);
  await db.transaction(
    "recordSubSteps",
    async ({ sql }) => {
      await sql`
        insert into sub_step (run_id, asset_id, ordinal, name, result, started_at, duration_ms, tries)
        select run_id, asset_id, ordinal, name, result, to_timestamp(started_at / 1000), duration_ms, tries
        from unnest(
          ${column("runId")}::bigint[], ${column("assetId")}::integer[], ${column("ordinal")}::bigint[],
          ${column("name")}::text[], ${column("result")}::text[], ${column("startedAt")}::double precision[],
          ${column("durationMs")}::integer[], ${column("tries")}::smallint[]
        ) as k (run_id, asset_id, ordinal, name, result, started_at, duration_ms, tries)
        on conflict do nothing`;
    },
    { isIdempotent: true },
  );
}
