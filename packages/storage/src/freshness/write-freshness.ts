import type { FreshnessState } from "@heddle/core";
import type { FreshnessSpec } from "@heddle/core/internal";
import type { Transaction } from "../database.ts";
import { asJson } from "../json.ts";

/** How fresh one asset is. Instants are epoch milliseconds. */
export interface FreshnessRow {
  readonly asset: string;
  readonly policy: FreshnessSpec;
  readonly state: FreshnessState;
  readonly since: number;
  /** Up to which instant it was judged. */
  readonly judgedAt: number;
  readonly materializedAt: number | null;
  /** When the state is another one although nothing is materialized. */
  readonly changesAt: number | null;
  readonly overdueAt: number | null;
}

/** One change of an asset's freshness, at the instant at which it happened. */
export interface FreshnessChangeRow {
  readonly asset: string;
  /** `null` for the first state that is known. */
  readonly from: FreshnessState | null;
  readonly to: FreshnessState;
  readonly at: number;
}

/** What is to be written about freshness. */
export interface FreshnessWrite {
  readonly rows: readonly FreshnessRow[];
  /** In the order in which they happened. */
  readonly changes: readonly FreshnessChangeRow[];
  /** Assets that have no policy any more; their history stays. */
  readonly gone: readonly string[];
}

/** Nothing to write. */
export const NO_FRESHNESS_WRITE: FreshnessWrite = { rows: [], changes: [], gone: [] };

/** Writes how fresh assets are, and what changed. */
export async function writeFreshness(
  { sql }: Transaction,
  environmentId: number,
  { rows, changes, gone }: FreshnessWrite,
): Promise<void> {
  if (rows.length > 0) {
    await sql`
      insert into freshness (environment_id, asset, policy, state, since, judged_at, materialized_at, changes_at, overdue_at)
      select ${environmentId}::smallint, * from unnest(
        ${rows.map(({ asset }) => asset)}::text[], ${rows.map(({ policy }) => asJson(policy))}::jsonb[],
        ${rows.map(({ state }) => state)}::text[], ${rows.map(({ since }) => since)}::bigint[],
        ${rows.map(({ judgedAt }) => judgedAt)}::bigint[], ${rows.map(({ materializedAt }) => materializedAt)}::bigint[],
        ${rows.map(({ changesAt }) => changesAt)}::bigint[], ${rows.map(({ overdueAt }) => overdueAt)}::bigint[]
      )
      on conflict (environment_id, asset) do update set policy = excluded.policy, state = excluded.state,
        since = excluded.since, judged_at = excluded.judged_at, materialized_at = excluded.materialized_at,
        changes_at = excluded.changes_at, overdue_at = excluded.overdue_at`;
  }
  if (changes.length > 0) {
    await sql`
      insert into freshness_change (environment_id, asset, from_state, to_state, at)
      select ${environmentId}::smallint, asset, from_state, to_state, at from unnest(
        ${changes.map(({ asset }) => asset)}::text[], ${changes.map(({ from }) => from)}::text[],
        ${changes.map(({ to }) => to)}::text[], ${changes.map(({ at }) => at)}::bigint[]
      ) with ordinality as k (asset, from_state, to_state, at, place) order by place`;
  }
  if (gone.length > 0) {
    await sql`delete from freshness where environment_id = ${environmentId} and asset = any (${gone}::text[])`;
  }
}
