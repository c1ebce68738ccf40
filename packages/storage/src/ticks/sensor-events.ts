import { type JsonValue } from "@heddle/core";
import { PartitionSet } from "@heddle/core/internal";
import type { Database, Transaction, TransactionSql } from "../database.ts";
import { readEventCursor, type EventCursor } from "../events.ts";

/** Partitions of which one check came out alike. */
export interface SensorCheck {
  readonly name: string;
  readonly outcome: "passed" | "warned" | "failed";
  readonly ordinals: readonly number[];
}

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
  /** What of its checks was waited for: partitions by check and outcome. */
  readonly checks: readonly SensorCheck[];
  /** Of the run; `null` when that is not kept any more. */
  readonly origin: Readonly<Record<string, JsonValue>> | null;
  readonly tags: Readonly<Record<string, string>> | null;
}

/** Which events, and from where. */
export interface SensorEventQuery {
  readonly after: EventCursor;
  readonly kind: "materialized" | "run_ended" | "checked" | "webhook_received";
  /** Of `checked`: only checks of these names (`null` for all), with these outcomes. */
  readonly checks?: { readonly names: readonly string[] | null; readonly outcomes: readonly string[] };
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

interface EventRow extends Omit<SensorEvent, "cursor" | "partitions" | "checks"> {
  readonly checks: readonly SensorCheck[] | null;
  readonly xid: string;
  readonly id: number;
  readonly partitions: Uint8Array | null;
}

/** What is told when steps end that had checks. */
const SETTLED = ["materialized", "steps_failed", "steps_retrying", "checks_run"];

/**
 * The results of checks that were written in the transaction of an event: rows carry the lower half of its number. They are
 * never changed, so that stays.
 */
function checksOf(sql: TransactionSql, { kind, checks }: SensorEventQuery) {
  if (kind !== "checked") return sql`select null::json as checks`;
  const { names, outcomes } = checks ?? { names: null, outcomes: [] };
  return sql`
    select json_agg(json_build_object('name', name, 'outcome', outcome, 'ordinals', ordinals) order by name, outcome) as checks
    from (
      select c.name, case when c.passed then 'passed' when c.severity = 'warn' then 'warned' else 'failed' end as outcome,
        array_agg(c.ordinal order by c.ordinal) as ordinals
      from check_result c
      where c.asset_id = e.asset_id and c.run_id = e.run_id
        and c.xmin::text::bigint = (e.xid::text::bigint & 4294967295)
        and (${names === null} or c.name = any (${names ?? []}::text[]))
      group by 1, 2
    ) as s
    where outcome = any (${outcomes}::text[])`;
}

/** Reads the events that a sensor waits for; see `readEvents` for their order. */
export async function readSensorEvents(tx: Transaction, query: SensorEventQuery): Promise<SensorEventPage> {
  const { sql } = tx;
  const [xid = "0", id = "0"] = query.after.split(".");
  const horizon = await readEventCursor(tx);
  const rows = await sql<EventRow[]>`
    select e.xid::text, e.id, (extract(epoch from e.at) * 1000)::bigint as at, e.kind, e.run_id as "runId",
      e.asset_id as "assetId", e.partitions, e.payload, r.origin, r.tags, k.checks
    from event e left join run r on r.id = e.run_id
    cross join lateral (${checksOf(sql, query)}) as k
    where (e.xid, e.id) > (${xid}::xid8, ${Number(id)}::bigint) and e.xid < pg_snapshot_xmin(pg_current_snapshot())
      and e.kind = any (${query.kind === "checked" ? SETTLED : [query.kind]}::text[])
      and (${query.kind !== "checked"} or k.checks is not null)
      and (${query.assetIds === undefined} or e.asset_id = any (${query.assetIds ?? []}::integer[]))
      and (${query.statuses === undefined} or e.payload ->> 'status' = any (${query.statuses ?? []}::text[]))
      and (${query.kind !== "webhook_received"} or e.payload ->> 'sensor' = ${query.sensor})
      and (r.id is null or r.origin ->> 'kind' <> 'sensor' or r.origin ->> 'name' is distinct from ${query.sensor})
    order by e.xid, e.id
    limit ${query.limit}`;
  const events = rows.flatMap(({ xid: ofXid, id: ofId, partitions, checks, ...rest }) => {
    const set = partitions === null ? null : PartitionSet.decode(partitions);
    const event = { ...rest, cursor: `${ofXid}.${ofId}`, partitions: set, checks: checksWithin(set, checks ?? []) };
    return query.kind === "checked" && event.checks.length === 0 ? [] : [event];
  });
  const last = rows.at(-1);
  const isAll = rows.length < query.limit || last === undefined;
  return { events, scannedTo: isAll ? horizon : `${last.xid}.${last.id}` };
}

/** One transaction may settle some steps well and others not: each event has the results of its own partitions. */
function checksWithin(partitions: PartitionSet | null, checks: readonly SensorCheck[]): SensorCheck[] {
  return checks.flatMap((check) => {
    const ordinals = check.ordinals.filter((ordinal) => partitions?.has(ordinal) === true);
    return ordinals.length === 0 ? [] : [{ ...check, ordinals }];
  });
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
