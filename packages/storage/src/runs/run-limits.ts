import { type JsonValue } from "@heddle/core";
import { judgeLimits, type ExceededLimit, type LimitedRun, type RunLimits } from "@heddle/core/internal";
import type { Database, TransactionSql } from "../database.ts";
import { cancelWithin, changeRun, type RunChangeResult } from "./control-run.ts";

/** Runs that one look at the database brings. */
const LIST_LIMIT = 1_000;

interface LimitedRow extends Omit<LimitedRun, "exceeded" | "limits"> {
  readonly limits: RunLimits | null;
  readonly exceeded: readonly ExceededLimit[] | null;
}

/** What the limits of a run `r` are judged by. */
function columns(sql: TransactionSql) {
  const ms = (instant: string) => sql`(extract(epoch from ${sql.unsafe(instant)}) * 1000)::double precision`;
  return sql`
    r.id as "runId", r.status, r.limits, r.limits_exceeded as exceeded, ${ms("r.created_at")} as "createdAt",
    ${ms("r.started_at")} as "startedAt", ${ms("clock_timestamp()")} as now,
    exists (select from run_asset a where a.run_id = r.id and a.waiting + a.ready < a.total) as "hasBegun"`;
}

/** Runs of which a limit may be exceeded by now, the most overdue first. */
export async function readLimitedRuns(sql: TransactionSql): Promise<LimitedRun[]> {
  const rows = await sql<LimitedRow[]>`
    select ${columns(sql)} from run r
    where r.limit_at <= clock_timestamp() and r.limit_at is not null and r.ended_at is null
    order by r.limit_at limit ${LIST_LIMIT}::integer`;
  return rows.map(toLimitedRun);
}

/**
 * Tells of the limits that a run has exceeded, cancels it where that was wanted, and notes when to look again. What is
 * due is judged by what the transaction has locked, so that it happens once, whoever asks for it and however often.
 * @throws RUN_UNKNOWN
 */
export async function keepRunLimits(db: Database, runId: number): Promise<RunChangeResult> {
  return changeRun(db, { name: "keepRunLimits", runId }, async (sql, work, run) => {
    const [row] = await sql<LimitedRow[]>`select ${columns(sql)} from run r where r.id = ${runId}`;
    if (row === undefined) return false;
    const judged = toLimitedRun(row);
    const { exceeded, nextAt } = judgeLimits(judged);
    const all = [...judged.exceeded, ...exceeded];
    await sql`
      update run set limit_at = to_timestamp(${nextAt}::double precision / 1000),
        limits_exceeded = ${all.length === 0 ? null : JSON.stringify(all)}::text::jsonb
      where id = ${runId}`;
    for (const late of exceeded) {
      const payload: JsonValue = { status: run.status, ...late };
      work.events.push({ kind: "run_late", runId, assetId: null, partitions: null, payload });
    }
    if (exceeded.some(({ action }) => action === "cancel")) await cancelWithin(sql, work, { run });
    return exceeded.length > 0;
  });
}

function toLimitedRun({ limits, exceeded, ...row }: LimitedRow): LimitedRun {
  return { ...row, limits: limits ?? {}, exceeded: exceeded ?? [] };
}
