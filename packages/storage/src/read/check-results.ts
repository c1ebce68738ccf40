import type { JsonValue } from "@heddle/core";
import type { Transaction } from "../database.ts";

/** One result of one check on one partition. */
export interface CheckResultRow {
  readonly id: number;
  readonly assetId: number;
  readonly name: string;
  readonly ordinal: number;
  readonly runId: number;
  readonly passed: boolean;
  readonly severity: "warn" | "error";
  readonly blocking: boolean;
  readonly description: string | null;
  readonly metadata: Readonly<Record<string, JsonValue>> | null;
  readonly at: Date;
}

/** The columns of a {@link CheckResultRow}; the caller names the table `r`. */
export function checkResultColumns(sql: Transaction["sql"]) {
  return sql`r.id, r.asset_id as "assetId", r.name, r.ordinal, r.run_id as "runId", r.passed, r.severity, r.blocking,
    r.description, r.metadata, r.at`;
}

/** What the newest results of one check say: disjoint ranges of ordinals, one row for each outcome. */
export interface CheckVerdictRow {
  readonly assetId: number;
  readonly name: string;
  readonly outcome: CheckVerdict;
  /** Flat half-open ranges. */
  readonly ranges: readonly number[];
  /** The newest result among them. */
  readonly lastId: number;
}

export type CheckVerdict = "passed" | "warned" | "failed";

/** Assets whose results are gathered in one statement. */
const ASSETS_PER_STATEMENT = 500;

/** How a result counts. */
export function verdictOf(result: { readonly passed: boolean; readonly severity: "warn" | "error" }): CheckVerdict {
  if (result.passed) return "passed";
  return result.severity === "warn" ? "warned" : "failed";
}

/** A page of outcomes, and the asset after which to go on; `null` at the end. */
export interface CheckVerdictPage {
  readonly outcomes: readonly CheckVerdictRow[];
  readonly nextAfter: number | null;
}

interface OutcomeRecord {
  readonly lastAssetId: number | null;
  readonly assetId: number;
  readonly name: string;
  readonly outcome: CheckVerdict;
  /** `null` where no asset of the page has a result. */
  readonly ranges: string | null;
  readonly lastId: number;
}

/**
 * Gathers the newest result of every check on every partition, up to the result `untilId`, for the assets after
 * `afterAssetId`, some hundred at a time. It reads every result that is kept, so it is for the start of a process;
 * afterwards {@link readNewCheckResults} keeps what it gave up to date.
 */
export async function readCheckVerdicts(
  { sql }: Transaction,
  query: { readonly environmentId: number; readonly untilId: number; readonly afterAssetId: number },
): Promise<CheckVerdictPage> {
  const rows = await sql<OutcomeRecord[]>`
    with assets as (
      select id from asset where id > ${query.afterAssetId} order by id limit ${ASSETS_PER_STATEMENT}
    ), newest as (
      select distinct on (r.asset_id, r.name, r.ordinal) r.asset_id, r.name, r.ordinal, r.id,
        case when r.passed then 'passed' when r.severity = 'warn' then 'warned' else 'failed' end as outcome
      from assets join check_result r on r.asset_id = assets.id
      where r.environment_id = ${query.environmentId} and r.id <= ${query.untilId}
      order by r.asset_id, r.name, r.ordinal, r.id desc
    )
    select last.id as "lastAssetId", newest.asset_id as "assetId", newest.name, newest.outcome,
      range_agg(int8range(newest.ordinal, newest.ordinal + 1))::text as ranges, max(newest.id) as "lastId"
    from (select max(id) as id from assets) as last left join newest on true
    group by last.id, newest.asset_id, newest.name, newest.outcome`;
  return {
    outcomes: rows.flatMap(({ assetId, name, outcome, ranges, lastId }) =>
      ranges === null ? [] : [{ assetId, name, outcome, ranges: parseMultirange(ranges), lastId }],
    ),
    nextAfter: rows[0]?.lastAssetId ?? null,
  };
}

