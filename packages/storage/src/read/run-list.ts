import { type RunStatus, type StepStatus } from "@heddle/core";
import { PARTITION_CHUNK_SIZE, PartitionSet, STEP_STATUSES } from "@heddle/core/internal";
import type { Transaction } from "../database.ts";
import { escapeLike, runColumns, runJoins, type RunRow } from "./runs.ts";

/** A tag by which runs are found: its name alone, or with its value. */
export interface TagFilter {
  readonly name: string;
  readonly value?: string | undefined;
}

export interface RunListQuery {
  readonly environmentId: number;
  readonly statuses?: readonly RunStatus[] | undefined;
  /** Runs that hold any of these assets. */
  readonly assetIds?: readonly number[] | undefined;
  /** With `assetIds`: runs that make some of these partitions of one of them. */
  readonly partitions?: PartitionSet | undefined;
  /** Words of the origin or the tags, whatever their case; or a run's id. */
  readonly text?: string | undefined;
  /** Runs that have all of these tags. */
  readonly tags?: readonly TagFilter[] | undefined;
  /** Kinds of origins: `manual`, `schedule`, … */
  readonly causes?: readonly string[] | undefined;
  /** Created at or after this instant. */
  readonly from?: Date | undefined;
  /** Created before this instant. */
  readonly to?: Date | undefined;
  /** Only runs that make several partitions of some asset. */
  readonly backfills?: boolean | undefined;
  /** Only runs before this one. */
  readonly beforeId?: number | undefined;
  readonly limit: number;
}

export interface RunListPage {
  readonly runs: readonly RunRow[];
  /** Before which run to go on, even when this page holds nothing; `null` at the end. */
  readonly nextBeforeId: number | null;
}

/** Runs whose sets one page by partition decodes: they are found by asset, and their sets say which partitions they make. */
const RUNS_PER_PAGE = 1_000;

/** Runs of an environment, newest first. A page by partition searches a bounded history: it may be short and have more. */
export async function readRuns(tx: Transaction, query: RunListQuery): Promise<RunListPage> {
  if (query.partitions !== undefined && query.assetIds !== undefined) {
    return readRunsOfPartitions(tx, { ...query, partitions: query.partitions, assetIds: query.assetIds });
  }
  const { sql } = tx;
  const rows = await sql<RunRow[]>`
    with r as materialized (select * from run r where ${conditionsOf(sql, query)} order by id desc limit ${query.limit + 1})
    select ${runColumns(sql)} from r ${runJoins(sql)} order by r.id desc`;
  const runs = rows.slice(0, query.limit);
  return { runs, nextBeforeId: rows.length > runs.length ? (runs.at(-1)?.id ?? null) : null };
}

type Sql = Transaction["sql"];

function conditionsOf(sql: Sql, query: RunListQuery) {
  const { statuses, assetIds, text, beforeId, tags = [], causes, from, to, backfills } = query;
  const pattern = text === undefined ? "" : `%${escapeLike(text)}%`;
  const id = text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
  const conditions = [
    sql`r.environment_id = ${query.environmentId}`,
    ...(beforeId === undefined ? [] : [sql`r.id < ${beforeId}`]),
    ...(statuses === undefined ? [] : [sql`r.status = any(${statuses}::text[])`]),
    ...(assetIds === undefined
      ? []
      : [sql`exists (select from run_asset a where a.asset_id = any(${assetIds}::integer[]) and a.run_id = r.id)`]),
    ...(text === undefined
      ? []
      : [sql`(r.id = ${id}::bigint or r.origin::text ilike ${pattern} or r.tags::text ilike ${pattern})`]),
    ...tags.map(({ name, value }) =>
      value === undefined ? sql`r.tags ->> ${name} is not null` : sql`r.tags ->> ${name} = ${value}`,
    ),
    ...(causes === undefined ? [] : [sql`r.origin ->> 'kind' = any(${causes}::text[])`]),
    ...(from === undefined ? [] : [sql`r.created_at >= ${from}`]),
    ...(to === undefined ? [] : [sql`r.created_at < ${to}`]),
    ...(backfills === true ? [sql`r.total > (select count(*) from run_asset a where a.run_id = r.id)`] : []),
  ];
  return conditions.reduce((all, condition) => sql`${all} and ${condition}`);
}

