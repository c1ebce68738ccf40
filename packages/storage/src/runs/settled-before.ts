import type { TransactionSql } from "../database.ts";
import type { AttemptPlace } from "./step-outcome.ts";

/**
 * Says which steps were settled before by the very claim that they name: those whose answer got lost on the way. All
 * others that are not owned were taken away from their worker.
 *
 * @returns indices into `places`
 */
export async function findSettledBefore(
  sql: TransactionSql,
  places: readonly (AttemptPlace & { readonly checks?: readonly { readonly name: string }[] })[],
): Promise<Set<number>> {
  const rows = await sql<{ index: number }[]>`
    select k.index::integer as index
    from unnest(
      ${places.map((place) => place.runId)}::bigint[], ${places.map((place) => place.assetId)}::integer[],
      ${places.map((place) => place.ordinal)}::bigint[], ${places.map((place) => place.claimId)}::bigint[],
      ${places.map(({ checks }) => checks?.[0]?.name ?? null)}::text[]
    ) with ordinality as k(run_id, asset_id, ordinal, claim_id, check_name, index)
    where exists (
      select from materialization m
      where m.asset_id = k.asset_id and m.ordinal = k.ordinal and m.run_id = k.run_id and m.claim_id = k.claim_id
    ) or exists (
      select from attempt a
      where a.run_id = k.run_id and a.asset_id = k.asset_id and a.ordinal = k.ordinal and a.claim_id = k.claim_id
    ) or exists (
      select from check_result c
      where c.asset_id = k.asset_id and c.name = k.check_name and c.ordinal = k.ordinal and c.claim_id = k.claim_id
    )`;
  return new Set(rows.map(({ index }) => index - 1));
}