/** `{[1,3),[5,6)}` → `[1, 3, 5, 6]`; the server writes ranges over whole numbers half open. */
function parseMultirange(text: string): number[] {
  return [...text.matchAll(/-?\d+/g)].map((match) => Number(match[0]));
}

/** How many results of each run did not pass, up to the result `untilId`, for the newest runs. */
export async function readRunCheckCounts(
  { sql }: Transaction,
  query: { readonly environmentId: number; readonly untilId: number; readonly limit: number },
): Promise<{ runId: number; warned: number; failed: number }[]> {
  return [
    ...(await sql<{ runId: number; warned: number; failed: number }[]>`
    select run_id as "runId", count(*) filter (where severity = 'warn')::integer as warned,
      count(*) filter (where severity = 'error')::integer as failed
    from check_result
    where environment_id = ${query.environmentId} and id <= ${query.untilId} and not passed
    group by run_id order by run_id desc limit ${query.limit}`),
  ];
}

/** The parts of a result that standings are made of. */
export type NewCheckResult = Pick<
  CheckResultRow,
  "id" | "assetId" | "name" | "ordinal" | "runId" | "passed" | "severity" | "at"
> & { readonly environmentId: number };

/**
 * An id up to which every result is there for good: ids are given out before their transaction commits, but none stays
 * open for a minute. 0 without any such result.
 */
export async function readSettledCheckResultId({ sql }: Transaction): Promise<number> {
  const [row] = await sql<{ id: number }[]>`
    select id from check_result where at < clock_timestamp() - interval '1 minute' order by id desc limit 1`;
  return row?.id ?? 0;
}

/**
 * Results after `afterId`, and those among `gaps` (flat half-open ranges of ids) that have appeared by now: ids are given
 * out before their transaction commits, so a lower id may appear after a higher one. In the order of the ids.
 */
export async function readNewCheckResults(
  { sql }: Transaction,
  query: { readonly afterId: number; readonly gaps: readonly number[]; readonly limit: number },
): Promise<NewCheckResult[]> {
  const starts = query.gaps.filter((_, i) => i % 2 === 0);
  const ends = query.gaps.filter((_, i) => i % 2 === 1);
  const columns = sql`r.id, r.environment_id as "environmentId", r.asset_id as "assetId", r.name, r.ordinal,
      r.run_id as "runId", r.passed, r.severity, r.at`;
  const late =
    starts.length === 0
      ? []
      : await sql<NewCheckResult[]>`
            select ${columns} from unnest(${starts}::bigint[], ${ends}::bigint[]) as gap (low, high)
            join check_result r on r.id >= gap.low and r.id < gap.high order by r.id`;
  const fresh = await sql<NewCheckResult[]>`
    select ${columns} from check_result r where r.id > ${query.afterId} order by r.id limit ${query.limit}`;
  return [...late, ...fresh];
}

/** Results by id, in no order. */
export async function readCheckResultsById({ sql }: Transaction, ids: readonly number[]): Promise<CheckResultRow[]> {
  if (ids.length === 0) return [];
  return [
    ...(await sql<CheckResultRow[]>`
    select id, asset_id as "assetId", name, ordinal, run_id as "runId", passed, severity, blocking, description,
      metadata, at
    from check_result where id = any(${ids}::bigint[])`),
  ];
}

/** The newest result of checks on one partition each, in no order; those without a result are left out. */
export async function readNewestCheckResults(
  { sql }: Transaction,
  query: {
    readonly environmentId: number;
    readonly of: readonly { readonly assetId: number; readonly name: string; readonly ordinal: number }[];
  },
): Promise<CheckResultRow[]> {
  if (query.of.length === 0) return [];
  return [
    ...(await sql<CheckResultRow[]>`
    select ${checkResultColumns(sql)}
    from unnest(${query.of.map(({ assetId }) => assetId)}::bigint[], ${query.of.map(({ name }) => name)}::text[],
      ${query.of.map(({ ordinal }) => ordinal)}::bigint[]) as wanted (asset_id, name, ordinal)
    cross join lateral (
      select * from check_result
      where asset_id = wanted.asset_id and name = wanted.name and ordinal = wanted.ordinal
        and environment_id = ${query.environmentId}
      order by id desc limit 1
    ) as r`),
  ];
}

