import { PartitionSet, type AssetSnapshot } from "@heddle/core/internal";
import type { Transaction } from "../database.ts";

/** How much happened between two instants, in buckets of equal length. */
export interface EventDensity {
  /** Batches of materializations in each bucket. */
  readonly materialized: readonly number[];
  /** Batches of failures in each bucket. */
  readonly failed: readonly number[];
  /** When code was loaded, the oldest first. */
  readonly loads: readonly { readonly at: Date; readonly codeVersionId: number; readonly codeLocation: string }[];
  /** The oldest moment of which anything is known; `null` while nothing was ever loaded. */
  readonly first: Date | null;
}

export interface EventDensityQuery {
  readonly environmentId: number;
  readonly from: Date;
  /** Exclusive. */
  readonly to: Date;
  readonly buckets: number;
}

/** Loads of code that are told of one stretch of time. */
const MAX_LOADS = 200;

/** Reads how much happened in a stretch of time. Two statements. */
export async function readEventDensity({ sql }: Transaction, query: EventDensityQuery): Promise<EventDensity> {
  const { environmentId, from, to, buckets } = query;
  const rows = await sql<{ bucket: number; materialized: number; failed: number }[]>`
    select
      least(${buckets}::integer, width_bucket(
        extract(epoch from e.at)::float8, extract(epoch from ${from}::timestamptz)::float8,
        extract(epoch from ${to}::timestamptz)::float8, ${buckets}::integer
      )) - 1 as bucket,
      count(*) filter (where e.kind = 'materialized')::integer as materialized,
      count(*) filter (where e.kind = 'steps_failed')::integer as failed
    from event e left join run r on r.id = e.run_id
    where e.at >= ${from} and e.at < ${to} and e.kind in ('materialized', 'steps_failed')
      and r.environment_id = ${environmentId}
    group by 1`;
  const loads = await sql<{ at: Date | null; codeVersionId: number; codeLocation: string; first: Date | null }[]>`
    select load.at, load.id as "codeVersionId", load.name as "codeLocation", (select min(created_at) from code_version) as first
    from (select 1) as one left join lateral (
      select e.at, (e.payload ->> 'codeVersionId')::integer as id, e.payload ->> 'location' as name
      from event e where e.kind = 'code_loaded' and e.at >= ${from} and e.at < ${to}
      order by e.id desc limit ${MAX_LOADS}
    ) as load on true
    order by load.at`;
  const column = (figure: "materialized" | "failed"): number[] => {
    const values = Array.from({ length: buckets }, () => 0);
    for (const row of rows) values[row.bucket] = row[figure];
    return values;
  };
  return {
    materialized: column("materialized"),
    failed: column("failed"),
    loads: loads.flatMap(({ at, codeVersionId, codeLocation }) =>
      at === null ? [] : [{ at, codeVersionId, codeLocation }],
    ),
    first: loads[0]?.first ?? null,
  };
}

/** Which version of a code location was in force. */
export interface VersionInForce {
  readonly codeLocation: string;
  /** `null`: there was none yet, or it is not kept any more. */
  readonly codeVersionId: number | null;
  readonly currentCodeVersionId: number | null;
}

/** Reads which versions of code locations were in force at a moment: by what was loaded, or else by what was there. */
export async function readVersionsInForce({ sql }: Transaction, at: Date): Promise<VersionInForce[]> {
  return [
    ...(await sql<VersionInForce[]>`
      select l.name as "codeLocation", coalesce(loaded.id, made.id) as "codeVersionId",
        l.current_code_version_id as "currentCodeVersionId"
      from code_location l
      left join lateral (
        select v.id from event e join code_version v on v.id = (e.payload ->> 'codeVersionId')::integer
        where e.kind = 'code_loaded' and e.payload ->> 'location' = l.name and e.at <= ${at}
        order by e.id desc limit 1
      ) as loaded on true
      left join lateral (
        select v.id from code_version v where v.code_location_id = l.id and v.created_at <= ${at}
        order by v.created_at desc, v.id desc limit 1
      ) as made on true
      order by l.id`),
  ];
}

