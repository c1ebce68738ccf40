import { type JsonValue } from "@heddle/core";
import { PartitionSet, type OrdinalRanges, type PartitionsSpec } from "@heddle/core/internal";
import type { Transaction } from "../database.ts";
import type { EventCursor } from "../events.ts";

/** What may change what a condition looks at. */
const KINDS = [
  "materialized",
  "checks_run",
  "steps_failed",
  "steps_retrying",
  "steps_skipped",
  "steps_canceled",
  "run_created",
  "run_ended",
  "partitions_added",
  "partitions_removed",
  "partitions_wiped",
];

/** Something that happened to an asset, to a run with all its assets, or to a dynamic definition. */
export interface AutomationEvent {
  readonly id: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly kind: string;
  readonly runId: number | null;
  readonly assetId: number | null;
  readonly partitions: PartitionSet | null;
  /** Of a run as a whole: its assets. */
  readonly runAssetIds: readonly number[];
  readonly payload: JsonValue;
}

/** Events behind a place, and the place behind them. */
export interface AutomationEvents {
  readonly events: readonly AutomationEvent[];
  readonly cursor: EventCursor;
  /** Whether there are more than were asked for. */
  readonly isPartial: boolean;
  /** Whether something is committed that a transaction which still runs holds back. */
  readonly isHeldBack: boolean;
}

interface EventRow extends Omit<AutomationEvent, "partitions"> {
  readonly xid: string;
  readonly partitions: Uint8Array | null;
}

/**
 * Reads what happened behind a place that conditions may look at, in the order in which consumers see it (see `readEvents`):
 * of the given assets only, as far as it is about one asset.
 */
export async function readAutomationEvents(
  { sql }: Transaction,
  query: { readonly after: EventCursor; readonly assetIds: readonly number[]; readonly limit: number },
): Promise<AutomationEvents> {
  const [xid = "0", id = "0"] = query.after.split(".");
  const [[horizon], rows] = await Promise.all([
    sql<[{ xid: string; isHeldBack: boolean }]>`
      select pg_snapshot_xmin(pg_current_snapshot())::text as xid, exists (
        select from event where event.xid >= pg_snapshot_xmin(pg_current_snapshot())
      ) as "isHeldBack"`,
    sql<EventRow[]>`
      select xid::text, id, (extract(epoch from at) * 1000)::bigint as at, kind, run_id as "runId", asset_id as "assetId",
        partitions, payload,
        case when asset_id is null and run_id is not null
          then array(select asset_id from run_asset where run_id = event.run_id) else '{}' end as "runAssetIds"
      from event
      where (xid, id) > (${xid}::xid8, ${Number(id)}::bigint) and xid < pg_snapshot_xmin(pg_current_snapshot())
        and kind = any (${KINDS}::text[]) and (asset_id is null or asset_id = any (${query.assetIds}::integer[]))
      order by event.xid, event.id limit ${query.limit}`,
  ]);
  const last = rows.at(-1);
  const isPartial = rows.length === query.limit && last !== undefined;
  return {
    events: rows.map(({ id: ofId, at, kind, runId, assetId, partitions, runAssetIds, payload }) => {
      const set = partitions === null ? null : PartitionSet.decode(partitions);
      return { id: ofId, at, kind, runId, assetId, partitions: set, runAssetIds, payload };
    }),
    cursor: isPartial ? `${last.xid}.${last.id}` : `${horizon.xid}.0`,
    isPartial,
    isHeldBack: horizon.isHeldBack,
  };
}

/** What a run was to make of one asset. */
export interface RunTarget {
  readonly key: string;
  readonly partitions: OrdinalRanges;
  readonly partitionsSpec: PartitionsSpec | null;
}

/** What conditions ask about a run that has made something. */
export interface AutomationRun {
  readonly id: number;
  /** How many requests of conditions in a row led to it, by asset key; `null` for a run of another origin. */
  readonly generations: Readonly<Record<string, number>> | null;
  readonly targets: readonly RunTarget[];
}

/** Reads what conditions ask about runs; what retention has removed is left out. */
export async function readAutomationRuns(
  { sql }: Transaction,
  runIds: readonly number[],
): Promise<readonly AutomationRun[]> {
  if (runIds.length === 0) return [];
  return sql<AutomationRun[]>`
    select id, origin -> 'generations' as generations, array(
      select jsonb_build_object('key', a -> 'key', 'partitions', a -> 'partitions', 'partitionsSpec', a -> 'partitionsSpec')
      from jsonb_array_elements(plan -> 'assets') as a
    ) as targets
    from run where id = any (${runIds}::bigint[])`;
}