/** Results on one partition of one asset, newest first. The index leads by check, so their names are asked for. */
export async function readPartitionCheckResults(
  { sql }: Transaction,
  query: {
    readonly environmentId: number;
    readonly assetId: number;
    readonly ordinal: number;
    readonly names: readonly string[];
    /** Only of this run. */
    readonly runId?: number;
    readonly limit: number;
  },
): Promise<CheckResultRow[]> {
  const ofRun = query.runId === undefined ? sql`` : sql`and run_id = ${query.runId}`;
  return [
    ...(await sql<CheckResultRow[]>`
    select ${checkResultColumns(sql)}
    from unnest(${query.names}::text[]) as wanted (name)
    cross join lateral (
      select * from check_result
      where asset_id = ${query.assetId} and name = wanted.name and ordinal = ${query.ordinal}
        and environment_id = ${query.environmentId} ${ofRun}
      order by id desc limit ${query.limit}
    ) as r
    order by r.id desc limit ${query.limit}`),
  ];
}

/** The newest results of one check, and what they say together. */
export interface CheckTrailRow {
  readonly assetId: number;
  readonly name: string;
  /** The newest, the oldest of them first: id, ordinal, outcome by its first letter, epoch milliseconds. */
  readonly recent: readonly (readonly [id: number, ordinal: number, outcome: "p" | "w" | "f", atMs: number])[];
  /** When an outcome last was another one than before on its partition, or none before and no success. */
  readonly changedAt: Date | null;
}

/**
 * Gathers the newest results of every check up to the result `untilId`, for the assets after `afterAssetId`, some hundred
 * at a time. It reads every result that is kept, so it is asked once in the life of a process.
 */
export async function readCheckTrails(
  { sql }: Transaction,
  query: {
    readonly environmentId: number;
    readonly untilId: number;
    readonly afterAssetId: number;
    readonly length: number;
  },
): Promise<{ readonly trails: readonly CheckTrailRow[]; readonly nextAfter: number | null }> {
  const { environmentId, untilId, afterAssetId, length } = query;
  // Where no asset of the page has a result there is one row, without a trail.
  const rows = await sql<(CheckTrailRow & { readonly lastAssetId: number | null })[]>`
    with assets as (
      select id from asset where id > ${afterAssetId} order by id limit ${ASSETS_PER_STATEMENT}
    ), results as (
      select r.asset_id, r.name, r.ordinal, r.id, r.at,
        case when r.passed then 'p' when r.severity = 'warn' then 'w' else 'f' end as outcome
      from assets join check_result r on r.asset_id = assets.id
      where r.environment_id = ${environmentId} and r.id <= ${untilId}
    ), placed as (
      select *, lag(outcome, 1, 'p') over (partition by asset_id, name, ordinal order by id) as before,
        row_number() over (partition by asset_id, name order by id desc) as place
      from results
    ), trail as (
      select asset_id, name, max(at) filter (where outcome <> before) as changed_at,
        json_agg(json_build_array(id, ordinal, outcome, floor(extract(epoch from at) * 1000)::bigint) order by id)
          filter (where place <= ${length}) as recent
      from placed group by asset_id, name
    )
    select last.id as "lastAssetId", asset_id as "assetId", name, recent, changed_at as "changedAt"
    from (select max(id) as id from assets) as last left join trail on true`;
  return { trails: rows.filter(({ recent }) => recent !== null), nextAfter: rows[0]?.lastAssetId ?? null };
}