type SetRow = { readonly runId: number } & Readonly<Record<StepStatus, Uint8Array>>;

/** Runs by asset come from the index of `run_asset`; the sets of a run that may hold the partitions are read by their key. */
async function readRunsOfPartitions(
  { sql }: Transaction,
  query: RunListQuery & { readonly partitions: PartitionSet; readonly assetIds: readonly number[] },
): Promise<RunListPage> {
  const { partitions, assetIds, limit } = query;
  const [first, last] = [partitions.first ?? 0, partitions.last ?? 0];
  const sets = await sql<SetRow[]>`
    with r as materialized (
      select r.id from run r where ${conditionsOf(sql, query)} order by id desc limit ${RUNS_PER_PAGE}
    )
    select r.id as "runId", c.waiting, c.ready, c.running, c.backoff, c.success, c.failed, c.skipped, c.canceled
    from r left join run_chunk c on c.run_id = r.id and c.asset_id = any(${assetIds}::integer[])
      and c.chunk between ${Math.floor(first / PARTITION_CHUNK_SIZE)} and ${Math.floor(last / PARTITION_CHUNK_SIZE)}
    order by r.id desc`;
  const found: number[] = [];
  for (const row of sets) {
    if (found.at(-1) === row.runId || !holdsAny(row, partitions)) continue;
    found.push(row.runId);
    if (found.length > limit) break;
  }
  const ids = found.slice(0, limit);
  const searched = new Set(sets.map(({ runId }) => runId)).size;
  const rows =
    ids.length === 0
      ? []
      : await sql<RunRow[]>`
          select ${runColumns(sql)} from run r ${runJoins(sql)} where r.id = any(${ids}::bigint[]) order by r.id desc`;
  const isMore = found.length > ids.length || searched === RUNS_PER_PAGE;
  const lastSearched = found.length > ids.length ? ids.at(-1) : sets.at(-1)?.runId;
  return { runs: rows, nextBeforeId: isMore ? (lastSearched ?? null) : null };
}

function holdsAny(row: SetRow, partitions: PartitionSet): boolean {
  return STEP_STATUSES.some((status) => {
    // A run without sets in this part of the ordinals comes out of the join with nulls.
    const bytes: Uint8Array | null = row[status];
    return bytes !== null && PartitionSet.decode(bytes).overlaps(partitions);
  });
}

/** A queued run's place among those that wait. */
export interface QueuePlace {
  readonly runId: number;
  /** 1: the next. */
  readonly position: number;
  /** Queued runs in all. */
  readonly length: number;
  /** Runs that are not over and that it begins after. */
  readonly after: readonly number[];
}

/** Queued runs that are looked through. */
const MAX_QUEUE = 10_000;

/** The places of some runs in the queue, in the order in which runs are admitted; those that are not queued are left out. */
export async function readQueuePlaces({ sql }: Transaction, runIds: readonly number[]): Promise<QueuePlace[]> {
  if (runIds.length === 0) return [];
  return [
    ...(await sql<QueuePlace[]>`
      with queue as (
        select id, after, row_number() over (order by priority desc, id)::integer as position,
          count(*) over ()::integer as length
        from (select id, after, priority from run where status = 'queued' order by priority desc, id limit ${MAX_QUEUE}) as q
      )
      select queue.id as "runId", position, length, array(
        select earlier.id from run earlier where earlier.id = any(queue.after)
          and earlier.status in ('queued', 'running', 'canceling', 'paused') order by earlier.id limit 20
      ) as after
      from queue where queue.id = any(${runIds}::bigint[])`),
  ];
}
