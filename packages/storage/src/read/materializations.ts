import type { JsonValue, StoredValue } from "@heddle/core";
import type { Transaction } from "../database.ts";
import type { MaterializationInputs } from "../schema/index.ts";

/** A materialization as it is stored, with the hash of the code version that ran. */
export interface MaterializationRow {
  readonly ordinal: number;
  readonly runId: number;
  readonly attempt: number;
  readonly codeVersionId: number;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly publishedAt: Date;
  /** The claim that made it: its id is the attempt id in storage keys and logs. */
  readonly claimId: number;
  readonly dataVersion: string | null;
  readonly stored: StoredValue | null;
  readonly metadata: Readonly<Record<string, JsonValue>> | null;
  readonly inputs: MaterializationInputs | null;
  /** Since when what it stored is removed, because a later one had taken its place. */
  readonly collectedAt: Date | null;
  /** Whether it is what consumers read in the environment. */
  readonly current: boolean;
}

/** Names the partitions of one asset in one environment that a statement is about. */
export interface PartitionQuery {
  readonly environmentId: number;
  readonly assetId: number;
  readonly ordinal: number;
  /** Longest list. */
  readonly limit: number;
}

/** The columns of a {@link MaterializationRow}; `m` and `p` are joined by the caller. */
export function materializationColumns(sql: Transaction["sql"]) {
  return sql`m.ordinal, m.run_id as "runId", m.attempt, m.code_version_id as "codeVersionId",
    m.started_at as "startedAt", m.duration_ms as "durationMs",
    m.published_at as "publishedAt", m.claim_id as "claimId", m.data_version as "dataVersion", m.stored, m.metadata,
    m.inputs, m.collected_at as "collectedAt",
    p.run_id is not null as current`;
}

/** All materializations of one partition, newest first. */
export async function readPartitionMaterializations(
  { sql }: Transaction,
  query: PartitionQuery,
): Promise<MaterializationRow[]> {
  const { environmentId, assetId, ordinal, limit } = query;
  return [
    ...(await sql<MaterializationRow[]>`
    select ${materializationColumns(sql)}
    from materialization m
    left join asset_partition p on p.environment_id = ${environmentId} and p.asset_id = m.asset_id
      and p.ordinal = m.ordinal and p.run_id = m.run_id
    where m.asset_id = ${assetId} and m.ordinal = ${ordinal}
    order by m.published_at desc limit ${limit}`),
  ];
}

/**
 * The newest current materialization of an asset. There is no index by time: the chunk that changed last is found first,
 * and at most its 8,192 partitions are looked at.
 */
export async function readNewestMaterialization(
  { sql }: Transaction,
  query: { readonly environmentId: number; readonly assetId: number },
): Promise<MaterializationRow | null> {
  const { environmentId, assetId } = query;
  const [row] = await sql<MaterializationRow[]>`
    with newest_chunk as (
      select chunk from asset_chunk
      where environment_id = ${environmentId} and asset_id = ${assetId} and octet_length(materialized) > 1
      order by updated_at desc limit 1
    )
    select ${materializationColumns(sql)}
    from newest_chunk
    join asset_partition p on p.environment_id = ${environmentId} and p.asset_id = ${assetId}
      and p.ordinal >= newest_chunk.chunk::bigint * 8192 and p.ordinal < (newest_chunk.chunk::bigint + 1) * 8192
    join materialization m on m.asset_id = p.asset_id and m.ordinal = p.ordinal and m.run_id = p.run_id
    order by m.published_at desc limit 1`;
  return row ?? null;
}

/** The current materialization of the one partition of an unpartitioned asset: what staleness is judged by. */
export interface SingleMaterialization {
  readonly assetId: number;
  readonly runId: number;
  readonly codeVersionId: number;
  readonly publishedAt: Date;
  readonly inputs: MaterializationInputs | null;
}

/** Current materializations of unpartitioned assets; those that have none are left out. */
export async function readSingleMaterializations(
  { sql }: Transaction,
  query: { readonly environmentId: number; readonly assetIds: readonly number[] },
): Promise<SingleMaterialization[]> {
  if (query.assetIds.length === 0) return [];
  return [
    ...(await sql<SingleMaterialization[]>`
    select m.asset_id as "assetId", m.run_id as "runId", m.code_version_id as "codeVersionId",
      m.published_at as "publishedAt", m.inputs
    from unnest(${query.assetIds}::integer[]) as wanted (asset_id)
    join asset_partition p on p.environment_id = ${query.environmentId} and p.asset_id = wanted.asset_id
      and p.ordinal = 0
    join materialization m on m.asset_id = p.asset_id and m.ordinal = 0 and m.run_id = p.run_id`),
  ];
}

/** Names a materialization of an unpartitioned asset. */
export interface SingleRef {
  readonly assetId: number;
  readonly runId: number;
}

/** Data versions of materializations of unpartitioned assets, as `${assetId}:${runId}` → data version. */
export async function readDataVersions(
  { sql }: Transaction,
  refs: readonly SingleRef[],
): Promise<Map<string, string | null>> {
  if (refs.length === 0) return new Map();
  const rows = await sql<(SingleRef & { dataVersion: string | null })[]>`
    select m.asset_id as "assetId", m.run_id as "runId", m.data_version as "dataVersion"
    from unnest(${refs.map((ref) => ref.assetId)}::integer[], ${refs.map((ref) => ref.runId)}::bigint[])
      as wanted (asset_id, run_id)
    join materialization m on m.asset_id = wanted.asset_id and m.ordinal = 0 and m.run_id = wanted.run_id`;
  return new Map(rows.map((row) => [`${row.assetId}:${row.runId}`, row.dataVersion]));
}
