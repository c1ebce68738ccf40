import { randomUUID } from "node:crypto";
import type { NotificationTarget } from "@heddle/core";
import type { NotifiedEvent, SerializedError } from "@heddle/core/internal";
import type { Database } from "../database.ts";
import { appendEvents } from "../events.ts";
import { asJson } from "../json.ts";

/** A message that is to be sent now. */
export interface DueMessage {
  readonly id: number;
  /** What the receiver knows it by, however often it is tried. */
  readonly key: string;
  readonly notification: string;
  readonly target: NotificationTarget;
  readonly template: string | null;
  readonly count: number;
  readonly events: readonly NotifiedEvent[];
  readonly runIds: readonly number[];
  readonly createdAt: Date;
  /** This one included. */
  readonly attempts: number;
  /** Names this attempt: only it may say what came of it. */
  readonly attemptId: string;
}

/** What came of an attempt. */
export type SendOutcome =
  | { readonly kind: "sent" }
  /** It may be tried again after this time, unless it is given up by then. */
  | { readonly kind: "retry"; readonly error: SerializedError; readonly afterMs: number }
  | { readonly kind: "failed"; readonly error: SerializedError };

/**
 * Takes messages that are due, for `leaseMs`: after that somebody else may try them, who cannot know whether they were
 * delivered. That is why they come with a key.
 */
export async function claimMessages(
  db: Database,
  { limit, leaseMs }: { readonly limit: number; readonly leaseMs: number },
): Promise<DueMessage[]> {
  const attemptId = randomUUID();
  return db.transaction("claimMessages", async ({ sql }) => {
    const rows = await sql<DueMessage[]>`
      update notification_message set state = 'sending', attempts = least(attempts + 1, 32767), attempt_id = ${attemptId},
        began_at = coalesce(began_at, clock_timestamp()),
        give_up_at = coalesce(give_up_at, clock_timestamp() + give_up_after_ms::double precision * interval '1 millisecond'),
        due_at = clock_timestamp() + ${leaseMs}::double precision * interval '1 millisecond'
      where id in (
        select id from notification_message where state in ('gathering', 'sending') and due_at <= clock_timestamp()
        order by due_at limit ${limit} for update skip locked
      )
      returning id, key, notification, target, template, count, events, run_ids as "runIds", created_at as "createdAt",
        attempts, attempt_id as "attemptId"`;
    return rows.toSorted((a, b) => a.id - b.id);
  });
}

/** Writes down what came of an attempt; nothing when somebody else has tried since. */
export async function recordSent(
  db: Database,
  { id, attemptId, notification }: Pick<DueMessage, "id" | "attemptId" | "notification">,
  outcome: SendOutcome,
): Promise<"sent" | "retry" | "failed" | "superseded"> {
  return db.transaction(
    "recordSent",
    async (tx) => {
      const error = outcome.kind === "sent" ? null : asJson(outcome.error);
      const afterMs = outcome.kind === "retry" ? outcome.afterMs : null;
      const [row] = await tx.sql<{ state: "sent" | "failed" | "sending"; isTest: boolean }[]>`
        update notification_message set error = ${error}, attempt_id = null,
          state = next.state, due_at = case when next.state = 'sending' then next.due_at else notification_message.due_at end,
          ended_at = case when next.state = 'sending' then null else clock_timestamp() end
        from (
          select m.id, clock_timestamp() + ${afterMs ?? 0}::double precision * interval '1 millisecond' as due_at,
            case when ${outcome.kind} = 'sent' then 'sent'
              when ${outcome.kind} = 'failed' or m.attempts >= 32767
                or clock_timestamp() + ${afterMs ?? 0}::double precision * interval '1 millisecond' > m.give_up_at then 'failed'
              else 'sending' end as state
          from notification_message m where m.id = ${id} and m.attempt_id = ${attemptId} and m.state = 'sending'
          for update
        ) as next
        where notification_message.id = next.id
        returning notification_message.state, is_test as "isTest"`;
      if (row === undefined) return "superseded";
      if (row.state === "failed" && !row.isTest) {
        const message = outcome.kind === "sent" ? "" : outcome.error.message;
        await appendEvents(tx, [{ kind: "notification_failed", payload: { notification, messageId: id, message } }]);
      }
      return row.state === "sending" ? "retry" : row.state;
    },
    { isIdempotent: true },
  );
}

/** When the next message is due, epoch milliseconds by the database's clock, and that clock; `null` for none. */
export async function readNextDue(db: Database): Promise<{ readonly now: number; readonly dueAt: number | null }> {
  return db.read("readNextDue", async ({ sql }) => {
    const [row] = await sql<{ now: number; dueAt: number | null }[]>`
      select (extract(epoch from clock_timestamp()) * 1000)::bigint as now, (
        select (extract(epoch from min(due_at)) * 1000)::bigint from notification_message
        where state in ('gathering', 'sending')
      ) as "dueAt"`;
    return row ?? { now: 0, dueAt: null };
  });
}

/** Lets a message that has failed, or waits for its next attempt, be tried now. */
export async function retryMessage(db: Database, id: number): Promise<"changed" | "unchanged" | "unknown"> {
  return db.transaction("retryMessage", async (tx) => {
    const [row] = await tx.sql<{ state: string; isBeingTried: boolean }[]>`
      select state, attempt_id is not null and due_at > clock_timestamp() as "isBeingTried" from notification_message
      where id = ${id} for update`;
    if (row === undefined) return "unknown";
    if (row.state === "sent" || row.state === "gathering" || row.isBeingTried) return "unchanged";
    await tx.sql`
      update notification_message set state = 'sending', ended_at = null, due_at = clock_timestamp(), attempt_id = null,
        give_up_at = clock_timestamp() + give_up_after_ms::double precision * interval '1 millisecond'
      where id = ${id}`;
    await tx.notify("heddle_notification");
    return "changed";
  });
}
