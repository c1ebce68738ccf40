import type { JsonValue, PoolUse, RunStatus, StepStatus } from "@heddle/core";
import type { ExceededLimit, RunLimits, RunPlan, RunPurpose } from "@heddle/core/internal";
import { asc, eq, inArray } from "drizzle-orm";
import type { Transaction } from "../database.ts";
import { run, runAsset } from "../schema/index.ts";

/** Steps by state. */
export type StepCounts = Readonly<Record<StepStatus, number>>;

/** How far a run is. */
export interface RunProgressRow {
  readonly id: number;
  readonly status: RunStatus;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly counts: StepCounts;
  readonly total: number;
}

/** One run with the sums over its assets. */
export interface RunRow extends RunProgressRow {
  readonly purpose: RunPurpose;
  readonly origin: Readonly<Record<string, JsonValue>>;
  readonly priority: number;
  readonly maxConcurrency: number | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: Date;
  readonly cancelRequestedAt: Date | null;
  /** Whether steps that ran when it was canceled may finish. */
  readonly letsFinish: boolean;
  /** Whether the newest partitions of an asset go first. */
  readonly newestFirst: boolean;
  readonly assetCount: number;
  /** Assets all of whose steps succeeded. */
  readonly assetsMade: number;
  /** Assets some of whose steps failed. */
  readonly assetsFailed: number;
  /** Ids of the first assets by position in the run. */
  readonly firstAssetIds: readonly number[];
}

const FIRST_ASSETS = 5;

/** The sums of a run's assets as columns; joined laterally to `r`. */
function sums(sql: Transaction["sql"]) {
  return sql`
    coalesce(sum(total), 0)::integer as total, count(*)::integer as "assetCount",
    (count(*) filter (where success = total))::integer as "assetsMade",
    (count(*) filter (where failed > 0))::integer as "assetsFailed",
    json_build_object('waiting', coalesce(sum(waiting), 0), 'ready', coalesce(sum(ready), 0),
      'running', coalesce(sum(running), 0), 'backoff', coalesce(sum(backoff), 0),
      'success', coalesce(sum(success), 0), 'failed', coalesce(sum(failed), 0),
      'skipped', coalesce(sum(skipped), 0), 'canceled', coalesce(sum(canceled), 0)) as counts`;
}

/** The columns of a {@link RunRow}; the caller selects from `run r` with {@link runJoins}. */
export function runColumns(sql: Transaction["sql"]) {
  return sql`
    r.id, r.status, r.purpose, r.origin, r.priority, r.max_concurrency as "maxConcurrency", r.tags, r.created_at as "createdAt",
    r.started_at as "startedAt", r.ended_at as "endedAt", r.cancel_requested_at as "cancelRequestedAt",
    r.lets_finish as "letsFinish", r.newest_first as "newestFirst",
    s.total, s."assetCount", s."assetsMade", s."assetsFailed", s.counts, f.ids as "firstAssetIds"`;
}

/** What {@link runColumns} needs beside `r`. */
export function runJoins(sql: Transaction["sql"]) {
  return sql`
    cross join lateral (select ${sums(sql)} from run_asset where run_id = r.id) as s
    cross join lateral (
      select coalesce(array_agg(asset_id order by position), '{}') as ids
      from (select asset_id, position from run_asset where run_id = r.id order by position limit ${FIRST_ASSETS}) as first
    ) as f`;
}

/** Makes text stand for itself in a LIKE pattern. */
export function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, (character) => `\\${character}`);
}

/** A run as its page needs it. */
export interface RunDetailRow extends RunRow {
  /** The frozen plan, as it was written. */
  readonly plan: RunPlan;
  readonly planHash: string;
  readonly codeVersionId: number;
  readonly codeVersionHash: string | null;
  readonly limits: RunLimits | null;
  readonly limitsExceeded: readonly ExceededLimit[] | null;
}

/** One run, or `null` when the environment has none with this id. */
export async function readRun(
  { sql }: Transaction,
  query: { readonly environmentId: number; readonly runId: number },
): Promise<RunDetailRow | null> {
  const [row] = await sql<RunDetailRow[]>`
    select ${runColumns(sql)}, r.plan, r.plan_hash as "planHash", r.code_version_id as "codeVersionId",
      cv.hash as "codeVersionHash", r.limits, r.limits_exceeded as "limitsExceeded"
    from run r ${runJoins(sql)} left join code_version cv on cv.id = r.code_version_id
    where r.id = ${query.runId} and r.environment_id = ${query.environmentId}`;
  return row ?? null;
}

/** How far some runs are, in no order; runs of other environments are left out. */
export async function readRunProgress(
  { sql }: Transaction,
  query: { readonly environmentId: number; readonly runIds: readonly number[] },
): Promise<RunProgressRow[]> {
  if (query.runIds.length === 0) return [];
  return [
    ...(await sql<RunProgressRow[]>`
      select r.id, r.status, r.started_at as "startedAt", r.ended_at as "endedAt", s.total, s.counts
      from run r cross join lateral (select ${sums(sql)} from run_asset where run_id = r.id) as s
      where r.id = any(${query.runIds}::bigint[]) and r.environment_id = ${query.environmentId}`),
  ];
}

/** One asset of a run. */
export interface RunAssetRow {
  readonly assetId: number;
  readonly position: number;
  readonly total: number;
  readonly counts: StepCounts;
  /** Pools that its steps count against; null for none. */
  readonly pools: readonly PoolUse[] | null;
}

/** The assets of a run in topological order. */
export async function readRunAssets({ drizzle }: Transaction, runId: number): Promise<RunAssetRow[]> {
  const { assetId, position, total, waiting, ready, running, backoff, success, failed, skipped, canceled, pools } =
    runAsset;
  return drizzle
    .select({
      assetId,
      position,
      total,
      pools,
      counts: { waiting, ready, running, backoff, success, failed, skipped, canceled },
    })
    .from(runAsset)
    .where(eq(runAsset.runId, runId))
    .orderBy(asc(position));
}

/** Assets that take part in any of some runs. */
export async function readRunAssetIds({ drizzle }: Transaction, runIds: readonly number[]): Promise<number[]> {
  if (runIds.length === 0) return [];
  const rows = await drizzle
    .selectDistinct({ assetId: runAsset.assetId })
    .from(runAsset)
    .where(inArray(runAsset.runId, [...runIds]));
  return rows.map(({ assetId }) => assetId);
}

/** The run that a launch under this key made; `null` before it has. */
export async function readRunIdByOriginKey({ drizzle }: Transaction, originKey: string): Promise<number | null> {
  const [found] = await drizzle.select({ id: run.id }).from(run).where(eq(run.originKey, originKey));
  return found?.id ?? null;
}

/** The runs that launches under some keys made, the first one first. */
export async function readRunsOfLaunch(
  { sql }: Transaction,
  originKeys: readonly string[],
): Promise<{ readonly runId: number; readonly total: number }[]> {
  const rows = await sql<{ runId: number; total: number }[]>`
    select id as "runId", total from run
    where origin_key = any(${originKeys}::text[]) order by id`;
  return [...rows];
}
