import { HeddleError, type JsonValue } from "@heddle/core";
import { PartitionSet } from "@heddle/core/internal";
import type { Database, Transaction } from "./database.ts";

/** Something that happened, about to be written in the transaction that makes it so. */
export interface NewEvent {
  readonly kind: string;
  readonly runId?: number | null;
  readonly assetId?: number | null;
  /** One event for a whole set of partitions. */
  readonly partitions?: PartitionSet | null;
  readonly payload?: JsonValue;
}

/** Something that happened. */
export interface StoredEvent {
  /** Place in the stream, to go on from. */
  readonly cursor: EventCursor;
  readonly at: Date;
  readonly kind: string;
  readonly runId: number | null;
  readonly assetId: number | null;
  readonly partitions: PartitionSet | null;
  readonly payload: JsonValue;
}

/** A place in the stream of events, opaque to whoever holds it. */
export type EventCursor = string;

export interface EventPage {
  readonly events: readonly StoredEvent[];
  /** The place behind the last event, or the given one when there was none. */
  readonly cursor: EventCursor;
}

/** Writes events and wakes those who wait for them, once the transaction commits. */
export async function appendEvents(tx: Transaction, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  const insert = tx.sql`
    insert into event (kind, run_id, asset_id, partitions, payload)
    select * from unnest(
      ${events.map(({ kind }) => kind)}::text[],
      ${events.map(({ runId = null }) => runId)}::bigint[],
      ${events.map(({ assetId = null }) => assetId)}::integer[],
      ${events.map(({ partitions = null }) => partitions?.encode() ?? null)}::bytea[],
      ${events.map(({ payload = null }) => payload)}::jsonb[]
    )`;
  await Promise.all([insert, tx.notify("heddle_event")]);
}

/**
 * Reads events behind `after` in the order in which consumers see them, each exactly once.
 *
 * Ids are drawn before the commit, so a higher one may be visible before a lower one. Events are therefore ordered by
 * transaction, and only those are read whose transactions are older than every one that still runs: below that horizon
 * nothing can appear any more. A transaction that hangs delays the stream, and never makes it skip.
 */
export async function readEvents(
  { sql }: Transaction,
  { after, limit }: { readonly after: EventCursor; readonly limit: number },
): Promise<EventPage> {
  const place = parseCursor(after);
  const rows = await sql<EventRow[]>`
    select xid::text, id, at, kind, run_id as "runId", asset_id as "assetId", partitions, payload
    from event
    where (xid, id) > (${place.xid}::xid8, ${place.id}::bigint)
      and xid < pg_snapshot_xmin(pg_current_snapshot())
    order by event.xid, event.id
    limit ${limit}`;
  const events = rows.map(({ xid, id, partitions, ...rest }) => ({
    ...rest,
    cursor: `${xid}.${id}`,
    partitions: partitions === null ? null : PartitionSet.decode(partitions),
  }));
  return { events, cursor: events.at(-1)?.cursor ?? after };
}

/**
 * The place at which a transaction reads: whatever it does not see comes behind that place. Take it in the transaction
 * that reads the state, and follow the stream from there.
 */
export async function readEventCursor({ sql }: Transaction): Promise<EventCursor> {
  const [row] = await sql<{ xid: string }[]>`select pg_snapshot_xmin(pg_current_snapshot())::text as xid`;
  // Ids begin at 1, so this lies before all events of the oldest transaction that may still run.
  return `${row?.xid ?? "0"}.0`;
}

/** The place before the oldest event that is kept. */
export const FIRST_EVENT_CURSOR: EventCursor = "0.0";

/**
 * Moves events behind the horizon that lie in front of it for ever: a dump that was restored into another server keeps
 * the numbers of transactions, which begin anew there.
 */
export async function adoptRestoredEvents(db: Database): Promise<void> {
  const isFound = await db.read("find restored events", async ({ sql }) => {
    const [row] = await sql<{ found: boolean }[]>`
      select exists (select 1 from event where xid > pg_snapshot_xmax(pg_current_snapshot())) as found`;
    return row?.found === true;
  });
  if (!isFound) return;
  await db.transaction(
    "adopt restored events",
    async ({ sql }) => {
      await sql`update event set xid = '1' where xid > pg_snapshot_xmax(pg_current_snapshot())`;
    },
    { isIdempotent: true, deadlineMs: 300_000 },
  );
}

interface EventRow extends Omit<StoredEvent, "cursor" | "partitions"> {
  readonly xid: string;
  readonly id: number;
  readonly partitions: Uint8Array | null;
}

function parseCursor(cursor: EventCursor): { readonly xid: string; readonly id: number } {
  const match = /^(?<xid>\d{1,20})\.(?<id>\d{1,16})$/u.exec(cursor);
  if (match?.groups === undefined) {
    throw new HeddleError("EVENT_CURSOR_INVALID", `"${cursor.slice(0, 100)}" is not a place in the stream of events`, {
      hint: "Start anew without it.",
    });
  }
  return { xid: match.groups["xid"] ?? "0", id: Number(match.groups["id"]) };
}
