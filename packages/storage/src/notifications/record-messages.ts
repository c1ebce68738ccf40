import { MAX_TOLD_EVENTS, type NotificationSnapshot, type NotifiedEvent } from "@heddle/core/internal";
import type { Database, Transaction } from "../database.ts";
import type { EventCursor } from "../events.ts";
import { asJson } from "../json.ts";

/** A notification that is declared, and where it stands. */
export interface ActiveNotification {
  readonly name: string;
  readonly codeLocationId: number;
  readonly definition: NotificationSnapshot;
  readonly cursor: EventCursor;
  readonly version: number;
}

/** What one notification has to tell of the events up to a place. */
export interface MatchedEvents {
  readonly name: string;
  /** As it was read: what another daemon has taken meanwhile is not taken twice. */
  readonly expectedVersion: number;
  /** Behind the last event that was looked at. */
  readonly cursor: EventCursor;
  readonly definition: NotificationSnapshot;
  /** By what is told together. */
  readonly groups: ReadonlyMap<string, readonly NotifiedEvent[]>;
}

/** Runs that a message names: it is shown on these. */
const MAX_RUNS = 100;

/** Reads every notification that is declared. */
export async function loadNotifications(db: Database): Promise<ActiveNotification[]> {
  return db.read(
    "loadNotifications",
    ({ sql }) => sql<ActiveNotification[]>`
      select name, code_location_id as "codeLocationId", definition, cursor, version
      from notification where removed_at is null order by name limit 10000`,
  );
}

/**
 * Writes down what is to be told, and that these events were looked at, in one transaction: however often and by however
 * many daemons they are matched, each event is in one message of a notification for each of its places.
 * @returns the notifications whose events were taken now
 */
export async function recordMatches(db: Database, matches: readonly MatchedEvents[]): Promise<string[]> {
  if (matches.length === 0) return [];
  return db.transaction("recordMatches", async (tx) => {
    const taken: string[] = [];
    for (const match of matches.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const moved = await tx.sql`
        update notification set cursor = ${match.cursor}, version = version + 1
        where name = ${match.name} and version = ${match.expectedVersion} and removed_at is null`;
      if (moved.count === 0) continue;
      taken.push(match.name);
      for (const [groupKey, events] of match.groups) {
        for (const place of match.definition.to.keys()) await gather(tx, { match, groupKey, events, place });
      }
    }
    if (matches.some(({ groups }) => groups.size > 0)) await tx.notify("heddle_notification");
    return taken;
  });
}

/** Adds events to the message of their group that is gathering, or begins one. */
async function gather(
  { sql }: Transaction,
  {
    match: { name, definition },
    groupKey,
    events,
    place,
  }: {
    readonly match: MatchedEvents;
    readonly groupKey: string;
    readonly events: readonly NotifiedEvent[];
    readonly place: number;
  },
): Promise<void> {
  const target = definition.to[place];
  if (target === undefined || events.length === 0) return;
  const told = events.slice(0, MAX_TOLD_EVENTS).map((event) => asJson(event));
  const runIds = [...new Set(events.flatMap(({ runId }) => runId ?? []))].slice(0, MAX_RUNS);
  await sql`
    insert into notification_message
      (notification, place, target, template, group_key, state, count, events, run_ids, due_at, give_up_after_ms)
    select ${name}, ${place}, ${asJson(target)}, ${definition.message}, ${groupKey}, 'gathering', ${events.length},
      ${told}::jsonb, ${runIds}::bigint[],
      greatest(
        clock_timestamp() + ${definition.gatherMs}::double precision * interval '1 millisecond',
        last.began_at + ${definition.minIntervalMs}::double precision * interval '1 millisecond'
      ), ${definition.giveUpAfterMs}
    from (select 1) as one left join lateral (
      select max(began_at) as began_at from notification_message
      where notification = ${name} and place = ${place} and group_key = ${groupKey} and not is_test
    ) as last on true
    on conflict (notification, place, group_key) where state = 'gathering' do update set
      count = notification_message.count + excluded.count,
      events = (
        select jsonb_agg(e.value order by e.number) from (
          select * from jsonb_array_elements(notification_message.events || excluded.events) with ordinality as all_events (value, number)
          order by number limit ${MAX_TOLD_EVENTS}
        ) as e
      ),
      run_ids = (
        select coalesce(array_agg(id order by id), '{}') from (
          select distinct id from unnest(notification_message.run_ids || excluded.run_ids) as id order by id limit ${MAX_RUNS}
        ) as ids
      ),
      target = excluded.target, template = excluded.template`;
}

/** Writes a message that tells nothing but that it arrives, due at once. */
export async function recordTestMessages(
  db: Database,
  { definition, at }: { readonly definition: NotificationSnapshot; readonly at: number },
): Promise<number[]> {
  const event: NotifiedEvent = {
    kind: "test",
    at,
    runId: null,
    origin: null,
    assetKey: null,
    partitions: "",
    count: 1,
    check: null,
    subject: definition.name,
    state: null,
    error: null,
    actor: null,
  };
  return db.transaction("recordTestMessages", async (tx) => {
    const ids: number[] = [];
    for (const [place, target] of definition.to.entries()) {
      const [row] = await tx.sql<{ id: number }[]>`
        insert into notification_message
          (notification, place, target, template, group_key, is_test, state, count, events, due_at, give_up_after_ms)
        values (${definition.name}, ${place}, ${asJson(target)}, ${definition.message}, 'test ' || gen_random_uuid(), true,
          'sending', 1, ${[asJson(event)]}::jsonb, clock_timestamp(), 60000)
        returning id`;
      if (row !== undefined) ids.push(row.id);
    }
    await tx.notify("heddle_notification");
    return ids;
  });
}