/** One version of a code location's definitions. */
export interface DefinitionsVersionRow {
  readonly id: number;
  readonly codeLocation: string;
  readonly hash: string;
  readonly createdAt: Date;
  readonly assets: number;
  readonly isCurrent: boolean;
}

/** The versions of definitions that are kept, the newest first. */
export async function readDefinitionsVersions({ sql }: Transaction, limit: number): Promise<DefinitionsVersionRow[]> {
  return [
    ...(await sql<DefinitionsVersionRow[]>`
      select v.id, l.name as "codeLocation", v.hash, v.created_at as "createdAt",
        jsonb_array_length(v.snapshot -> 'assets') as assets, l.current_code_version_id = v.id as "isCurrent"
      from code_version v join code_location l on l.id = v.code_location_id
      order by v.created_at desc, v.id desc limit ${limit}`),
  ];
}

/** The definitions of one version of a code location. */
export interface FormerSnapshot {
  readonly id: number;
  readonly codeLocation: string;
  readonly hash: string;
  readonly createdAt: Date;
  readonly assets: readonly AssetSnapshot[];
}

/** Reads what versions of code locations declared; those that are not kept any more are left out. */
export async function readFormerSnapshots({ sql }: Transaction, ids: readonly number[]): Promise<FormerSnapshot[]> {
  return [
    ...(await sql<FormerSnapshot[]>`
      select v.id, l.name as "codeLocation", v.hash, v.created_at as "createdAt", v.snapshot -> 'assets' as assets
      from code_version v join code_location l on l.id = v.code_location_id
      where v.id = any (${ids}::integer[]) order by v.id`),
  ];
}

/** What was known of an asset's partitions at a moment, as far as it differs from now. */
export interface PastState {
  /** Partitions that were made for the first time after the moment. */
  readonly madeLater: number;
  /** Newest materialization before the moment, to the end of its run; `null` for none. Only where something was made later. */
  readonly lastMaterializedAt: Date | null;
  /** Whether anything was made after the moment: `lastMaterializedAt` then counts, else what is known now. */
  readonly changedLater: boolean;
  /** Partitions whose newest outcome in a run that was over at the moment was a failure. */
  readonly failed: PartitionSet;
  /** Whether a run that was not over at the moment had work on it that was not done. */
  readonly work: "running" | "queued" | null;
}

export interface PastStatesQuery {
  readonly environmentId: number;
  readonly at: Date;
}

/** Rows of sets that are looked through for failures; older ones than these are taken for repaired. */
const MAX_OUTCOMES = 50_000;

interface PastStateBuilder {
  madeLater: number;
  lastMaterializedAt: Date | null;
  changedLater: boolean;
  failed: PartitionSet;
  work: "running" | "queued" | null;
}

/**
 * Reads how assets stood at a moment, by asset id; one that stood as it does now is not in the answer. Four statements,
 * whatever their number. What it costs grows with what has been made since the moment.
 */
export async function readPastStates(tx: Transaction, query: PastStatesQuery): Promise<Map<number, PastState>> {
  const states = new Map<number, PastStateBuilder>();
  const stateOf = (assetId: number): PastStateBuilder => {
    let state = states.get(assetId);
    if (state === undefined) {
      state = { madeLater: 0, lastMaterializedAt: null, changedLater: false, failed: PartitionSet.EMPTY, work: null };
      states.set(assetId, state);
    }
    return state;
  };
  const later = await readMadeLater(tx, query);
  for (const { assetId, firsts } of later) {
    stateOf(assetId).madeLater = firsts;
    stateOf(assetId).changedLater = true;
  }
  const changed = later.map(({ assetId }) => assetId);
  for (const { assetId, at } of await readLastBefore(tx, query, changed)) stateOf(assetId).lastMaterializedAt = at;
  for (const { assetId, status } of await readOpenThen(tx, query)) {
    const state = stateOf(assetId);
    if (state.work !== "running") state.work = status;
  }
  for (const [assetId, failed] of await readFailedThen(tx, query, changed)) stateOf(assetId).failed = failed;
  return states;
}

