import { PARTITION_CHUNK_SIZE, PartitionSet } from "@heddle/core/internal";
import type { Transaction } from "../database.ts";
import { materializationColumns, type MaterializationRow } from "./materializations.ts";

/** A place in an asset's history: newest run first, within a run the last partition first. */
export interface HistoryPlace {
  readonly runId: number;
  readonly ordinal: number;
}

export interface MaterializationHistoryQuery {
  readonly environmentId: number;
  readonly assetId: number;
  /** Only this partition; all when left out. */
  readonly ordinal?: number | undefined;
  readonly after?: HistoryPlace | undefined;
  readonly limit: number;
}

export interface MaterializationPage {
  readonly rows: readonly MaterializationRow[];
  /** Where to go on, even when this page holds nothing; `null` at the end. */
  readonly next: HistoryPlace | null;
}

/** Rows of sets that one page looks through: a history of failed runs may give an empty page, but never a late one. */
const CHUNKS_PER_PAGE = 256;

/**
 * Reads a page of an asset's materializations, superseded ones included. There is no index by time, and none is needed:
 * runs are found by asset, their sets say which partitions they made, and each materialization is named by that.
 */
export async function readMaterializationHistory(
  tx: Transaction,
  query: MaterializationHistoryQuery,
): Promise<MaterializationPage> {
  return query.ordinal === undefined
    ? readByRuns(tx, query)
    : readOfPartition(tx, { ...query, ordinal: query.ordinal });
}

async function readOfPartition(
  { sql }: Transaction,
  query: MaterializationHistoryQuery & { readonly ordinal: number },
): Promise<MaterializationPage> {
  const { environmentId, assetId, ordinal, after, limit } = query;
  const before = after === undefined ? sql`` : sql`and m.run_id < ${after.runId}`;
  const rows = await sql<MaterializationRow[]>`
    select ${materializationColumns(sql)}
    from materialization m
    join run r on r.id = m.run_id and r.environment_id = ${environmentId}
    left join asset_partition p on p.environment_id = ${environmentId} and p.asset_id = m.asset_id
      and p.ordinal = m.ordinal and p.run_id = m.run_id
    where m.asset_id = ${assetId} and m.ordinal = ${ordinal} ${before}
    order by m.run_id desc limit ${limit}`;
  const last = rows.at(-1);
  return { rows, next: rows.length < limit || last === undefined ? null : { runId: last.runId, ordinal } };
}

interface SuccessChunk {
  readonly runId: number;
  readonly chunk: number;
  readonly success: Uint8Array;
}

async function readByRuns(tx: Transaction, query: MaterializationHistoryQuery): Promise<MaterializationPage> {
  const chunks = await readSuccessChunks(tx, query);
  const places: HistoryPlace[] = [];
  for (const chunk of chunks) {
    for (const ordinal of ordinalsBefore(chunk, query)) {
      if (places.length === query.limit) break;
      places.push({ runId: chunk.runId, ordinal });
    }
  }
  return { rows: await readPlaces(tx, query, places), next: nextPlace(chunks, places, query.limit) };
}

async function readSuccessChunks({ sql }: Transaction, query: MaterializationHistoryQuery): Promise<SuccessChunk[]> {
  const { environmentId, assetId, after } = query;
  const before =
    after === undefined
      ? sql``
      : sql`and (c.run_id, c.chunk) <= (${after.runId}, ${Math.floor(after.ordinal / PARTITION_CHUNK_SIZE)})`;
  return [
    ...(await sql<SuccessChunk[]>`
      select c.run_id as "runId", c.chunk, c.success
      from run_asset a
      join run r on r.id = a.run_id and r.environment_id = ${environmentId} and r.purpose = 'materialize'
      join run_chunk c on c.run_id = a.run_id and c.asset_id = a.asset_id
      where a.asset_id = ${assetId} and a.success > 0 ${before}
      order by c.run_id desc, c.chunk desc limit ${CHUNKS_PER_PAGE}`),
  ];
}

/** The partitions that one row of sets holds before the place, last first, some more than a page needs. */
function ordinalsBefore(chunk: SuccessChunk, { after, limit }: MaterializationHistoryQuery): number[] {
  const set = PartitionSet.decode(chunk.success);
  const isResumed = after !== undefined && after.runId === chunk.runId;
  const rest = isResumed ? set.clip(Number.MIN_SAFE_INTEGER, after.ordinal) : set;
  const last: number[] = [];
  for (let i = rest.ranges.length - 2; i >= 0 && last.length < limit; i -= 2) {
    const start = rest.ranges[i] ?? 0;
    for (let ordinal = (rest.ranges[i + 1] ?? 0) - 1; ordinal >= start && last.length < limit; ordinal -= 1)
      last.push(ordinal);
  }
  return last;
}

/** After a full page: its last materialization. After a page that ran out of rows: the start of the last row. */
function nextPlace(
  chunks: readonly SuccessChunk[],
  places: readonly HistoryPlace[],
  limit: number,
): HistoryPlace | null {
  const lastPlace = places.at(-1);
  if (places.length === limit && lastPlace !== undefined) return lastPlace;
  const lastChunk = chunks.at(-1);
  if (chunks.length < CHUNKS_PER_PAGE || lastChunk === undefined) return null;
  return { runId: lastChunk.runId, ordinal: lastChunk.chunk * PARTITION_CHUNK_SIZE };
}

async function readPlaces(
  { sql }: Transaction,
  { environmentId, assetId }: MaterializationHistoryQuery,
  places: readonly HistoryPlace[],
): Promise<MaterializationRow[]> {
  if (places.length === 0) return [];
  return [
    ...(await sql<MaterializationRow[]>`
      select ${materializationColumns(sql)}
      from unnest(${places.map(({ runId }) => runId)}::bigint[], ${places.map(({ ordinal }) => ordinal)}::bigint[])
        as wanted (run_id, ordinal)
      join materialization m on m.asset_id = ${assetId} and m.ordinal = wanted.ordinal and m.run_id = wanted.run_id
      left join asset_partition p on p.environment_id = ${environmentId} and p.asset_id = m.asset_id
        and p.ordinal = m.ordinal and p.run_id = m.run_id
      order by m.run_id desc, m.ordinal desc`),
  ];
}
