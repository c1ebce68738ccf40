import type { JsonValue } from "@heddle/core";
import type { Transaction } from "../database.ts";

/** What numbers of one materialization are drawn from. */
export interface MeasuredRow {
  readonly ordinal: number;
  readonly runId: number;
  readonly codeVersionId: number;
  readonly publishedAt: Date;
  readonly durationMs: number;
  readonly metadata: Readonly<Record<string, JsonValue>> | null;
  /** `null` where they are not known. */
  readonly rows: number | null;
  readonly bytes: number | null;
}

/** Which materializations of an asset are measured. */
export interface MeasuredQuery {
  readonly environmentId: number;
  readonly assetId: number;
  readonly limit: number;
}

/** What is in use of the last partitions of an asset, by their ordinals, ascending. */
export async function readMeasuredPartitions({ sql }: Transaction, query: MeasuredQuery): Promise<MeasuredRow[]> {
  const { environmentId, assetId, limit } = query;
  const rows = await sql<MeasuredRow[]>`
    select ${measuredColumns(sql)}
    from (
      select ordinal, run_id from asset_partition
      where environment_id = ${environmentId} and asset_id = ${assetId}
      order by ordinal desc limit ${limit}
    ) p
    join materialization m on m.asset_id = ${assetId} and m.ordinal = p.ordinal and m.run_id = p.run_id
    order by m.ordinal`;
  return [...rows];
}

/** The materializations of these places, in the order in which they were published. */
export async function readMeasured(
  { sql }: Transaction,
  { assetId, places }: { readonly assetId: number; readonly places: readonly { ordinal: number; runId: number }[] },
): Promise<MeasuredRow[]> {
  if (places.length === 0) return [];
  const rows = await sql<MeasuredRow[]>`
    select ${measuredColumns(sql)}
    from unnest(${places.map(({ ordinal }) => ordinal)}::bigint[], ${places.map(({ runId }) => runId)}::bigint[])
      as wanted (ordinal, run_id)
    join materialization m on m.asset_id = ${assetId} and m.ordinal = wanted.ordinal and m.run_id = wanted.run_id
    order by m.published_at, m.ordinal`;
  return [...rows];
}

function measuredColumns(sql: Transaction["sql"]) {
  return sql`m.ordinal, m.run_id as "runId", m.code_version_id as "codeVersionId", m.published_at as "publishedAt",
    m.duration_ms as "durationMs", m.metadata, (m.stored ->> 'rows')::double precision as rows,
    (select sum((object ->> 'bytes')::double precision) from jsonb_array_elements(
      case when jsonb_typeof(m.stored -> 'objects') = 'array' then m.stored -> 'objects' else '[]'::jsonb end
    ) object) as bytes`;
}

/** An attempt at an asset that failed. */
export interface FailureMark {
  readonly ordinal: number;
  readonly runId: number;
  readonly endedAt: Date;
  readonly cause: string;
}

/** Runs of an asset that are looked through for failures. */
const MAX_RUNS_SEARCHED = 200;

/** The newest failed attempts at an asset since an instant, ascending. */
export async function readFailureMarks(
  { sql }: Transaction,
  { environmentId, assetId, since, limit }: MeasuredQuery & { readonly since: Date },
): Promise<FailureMark[]> {
  const rows = await sql<FailureMark[]>`
    with searched as (
      select run_asset.run_id from run_asset join run on run.id = run_asset.run_id
      where run_asset.asset_id = ${assetId} and run.environment_id = ${environmentId} and run_asset.failed > 0
        and run.purpose = 'materialize'
      order by run_asset.run_id desc limit ${MAX_RUNS_SEARCHED}
    )
    select a.ordinal, a.run_id as "runId", a.ended_at as "endedAt", a.cause
    from searched join attempt a on a.run_id = searched.run_id and a.asset_id = ${assetId}
    where a.ended_at >= ${since}
    order by a.ended_at desc limit ${limit}`;
  return [...rows].reverse();
}
