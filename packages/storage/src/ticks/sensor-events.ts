import { PartitionSet, type JsonValue } from "@heddle/core";
import type { Database, Transaction } from "../database.ts";
import { readEventCursor, type EventCursor } from "../events.ts";

/** An event that a sensor waits for. */
export interface SensorEvent {
  /** Its place in the stream. */
  readonly cursor: EventCursor;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly kind: string;
  readonly runId: number | null;
  readonly assetId: number | null;
  readonly partitions: PartitionSet | null;
  readonly payload: JsonValue;
  /** Of the run; `null` when that is not kept any more. */
  readonly origin: Readonly<Record<string, JsonValue>> | null;
  readonly tags: Readonly<Record<string, string>> | null;
}

/** Which events, and from where. */
export interface SensorEventQuery {
  readonly after: EventCursor;
  readonly kind: "materialized" | "run_ended";
  /** Only of these assets. */
  readonly assetIds?: readonly number[];
  /** Only of runs that ended like this. */
  readonly statuses?: readonly string[];
  /** Not of runs that this sensor has asked for. */
  readonly sensor: string;
  readonly limit: number;
}

/** Events in the order in which consumers see them, and the place up to which there is nothing else. */
export interface SensorEventPage {
  readonly events: readonly SensorEvent[];
  /** Behind everything that was looked through. */
  readonly scannedTo: EventCursor;
}

interface EventRow extends Omit<SensorEvent, "cursor" | "partitions"> {
  readonly xid: string;
  readonly id: number;
  readonly partitions: Uint8Array | null;
}

/** Reads the events that a sensor waits for; see `readEvents` for their order. */
export async function readSensorEvents(tx: Transaction, query: SensorEventQuery): Promise<SensorEventPage> {
  const { sql } = tx;
  const [xid = "0", id = "0"] = query.after.split(".");
  const horizon = await readEventCursor(tx);
  const rows = await sql<EventRow[]>`
    select e.xid::text, e.id, (extract(epoch from e.at) * 1000)::bigint as at, e.kind, e.run_id as "runId",
      e.asset_id as "assetId", e.partitions, e.payload, r.origin, r.tags
    from event e left join run r on r.id = e.run_id
    where (e.xid, e.id) > (${xid}::xid8, ${Number(id)}::bigint) and e.xid < pg_snapshot_xmin(pg_current_snapshot())
      and e.kind = ${query.kind}
      and (${query.assetIds === undefined} or e.asset_id = any (${query.assetIds ?? []}::integer[]))
      and (${query.statuses === undefined} or e.payload ->> 'status' = any (${query.statuses ?? []}::text[]))
      and (r.id is null or r.origin ->> 'kind' <> 'sensor' or r.origin ->> 'name' is distinct from ${query.sensor})
    order by e.xid, e.id
    limit ${query.limit}`;
  const events = rows.map(({ xid: ofXid, id: ofId, partitions, ...rest }) => ({
    ...rest,
    cursor: `${ofXid}.${ofId}`,
    partitions: partitions === null ? null : PartitionSet.decode(partitions),
  }));
  return { events, scannedTo: rows.length < query.limit ? horizon : (events.at(-1)?.cursor ?? horizon) };
}

/** Moves the place of a sensor among the events over what does not concern it, so that it is not looked through again. */
export async function moveSensorOn(
  db: Database,
  sensor: { readonly name: string; readonly expectedVersion: number; readonly cursor: EventCursor },
): Promise<void> {
  await db.transaction(
    "moveSensorOn",
    async ({ sql }) => {
      await sql`
        update sensor set cursor = ${sensor.cursor}, version = version + 1
        where name = ${sensor.name} and version = ${sensor.expectedVersion}`;
    },
    { isIdempotent: true },
  );
}