/** Partitions that were made after the moment, and how many of them for the first time. */
async function readMadeLater(
  { sql }: Transaction,
  { environmentId, at }: PastStatesQuery,
): Promise<readonly { assetId: number; firsts: number }[]> {
  return sql<{ assetId: number; firsts: number }[]>`
    select later.asset_id as "assetId", count(*) filter (where not exists (
      select from materialization earlier join run er on er.id = earlier.run_id and er.environment_id = ${environmentId}
      where earlier.asset_id = later.asset_id and earlier.ordinal = later.ordinal and earlier.published_at <= ${at}
    ))::integer as firsts
    from (
      select distinct m.asset_id, m.ordinal
      from materialization m join run r on r.id = m.run_id and r.environment_id = ${environmentId}
      where m.published_at > ${at}
    ) as later
    group by later.asset_id`;
}

async function readLastBefore(
  { sql }: Transaction,
  { environmentId, at }: PastStatesQuery,
  assetIds: readonly number[],
): Promise<readonly { assetId: number; at: Date }[]> {
  return sql<{ assetId: number; at: Date }[]>`
    select a.id as "assetId", last.at from unnest(${assetIds}::integer[]) as a (id)
    cross join lateral (
      select least(coalesce(r.ended_at, ${at}), ${at}) as at
      from run_asset ra join run r on r.id = ra.run_id and r.environment_id = ${environmentId}
      where ra.asset_id = a.id and ra.success > 0 and r.purpose = 'materialize' and r.started_at <= ${at}
      order by ra.run_id desc limit 1
    ) as last`;
}

/** Assets that runs had not finished at the moment. */
async function readOpenThen(
  { sql }: Transaction,
  { environmentId, at }: PastStatesQuery,
): Promise<readonly { assetId: number; status: "running" | "queued" }[]> {
  return sql<{ assetId: number; status: "running" | "queued" }[]>`
    select ra.asset_id as "assetId", case when r.started_at <= ${at} then 'running' else 'queued' end as status
    from run r join run_asset ra on ra.run_id = r.id
    where r.environment_id = ${environmentId} and r.purpose = 'materialize' and r.created_at <= ${at} and (r.ended_at is null or r.ended_at > ${at})
      and (ra.success < ra.total or exists (
        select from materialization m
        where m.published_at > ${at} and m.asset_id = ra.asset_id and m.run_id = ra.run_id
      ))`;
}

/**
 * What had failed by the moment: among the assets of which partitions are failed now, or were made since, the outcomes of
 * the runs that were over then are put on top of each other.
 */
async function readFailedThen(
  { sql }: Transaction,
  { environmentId, at }: PastStatesQuery,
  changed: readonly number[],
): Promise<Map<number, PartitionSet>> {
  const rows = await sql<{ assetId: number; success: Uint8Array; failed: Uint8Array }[]>`
    with suspect as (
      select distinct asset_id from asset_chunk
      where environment_id = ${environmentId} and (asset_id = any (${changed}::integer[]) or failed <> ${PartitionSet.EMPTY.encode()})
    ), failing as (
      select s.asset_id, min(ra.run_id) as run_id
      from suspect s join run_asset ra on ra.asset_id = s.asset_id and ra.failed > 0
      join run r on r.id = ra.run_id and r.environment_id = ${environmentId} and r.ended_at <= ${at}
        and r.purpose = 'materialize'
      group by s.asset_id
    )
    select c.asset_id as "assetId", c.success, c.failed
    from failing f join run_asset ra on ra.asset_id = f.asset_id and ra.run_id >= f.run_id
    join run r on r.id = ra.run_id and r.environment_id = ${environmentId} and r.ended_at <= ${at}
      and r.purpose = 'materialize'
    join run_chunk c on c.run_id = ra.run_id and c.asset_id = ra.asset_id
    order by c.run_id desc, c.asset_id, c.chunk limit ${MAX_OUTCOMES}`;
  const failed = new Map<number, PartitionSet>();
  for (const row of rows.toReversed()) {
    const before = failed.get(row.assetId) ?? PartitionSet.EMPTY;
    const after = before.union(PartitionSet.decode(row.failed)).subtract(PartitionSet.decode(row.success));
    failed.set(row.assetId, after);
  }
  return failed;
}
