import type { PartitionSet } from "@heddle/core/internal";
import type { Transaction } from "../database.ts";
import { parseMultirange } from "./multirange.ts";
import { piecesOf, type PublishedSet } from "./update-details.ts";

/** What the newest results of one check say. */
export interface CheckFactsRow {
  readonly assetId: number;
  readonly name: string;
  /** On the current materialization. */
  readonly passed: PartitionSet;
  readonly failed: PartitionSet;
  /** Where the newest result, published or not, is a failure that blocks. */
  readonly blocked: PartitionSet;
}

interface FactsRecord {
  readonly assetId: number;
  readonly name: string;
  readonly passed: string | null;
  readonly failed: string | null;
  readonly blocked: string | null;
}

/** Reading every result that is kept takes its time. */
export const CHECK_FACTS_DEADLINE_MS = 120_000;

/** Gathers what all results of the checks of some assets come to: for the start of a process, in one statement. */
export async function readCheckFacts(
  { sql }: Transaction,
  query: { readonly environmentId: number; readonly assetIds: readonly number[] },
): Promise<readonly CheckFactsRow[]> {
  if (query.assetIds.length === 0) return [];
  const rows = await sql<FactsRecord[]>`
    with result as (
      select r.asset_id, r.name, r.ordinal, r.id, r.passed, r.blocking, p.run_id is not null as is_current
      from check_result r left join asset_partition p
        on p.environment_id = r.environment_id and p.asset_id = r.asset_id and p.ordinal = r.ordinal
        and p.run_id = coalesce(r.judged_run_id, r.run_id)
      where r.environment_id = ${query.environmentId} and r.asset_id = any (${query.assetIds}::integer[])
    ), current as (
      select distinct on (asset_id, name, ordinal) asset_id, name, ordinal, passed from result where is_current
      order by asset_id, name, ordinal, id desc
    ), newest as (
      select distinct on (asset_id, name, ordinal) asset_id, name, ordinal, passed, blocking from result
      order by asset_id, name, ordinal, id desc
    )
    select asset_id as "assetId", name, range_agg(passed)::text as passed, range_agg(failed)::text as failed,
      range_agg(blocked)::text as blocked
    from (
      select asset_id, name, case when passed then int8range(ordinal, ordinal + 1) end as passed,
        case when not passed then int8range(ordinal, ordinal + 1) end as failed, null::int8range as blocked
      from current
      union all
      select asset_id, name, null, null, int8range(ordinal, ordinal + 1) from newest where blocking and not passed
    ) as facts
    group by asset_id, name`;
  return rows.map(decode);
}

/** Results of one check that came with one published or failed set of steps. */
export interface NewCheckFacts {
  /** Place of the set among those that were asked about. */
  readonly place: number;
  readonly name: string;
  readonly passed: PartitionSet;
  readonly failed: PartitionSet;
  /** Those of `failed` that block. */
  readonly blocked: PartitionSet;
  /** Those of which the check ran by itself, on a value that was made before. */
  readonly judged: PartitionSet;
}

/** The newest results of the named checks that runs left on sets of partitions, in one statement. */
export async function readNewCheckFacts(
  { sql }: Transaction,
  sets: readonly (PublishedSet & { readonly checks: readonly string[] })[],
): Promise<readonly NewCheckFacts[]> {
  const pieces = piecesOf(sets).flatMap((piece) =>
    (sets[piece.place]?.checks ?? []).map((name) => ({ ...piece, name })),
  );
  if (pieces.length === 0) return [];
  const rows = await sql<(FactsRecord & { place: number; judged: string | null })[]>`
    with newest as (
      select distinct on (k.place, k.name, r.ordinal) k.place, k.asset_id, k.name, r.ordinal, r.passed, r.blocking,
        r.judged_run_id is not null as judged
      from unnest(
        ${pieces.map(({ place }) => place)}::integer[], ${pieces.map(({ assetId }) => assetId)}::integer[],
        ${pieces.map(({ runId }) => runId)}::bigint[], ${pieces.map(({ first }) => first)}::bigint[],
        ${pieces.map(({ past }) => past)}::bigint[], ${pieces.map(({ name }) => name)}::text[]
      ) as k (place, asset_id, run_id, first, past, name)
      join check_result r on r.asset_id = k.asset_id and r.name = k.name and r.ordinal >= k.first and r.ordinal < k.past
        and r.run_id = k.run_id
      order by k.place, k.name, r.ordinal, r.id desc
    )
    select place, asset_id as "assetId", name,
      range_agg(int8range(ordinal, ordinal + 1)) filter (where passed)::text as passed,
      range_agg(int8range(ordinal, ordinal + 1)) filter (where not passed)::text as failed,
      range_agg(int8range(ordinal, ordinal + 1)) filter (where not passed and blocking)::text as blocked,
      range_agg(int8range(ordinal, ordinal + 1)) filter (where judged)::text as judged
    from newest group by place, asset_id, name`;
  return rows.map(({ place, judged, ...row }) => {
    const { name, passed, failed, blocked } = decode(row);
    return { place, name, passed, failed, blocked, judged: parseMultirange(judged) };
  });
}

function decode({ assetId, name, passed, failed, blocked }: FactsRecord): CheckFactsRow {
  return {
    assetId,
    name,
    passed: parseMultirange(passed),
    failed: parseMultirange(failed),
    blocked: parseMultirange(blocked),
  };
}
