import { type JsonValue } from "@heddle/core";
import { PartitionSet } from "@heddle/core/internal";
import type { Transaction } from "../database.ts";

/** Something that happened, for people who look back. */
export interface ListedEvent {
  readonly id: number;
  readonly at: Date;
  readonly kind: string;
  readonly runId: number | null;
  readonly assetId: number | null;
  readonly partitions: PartitionSet | null;
  readonly payload: JsonValue;
}

export interface EventListQuery {
  /** Events of runs of other environments are left out. */
  readonly environmentId: number;
  /** Only events that name this asset. */
  readonly assetId?: number | undefined;
  /** Only events of this run. */
  readonly runId?: number | undefined;
  /** Only events before this one. */
  readonly beforeId?: number | undefined;
  readonly limit: number;
}

export interface EventListPage {
  readonly events: readonly ListedEvent[];
  /** Before which event to go on, even when this page holds nothing; `null` at the end. */
  readonly nextBeforeId: number | null;
}

/** Events that one page looks through: the table is written at every step and has no index by asset or run. */
const EVENTS_PER_PAGE = 20_000;

/** Events, newest first. Those of transactions that are still open appear later, between others. */
export async function readEventList({ sql }: Transaction, query: EventListQuery): Promise<EventListPage> {
  const { environmentId, assetId, runId, beforeId = Number.MAX_SAFE_INTEGER, limit } = query;
  const [searched] = await sql<{ lowest: number | null; count: number }[]>`
    select min(id) as lowest, count(*)::integer as count
    from (select id from event where id < ${beforeId} order by id desc limit ${EVENTS_PER_PAGE}) as searched`;
  const lowest = searched?.lowest ?? null;
  if (searched === undefined || lowest === null) return { events: [], nextBeforeId: null };
  const rows = await sql<(Omit<ListedEvent, "partitions"> & { partitions: Uint8Array | null })[]>`
    select e.id, e.at, e.kind, e.run_id as "runId", e.asset_id as "assetId", e.partitions, e.payload
    from event e left join run r on r.id = e.run_id
    where e.id >= ${lowest} and e.id < ${beforeId} and (e.run_id is null or r.environment_id = ${environmentId})
      ${assetId === undefined ? sql`` : sql`and e.asset_id = ${assetId}`}
      ${runId === undefined ? sql`` : sql`and e.run_id = ${runId}`}
    order by e.id desc limit ${limit}`;
  const events = rows.map(({ partitions, ...event }) => ({
    ...event,
    partitions: partitions === null ? null : PartitionSet.decode(partitions),
  }));
  if (events.length === limit) return { events, nextBeforeId: events.at(-1)?.id ?? null };
  return { events, nextBeforeId: searched.count < EVENTS_PER_PAGE ? null : lowest };
}
