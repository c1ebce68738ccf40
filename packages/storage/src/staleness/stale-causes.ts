import type { AssetSnapshot, PartitionSet } from "@heddle/core/internal";
import type { Transaction } from "../database.ts";
import { rangeBounds } from "../range-bounds.ts";

/** One current materialization. */
export interface MadePlace {
  readonly environmentId: number;
  readonly assetId: number;
  readonly ordinal: number;
}

/** What an asset depended on in the code that made one of its partitions; `null` when that is not kept any more. */
export async function readMadeDeps(
  { sql }: Transaction,
  { environmentId, assetId, ordinal, key }: MadePlace & { readonly key: string },
): Promise<AssetSnapshot["deps"] | null> {
  const [row] = await sql<{ deps: AssetSnapshot["deps"] | null }[]>`
    select (
      select each -> 'deps' from jsonb_array_elements(v.snapshot -> 'assets') each where each ->> 'key' = ${key} limit 1
    ) as deps
    from asset_partition p join materialization m using (asset_id, ordinal, run_id)
    join code_version v on v.id = m.code_version_id
    where p.environment_id = ${environmentId}::smallint and p.asset_id = ${assetId} and p.ordinal = ${ordinal}`;
  return row?.deps ?? null;
}

/** An input that is another one now than when it was read. */
export interface ChangedInput {
  readonly ordinal: number;
  readonly runId: number;
  readonly publishedAt: Date;
}

/**
 * Finds one of the partitions of an upstream asset that is another one now than what a materialization has read of it, and came out
 * different; `null` when there is none.
 */
export async function readChangedInput(
  { sql }: Transaction,
  {
    environmentId,
    assetId,
    ordinal,
    upstream,
  }: MadePlace & { readonly upstream: { readonly id: number; readonly partitions: PartitionSet } },
): Promise<ChangedInput | null> {
  const { starts, ends } = rangeBounds(upstream.partitions.ranges);
  const [row] = await sql<ChangedInput[]>`
    with read as materialized (
      select distinct (input ->> 'runId')::bigint as run_id
      from asset_partition p join materialization m using (asset_id, ordinal, run_id),
        jsonb_array_elements(coalesce(m.inputs, '[]'::jsonb)) input
      where p.environment_id = ${environmentId}::smallint and p.asset_id = ${assetId} and p.ordinal = ${ordinal}
        and (input ->> 'assetId')::integer = ${upstream.id}
    )
    select p.ordinal, p.run_id as "runId", m.published_at as "publishedAt"
    from unnest(${starts}::bigint[], ${ends}::bigint[])
      as wanted (first, past)
    join asset_partition p on p.environment_id = ${environmentId}::smallint and p.asset_id = ${upstream.id}
      and p.ordinal >= wanted.first and p.ordinal < wanted.past
    join materialization m on m.asset_id = p.asset_id and m.ordinal = p.ordinal and m.run_id = p.run_id
    where p.run_id not in (select run_id from read) and not exists (
      select from materialization b
      where b.asset_id = p.asset_id and b.ordinal = p.ordinal and b.run_id in (select run_id from read)
        and b.data_version = m.data_version
    )
    limit 1`;
  return row ?? null;
}
