import type { NotificationTarget } from "@heddle/core";
import type { NotificationSnapshot, NotifiedEvent, SerializedError } from "@heddle/core/internal";
import type { Transaction } from "../database.ts";
import type { MessageState } from "../schema/index.ts";

/** A notification that is declared, with what became of its messages. */
export interface NotificationRow {
  readonly name: string;
  readonly location: string;
  readonly definition: NotificationSnapshot;
  /** Messages of the last 30 days that were delivered, that failed, and that are to be sent. */
  readonly sent: number;
  readonly failed: number;
  readonly open: number;
  readonly lastSentAt: Date | null;
}

/** A message. */
export interface MessageRow {
  readonly id: number;
  readonly key: string;
  readonly notification: string;
  readonly target: NotificationTarget;
  readonly isTest: boolean;
  readonly state: MessageState;
  readonly count: number;
  readonly events: readonly NotifiedEvent[];
  readonly runIds: readonly number[];
  readonly createdAt: Date;
  readonly dueAt: Date;
  readonly attempts: number;
  readonly giveUpAt: Date | null;
  readonly error: SerializedError | null;
  readonly endedAt: Date | null;
}

/** Which messages. */
export interface MessageQuery {
  readonly notification?: string | undefined;
  readonly states?: readonly MessageState[] | undefined;
  readonly beforeId?: number | undefined;
  readonly limit: number;
}

/** Every notification that is declared, by name. */
export async function readNotifications({ sql }: Transaction): Promise<NotificationRow[]> {
  return sql<NotificationRow[]>`
    select n.name, l.name as location, n.definition, m.sent, m.failed, m.open, m.last_sent_at as "lastSentAt"
    from notification n join code_location l on l.id = n.code_location_id
    cross join lateral (
      select count(*) filter (where state = 'sent')::integer as sent,
        count(*) filter (where state = 'failed')::integer as failed,
        count(*) filter (where state in ('gathering', 'sending'))::integer as open,
        max(ended_at) filter (where state = 'sent') as last_sent_at
      from notification_message where notification = n.name
    ) as m
    where n.removed_at is null order by n.name limit 1000`;
}

/** Messages, the newest first. */
export async function readMessages({ sql }: Transaction, query: MessageQuery): Promise<MessageRow[]> {
  const { notification = null, states, beforeId = Number.MAX_SAFE_INTEGER, limit } = query;
  return sql<MessageRow[]>`
    select ${columns(sql)} from notification_message
    where id < ${beforeId} and (${notification}::text is null or notification = ${notification})
      and (${states === undefined}::boolean or state = any (${states ?? []}::text[]))
    order by id desc limit ${limit}`;
}

/** Messages about a run that could not be delivered at least once and are not delivered yet, the newest first. */
export async function readTroubledMessages(
  { sql }: Transaction,
  { runId, limit }: { readonly runId: number; readonly limit: number },
): Promise<MessageRow[]> {
  return sql<MessageRow[]>`
    select ${columns(sql)} from notification_message
    where error is not null and run_ids @> array[${runId}]::bigint[] order by id desc limit ${limit}`;
}

function columns(sql: Transaction["sql"]) {
  return sql`
    id, key, notification, target, is_test as "isTest", state, count, events, run_ids as "runIds",
    created_at as "createdAt", due_at as "dueAt", attempts, give_up_at as "giveUpAt", error, ended_at as "endedAt"`;
}
