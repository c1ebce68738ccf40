import type { Transaction } from "../database.ts";

/** What partitions can be put in order by, besides their own order. */
export const PARTITION_SORTS = ["materialized", "duration", "rows", "bytes"] as const;
export type PartitionSort = (typeof PARTITION_SORTS)[number];

/** What is recorded of what is in use of one partition. */
export interface PartitionFacts {
  readonly ordinal: number;
  readonly runId: number;
  readonly publishedAt: Date;
  readonly durationMs: number;
  /** Rows that are stored; `null` where the I/O manager does not say. */
  readonly rows: number | null;
  /** Bytes of the stored objects; `null` when nothing is stored through an I/O manager. */
  readonly bytes: number | null;
}

interface AssetOfEnvironment {
  readonly environmentId: number;
  readonly assetId: number;
}

interface FactsInOrder extends AssetOfEnvironment {
  /** Flat ordinal ranges; `null`: everything that is materialized. */
  readonly within: readonly number[] | null;
  readonly sort: PartitionSort;
  readonly descending: boolean;
  readonly offset: number;
  readonly limit: number;
}

/** Facts of these partitions, in no order; those that are not materialized are left out. */
export async function readPartitionFacts(
  { sql }: Transaction,
  { environmentId, assetId, ordinals }: AssetOfEnvironment & { readonly ordinals: readonly number[] },
): Promise<PartitionFacts[]> {
  if (ordinals.length === 0) return [];
  return [
    ...(await sql<PartitionFacts[]>`
      select ${factColumns(sql)}
      from unnest(${[...ordinals]}::bigint[]) as wanted (ordinal)
      join asset_partition p on p.environment_id = ${environmentId} and p.asset_id = ${assetId}
        and p.ordinal = wanted.ordinal
      join materialization m on m.asset_id = p.asset_id and m.ordinal = p.ordinal and m.run_id = p.run_id`),
  ];
}

/**
 * Facts of the materialized partitions of an asset in an order by value; equal ones by ordinal, and those without the value
 * last. There is no index for it: what is materialized of the asset is gone through once, and only a page of it is kept.
 */
export async function readPartitionFactsInOrder(
  { sql }: Transaction,
  { environmentId, assetId, within, sort, descending, offset, limit }: FactsInOrder,
): Promise<PartitionFacts[]> {
  const value = valueOf(sql, sort);
  const direction = descending ? sql`desc` : sql`asc`;
  const inside = within === null ? sql`` : sql`and p.ordinal <@ ${multirangeOf(within)}::int8multirange`;
  return [
    ...(await sql<PartitionFacts[]>`
      select ${factColumns(sql)}
      from asset_partition p
      join materialization m on m.asset_id = p.asset_id and m.ordinal = p.ordinal and m.run_id = p.run_id
      where p.environment_id = ${environmentId} and p.asset_id = ${assetId} ${inside}
      order by ${value} ${direction} nulls last, p.ordinal limit ${limit} offset ${offset}`),
  ];
}

/** Newest runs of an asset among which failed attempts are looked for: those have no index by partition. */
const MAX_RUNS_SEARCHED = 1000;

/** The newest run that has failed to make each of these partitions, where one of the newest runs has. */
export async function readFailedRuns(
  { sql }: Transaction,
  { environmentId, assetId, ordinals }: AssetOfEnvironment & { readonly ordinals: readonly number[] },
): Promise<ReadonlyMap<number, number>> {
  if (ordinals.length === 0) return new Map();
  const rows = await sql<{ ordinal: number; runId: number }[]>`
    with searched as (
      select run_asset.run_id from run_asset join run on run.id = run_asset.run_id
      where run_asset.asset_id = ${assetId} and run.environment_id = ${environmentId}
      order by run_asset.run_id desc limit ${MAX_RUNS_SEARCHED}
    )
    select a.ordinal, max(a.run_id) as "runId"
    from searched join attempt a on a.run_id = searched.run_id and a.asset_id = ${assetId}
      and a.ordinal = any (${[...ordinals]}::bigint[])
    group by a.ordinal`;
  return new Map(rows.map(({ ordinal, runId }) => [ordinal, runId]));
}

function factColumns(sql: Transaction["sql"]) {
  return sql`m.ordinal, m.run_id as "runId", m.published_at as "publishedAt", m.duration_ms as "durationMs",
    ${valueOf(sql, "rows")} as rows, ${valueOf(sql, "bytes")} as bytes`;
}

function valueOf(sql: Transaction["sql"], sort: PartitionSort) {
  switch (sort) {
    case "materialized":
      return sql`m.published_at`;
    case "duration":
      return sql`m.duration_ms`;
    case "rows":
      return sql`(m.stored ->> 'rows')::float8`;
    case "bytes":
      return sql`(
        select sum((object ->> 'bytes')::float8)
        from jsonb_array_elements(m.stored -> 'objects') as object
      )`;
  }
}

/** A set as PostgreSQL writes it: an ordinal is found in it by halving, however many ranges it has. */
function multirangeOf(ranges: readonly number[]): string {
  const parts: string[] = [];
  for (let at = 0; at + 1 < ranges.length; at += 2) parts.push(`[${ranges[at] ?? 0},${ranges[at + 1] ?? 0})`);
  return `{${parts.join()}}`;
}
