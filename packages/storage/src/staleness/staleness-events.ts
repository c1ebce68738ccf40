import type { JsonValue } from "@heddle/core";
import { PartitionSet } from "@heddle/core/internal";
import type { Transaction } from "../database.ts";
import type { EventCursor } from "../events.ts";

/** What makes other data current. */
const CHANGES = ["materialized", "partitions_wiped", "partitions_added", "partitions_removed"];
/** After these, what a run held may be judged. */
const RELEASES = ["steps_failed", "steps_skipped", "steps_canceled", "run_ended"];
/** What makes the stored judgements older than what they are about. */
const OUTDATING = [...CHANGES, "code_loaded"];

/** Something that staleness may be another one after. */
export interface StalenessEvent {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly kind: string;
  readonly assetId: number | null;
  readonly partitions: PartitionSet | null;
  readonly payload: JsonValue;
}

/** Events behind a place, and the place behind them. */
export interface StalenessEvents {
  readonly events: readonly StalenessEvent[];
  readonly cursor: EventCursor;
  /** Whether there are more than were asked for. */
  readonly isPartial: boolean;
  /** Whether something is committed that a transaction which still runs holds back. */
  readonly isHeldBack: boolean;
}

interface EventRow extends Omit<StalenessEvent, "partitions"> {
  readonly xid: string;
  readonly id: number;
  readonly partitions: Uint8Array | null;
}

/** Reads what happened behind a place that partitions may be stale after, in the order in which consumers see it. */
export async function readStalenessEvents(
  { sql }: Transaction,
  { after, limit }: { readonly after: EventCursor; readonly limit: number },
): Promise<StalenessEvents> {
  const [xid = "0", id = "0"] = after.split(".");
  const [[horizon], rows] = await Promise.all([
    sql<[{ xid: string; isHeldBack: boolean }]>`
      select pg_snapshot_xmin(pg_current_snapshot())::text as xid, exists (
        select from event where event.xid >= pg_snapshot_xmin(pg_current_snapshot())
      ) as "isHeldBack"`,
    sql<EventRow[]>`
      select xid::text, id, (extract(epoch from at) * 1000)::bigint as at, kind, asset_id as "assetId", partitions,
        payload
      from event
      where (xid, id) > (${xid}::xid8, ${Number(id)}::bigint) and xid < pg_snapshot_xmin(pg_current_snapshot())
        and kind = any (${[...OUTDATING, ...RELEASES]}::text[])
      order by event.xid, event.id limit ${limit}`,
  ]);
  const last = rows.at(-1);
  const isPartial = rows.length === limit && last !== undefined;
  return {
    events: rows.map(({ at, kind, assetId, partitions, payload }) => ({
      at,
      kind,
      assetId,
      partitions: partitions === null ? null : PartitionSet.decode(partitions),
      payload,
    })),
    cursor: isPartial ? `${last.xid}.${last.id}` : `${horizon.xid}.0`,
    isPartial,
    isHeldBack: horizon.isHeldBack,
  };
}

/** Whether an event makes other data current; others only end what a run held. */
export function isStalenessChange({ kind }: StalenessEvent): boolean {
  return CHANGES.includes(kind);
}

/**
 * When the oldest thing happened that is not judged yet; `null` when everything is. What is shown of staleness is as of
 * before that instant.
 */
export async function readStalenessLag({ sql }: Transaction, environmentId: number): Promise<Date | null> {
  const [row] = await sql<{ at: Date }[]>`
    with judged as (
      select coalesce((select cursor from staleness_round where environment_id = ${environmentId}), '0.0') as cursor
    )
    select e.at from event e, judged
    where (e.xid, e.id) > (split_part(judged.cursor, '.', 1)::xid8, split_part(judged.cursor, '.', 2)::bigint)
      and e.kind = any (${OUTDATING}::text[])
    order by e.xid, e.id limit 1`;
  return row?.at ?? null;
}
