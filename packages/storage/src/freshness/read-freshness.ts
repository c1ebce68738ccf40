import type { Transaction } from "../database.ts";
import type { FreshnessChangeRow, FreshnessRow } from "./write-freshness.ts";

/** Reads how fresh all assets with a policy are, or the given ones. */
export async function readFreshness(
  { sql }: Transaction,
  query: { readonly environmentId: number; readonly assets?: readonly string[] },
): Promise<readonly FreshnessRow[]> {
  const only = query.assets === undefined ? sql`` : sql`and asset = any (${query.assets}::text[])`;
  return sql<FreshnessRow[]>`
    select asset, policy, state, since, judged_at as "judgedAt", materialized_at as "materializedAt",
      changes_at as "changesAt", overdue_at as "overdueAt"
    from freshness where environment_id = ${query.environmentId} ${only}`;
}

/** Changes of one asset's freshness, newest first. */
export async function readFreshnessHistory(
  { sql }: Transaction,
  query: {
    readonly environmentId: number;
    readonly asset: string;
    /** Only what comes before this one. */
    readonly before?: { readonly at: number; readonly id: number } | undefined;
    readonly limit: number;
  },
): Promise<readonly (FreshnessChangeRow & { readonly id: number })[]> {
  const { at = Number.MAX_SAFE_INTEGER, id = Number.MAX_SAFE_INTEGER } = query.before ?? {};
  return sql<(FreshnessChangeRow & { id: number })[]>`
    select id, asset, from_state as "from", to_state as "to", at from freshness_change
    where environment_id = ${query.environmentId} and asset = ${query.asset} and (at, id) < (${at}::bigint, ${id}::bigint)
    order by at desc, id desc limit ${query.limit}`;
}
