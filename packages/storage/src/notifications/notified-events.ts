import { type JsonValue } from "@heddle/core";
import { PartitionSet } from "@heddle/core/internal";
import type { Transaction } from "../database.ts";
import { readEventCursor, type EventCursor } from "../events.ts";

/** A check of which partitions did not pass. */
export interface NotifiableCheck {
  readonly name: string;
  readonly outcome: "warned" | "failed";
  readonly ordinals: readonly number[];
}

/** An event that notifications may tell of, with what they go by. */
export interface NotifiableEvent {
  readonly cursor: EventCursor;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly kind: string;
  readonly runId: number | null;
  readonly assetId: number | null;
  readonly partitions: PartitionSet | null;
  readonly payload: JsonValue;
  readonly origin: Readonly<Record<string, JsonValue>> | null;
  readonly tags: Readonly<Record<string, string>> | null;
  /** Assets of the run, where the event is about a run and no asset. */
  readonly runAssetIds: readonly number[];
  /** Checks that did not pass, of the steps that ended with this event. */
  readonly checks: readonly NotifiableCheck[];
  /** The message of one failed attempt of what has failed. */
  readonly error: string | null;
}

/** Events, and the place up to which there is nothing else. */
export interface NotifiableEventPage {
  readonly events: readonly NotifiableEvent[];
  readonly scannedTo: EventCursor;
}

interface EventRow extends Omit<NotifiableEvent, "cursor" | "partitions" | "checks" | "runAssetIds"> {
  readonly xid: string;
  readonly id: number;
  readonly partitions: Uint8Array | null;
  readonly checks: readonly NotifiableCheck[] | null;
  readonly runAssetIds: readonly number[] | null;
}

/** Kinds of event with which steps end that may have had checks. */
const SETTLED = ["materialized", "steps_failed", "steps_retrying", "checks_run"];
/** Assets of one run that a selection is compared with. */
const MAX_RUN_ASSETS = 10_000;

/**
 * Reads events that notifications may tell of, in the order in which consumers see them (see `readEvents`). Whatever only
 * says that steps went well is left out, unless checks of them did not pass.
 */
export async function readNotifiableEvents(
  tx: Transaction,
  query: { readonly after: EventCursor; readonly kinds: readonly string[]; readonly limit: number },
): Promise<NotifiableEventPage> {
  const { sql } = tx;
  const [xid = "0", id = "0"] = query.after.split(".");
  const horizon = await readEventCursor(tx);
  // What reads the results of checks costs something: only where it is asked for.
  const hasChecks = query.kinds.includes("materialized");
  const rows = await sql<EventRow[]>`
    select e.xid::text, e.id, (extract(epoch from e.at) * 1000)::bigint as at, e.kind, e.run_id as "runId",
      e.asset_id as "assetId", e.partitions, e.payload, r.origin, r.tags, k.checks,
      case when e.kind in ('run_ended', 'run_late') then array(
        select asset_id from run_asset where run_id = e.run_id limit ${MAX_RUN_ASSETS}
      ) end as "runAssetIds",
      case when e.kind = 'steps_failed' or (e.kind = 'run_ended' and e.payload ->> 'status' = 'failed') then (
        select a.error ->> 'message' from attempt a
        where a.run_id = e.run_id and (e.asset_id is null or a.asset_id = e.asset_id)
        order by a.run_id desc, a.ended_at desc limit 1
      ) end as error
    from event e left join run r on r.id = e.run_id
    cross join lateral (
      select json_agg(json_build_object('name', name, 'outcome', outcome, 'ordinals', ordinals) order by name, outcome) as checks
      from (
        select c.name, case when c.severity = 'warn' then 'warned' else 'failed' end as outcome,
          array_agg(c.ordinal order by c.ordinal) as ordinals
        from check_result c
        where ${hasChecks}::boolean and e.kind = any (${SETTLED}::text[]) and not c.passed
          and c.asset_id = e.asset_id and c.run_id = e.run_id
          and c.xmin::text::bigint = (e.xid::text::bigint & 4294967295)
        group by 1, 2
      ) as s
    ) as k
    where (e.xid, e.id) > (${xid}::xid8, ${Number(id)}::bigint) and e.xid < pg_snapshot_xmin(pg_current_snapshot())
      and e.kind = any (${query.kinds}::text[])
      and (e.kind not in ('materialized', 'steps_retrying', 'checks_run') or k.checks is not null)
    order by e.xid, e.id
    limit ${query.limit}`;
  const events = rows.map(({ xid: ofXid, id: ofId, partitions, checks, runAssetIds, ...rest }) => {
    const set = partitions === null ? null : PartitionSet.decode(partitions);
    return {
      ...rest,
      cursor: `${ofXid}.${ofId}`,
      partitions: set,
      checks: within(set, checks ?? []),
      runAssetIds: runAssetIds ?? [],
    };
  });
  const isAll = rows.length < query.limit;
  return { events, scannedTo: isAll ? horizon : (events.at(-1)?.cursor ?? horizon) };
}

/** One transaction may settle some steps well and others not: each event has the results of its own partitions. */
function within(partitions: PartitionSet | null, checks: readonly NotifiableCheck[]): NotifiableCheck[] {
  return checks.flatMap((check) => {
    const ordinals = check.ordinals.filter((ordinal) => partitions?.has(ordinal) === true);
    return ordinals.length === 0 ? [] : [{ ...check, ordinals }];
  });
}
