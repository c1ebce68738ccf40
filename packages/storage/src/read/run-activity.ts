import type { JsonValue, RunStatus } from "@heddle/core";
import type { Transaction } from "../database.ts";

/** A run as a bar of a timeline. */
export interface TimelineRunRow {
  readonly id: number;
  readonly status: RunStatus;
  readonly origin: Readonly<Record<string, JsonValue>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly total: number;
  readonly failed: number;
  /** The first assets by position in the run. */
  readonly assetIds: readonly number[];
  /** The first assets of which a step failed, by position in the run. */
  readonly failedIds: readonly number[];
  readonly assetCount: number;
}

/** Runs that are looked through for those of a span of time: older ones began long before any span that is looked at. */
const NEWEST_RUNS = 5_000;
/** Assets of a run that are told. */
const FIRST_ASSETS = 5;
/** Assets of a run with failed steps that are told. */
const FIRST_FAILED = 100;

/** Runs that were queued or under way at any time of a span, the newest first. */
export async function readTimelineRuns(
  { sql }: Transaction,
  query: { readonly environmentId: number; readonly from: number; readonly to: number; readonly limit: number },
): Promise<TimelineRunRow[]> {
  return sql<TimelineRunRow[]>`
    with newest as materialized (
      select id, status, origin, tags, created_at, started_at, ended_at from run
      where environment_id = ${query.environmentId} order by id desc limit ${NEWEST_RUNS}::integer
    ), shown as materialized (
      select * from newest
      where created_at < to_timestamp(${query.to / 1000}) and (ended_at is null or ended_at >= to_timestamp(${query.from / 1000}))
      order by id desc limit ${query.limit}::integer
    )
    select r.id, r.status, r.origin, r.tags, r.created_at as "createdAt", r.started_at as "startedAt", r.ended_at as "endedAt",
      s.total, s.failed, s."assetIds", s."failedIds", s."assetCount"
    from shown r cross join lateral (
      select coalesce(sum(total), 0)::integer as total, coalesce(sum(failed), 0)::integer as failed,
        count(*)::integer as "assetCount",
        coalesce((array_agg(asset_id order by position))[1:${FIRST_ASSETS}::integer], '{}') as "assetIds",
        coalesce((array_agg(asset_id order by position) filter (where failed > 0))[1:${FIRST_FAILED}::integer], '{}') as "failedIds"
      from run_asset where run_id = r.id
    ) as s order by r.id desc`;
}

/** What runs that were created within one span of time did with one asset. */
export interface ActivityRow {
  readonly assetId: number;
  /** Which span: 0 for the one that begins at the first bound. */
  readonly span: number;
  readonly success: number;
  readonly failed: number;
  readonly skipped: number;
  readonly open: number;
}

/**
 * What runs did with each asset, by the span of time in which they were created. `bounds`: epoch milliseconds, ascending; a
 * span reaches from one up to the next. Only where there is something.
 */
export async function readActivity(
  { sql }: Transaction,
  { environmentId, bounds }: { readonly environmentId: number; readonly bounds: readonly number[] },
): Promise<ActivityRow[]> {
  const seconds = bounds.map((bound) => bound / 1000);
  return sql<ActivityRow[]>`
    select a.asset_id as "assetId",
      width_bucket(extract(epoch from r.created_at)::double precision, ${seconds}::double precision[]) - 1 as span,
      sum(a.success)::integer as success, sum(a.failed)::integer as failed,
      sum(a.skipped + a.canceled)::integer as skipped,
      sum(a.waiting + a.ready + a.running + a.backoff)::integer as open
    from run r join run_asset a on a.run_id = r.id
    where r.environment_id = ${environmentId} and r.purpose = 'materialize'
      and r.created_at >= to_timestamp(${seconds[0] ?? 0}) and r.created_at < to_timestamp(${seconds.at(-1) ?? 0})
    group by 1, 2`;
}

/** How long the steps of an asset took in its last runs. */
export interface RecentDurationsRow {
  readonly assetId: number;
  /** Mean of each run, the oldest first, in milliseconds. */
  readonly meansMs: readonly number[];
}

/** The mean duration of the steps of some assets in each of their last runs that made any partition. */
export async function readRecentDurations(
  { sql }: Transaction,
  query: { readonly environmentId: number; readonly assetIds: readonly number[]; readonly runs: number },
): Promise<RecentDurationsRow[]> {
  if (query.assetIds.length === 0) return [];
  return sql<RecentDurationsRow[]>`
    select asset.id as "assetId", last.means as "meansMs"
    from unnest(${query.assetIds}::integer[]) as asset (id)
    cross join lateral (
      select array_agg(mean order by run_id) as means from (
        select a.run_id, round(a.duration_ms::numeric / a.success)::integer as mean
        from run_asset a join run r on r.id = a.run_id
        where a.asset_id = asset.id and a.success > 0 and r.purpose = 'materialize' and r.environment_id = ${query.environmentId}
        order by a.run_id desc limit ${query.runs}::integer
      ) as newest
    ) as last
    where last.means is not null`;
}
