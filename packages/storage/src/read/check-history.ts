import type { Transaction } from "../database.ts";
import { checkResultColumns, type CheckResultRow, type CheckVerdict } from "./check-results.ts";

export interface CheckHistoryQuery {
  readonly environmentId: number;
  readonly assetId: number;
  /** Names of the checks that are wanted: the index leads by asset and check. */
  readonly names: readonly string[];
  /** Only results on this partition; on all when left out. */
  readonly ordinal?: number | undefined;
  /** Only results that count as this. */
  readonly verdict?: CheckVerdict | undefined;
  /** Only results before this one. */
  readonly beforeId?: number | undefined;
  readonly limit: number;
}

/** Results of an asset's checks, superseded ones included, newest first. */
export async function readCheckHistory({ sql }: Transaction, query: CheckHistoryQuery): Promise<CheckResultRow[]> {
  const { environmentId, assetId, names, ordinal, verdict, beforeId, limit } = query;
  const conditions = [
    sql`asset_id = ${assetId} and name = wanted.name and environment_id = ${environmentId}`,
    ...(ordinal === undefined ? [] : [sql`ordinal = ${ordinal}`]),
    ...(beforeId === undefined ? [] : [sql`id < ${beforeId}`]),
    ...(verdict === undefined ? [] : [verdict === "passed" ? sql`passed` : sql`not passed`]),
    ...(verdict === undefined || verdict === "passed"
      ? []
      : [sql`severity = ${verdict === "warned" ? "warn" : "error"}`]),
  ];
  const where = conditions.reduce((all, condition) => sql`${all} and ${condition}`);
  return [
    ...(await sql<CheckResultRow[]>`
      select ${checkResultColumns(sql)}
      from unnest(${names}::text[]) as wanted (name)
      cross join lateral (select * from check_result where ${where} order by id desc limit ${limit}) as r
      order by r.id desc limit ${limit}`),
  ];
}
