import type { PartitionSet } from "@heddle/core/internal";
import type { Transaction } from "../database.ts";
import { parseMultirange } from "./multirange.ts";

/** Partitions of one asset that one run made. */
export interface PublishedSet {
  readonly assetId: number;
  readonly runId: number;
  readonly partitions: PartitionSet;
}

/** What is known of them besides. */
export interface UpdateDetail {
  /** Those whose data version differs from the one before, or is not known. */
  readonly changedData: PartitionSet;
  /** When the first of their steps began, epoch milliseconds; `null` for what is not kept any more. */
  readonly readAt: number | null;
}

interface DetailRow {
  readonly place: number;
  readonly changed: string | null;
  readonly readAt: number | null;
}

/** Compares what was published with what there was before: one answer for each of the sets, in one statement. */
export async function readUpdateDetails(
  { sql }: Transaction,
  sets: readonly PublishedSet[],
): Promise<readonly UpdateDetail[]> {
  const pieces = piecesOf(sets);
  if (pieces.length === 0) return sets.map(({ partitions }) => ({ changedData: partitions, readAt: null }));
  const rows = await sql<DetailRow[]>`
    select k.place, range_agg(int8range(m.ordinal, m.ordinal + 1)) filter (
        where m.data_version is null or m.data_version is distinct from before.data_version
      )::text as changed,
      (extract(epoch from min(m.started_at)) * 1000)::bigint as "readAt"
    from unnest(
      ${pieces.map(({ place }) => place)}::integer[], ${pieces.map(({ assetId }) => assetId)}::integer[],
      ${pieces.map(({ runId }) => runId)}::bigint[], ${pieces.map(({ first }) => first)}::bigint[],
      ${pieces.map(({ past }) => past)}::bigint[]
    ) as k (place, asset_id, run_id, first, past)
    join materialization m on m.asset_id = k.asset_id and m.ordinal >= k.first and m.ordinal < k.past and m.run_id = k.run_id
    left join lateral (
      select b.data_version from materialization b
      where b.asset_id = m.asset_id and b.ordinal = m.ordinal and b.run_id <> m.run_id and b.published_at <= m.published_at
      order by b.published_at desc limit 1
    ) as before on true
    group by k.place`;
  const byPlace = new Map(rows.map((row) => [row.place, row]));
  return sets.map(({ partitions }, place) => {
    const row = byPlace.get(place);
    // What is not kept tells nothing, so that it counts as changed.
    if (row === undefined) return { changedData: partitions, readAt: null };
    return { changedData: parseMultirange(row.changed), readAt: row.readAt };
  });
}

/** A range of ordinals of one of several sets, named by its place among them. */
export interface SetPiece {
  readonly place: number;
  readonly assetId: number;
  readonly runId: number;
  readonly first: number;
  readonly past: number;
}

/** The ranges of sets, for `unnest`. */
export function piecesOf(sets: readonly PublishedSet[]): SetPiece[] {
  return sets.flatMap(({ assetId, runId, partitions: { ranges } }, place) =>
    Array.from({ length: ranges.length / 2 }, (_, index) => ({
      place,
      assetId,
      runId,
      first: ranges[index * 2] ?? 0,
      past: ranges[index * 2 + 1] ?? 0,
    })),
  );
}
