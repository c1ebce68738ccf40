import { HeddleError, type NotificationTarget } from "@heddle/core";
import { describeNotifiedEvent, describeTarget, describeTrigger, formatNearest } from "@heddle/core/internal";
import {
  readClock,
  readMessages,
  readNotifications,
  recordTestMessages,
  retryMessage,
  type MessageRow,
  type NotificationRow,
} from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type {
  NotificationMessage,
  NotificationPlace,
  NotificationRetry,
  Notifications,
  NotificationSummary,
  NotificationTest,
  Page,
} from "../contract.ts";
import type { MessageListInput } from "../inputs/deployment.ts";
import { parseCursor, writeCursor } from "../page-cursor.ts";
import { describeRecordedError } from "../recorded-error.ts";

/** Answers `notifications.list`. */
export async function readNotificationList(state: ApiState): Promise<Notifications> {
  const rows = await state.db.read("notifications.list", readNotifications);
  return { notifications: rows.map(describeNotification) };
}

/** Answers `notifications.messages`. @throws API_CURSOR_INVALID */
export async function readMessageList(state: ApiState, input: MessageListInput): Promise<Page<NotificationMessage>> {
  const { notification, states, cursor, limit } = input;
  const beforeId = typeof cursor === "string" ? parseCursor(cursor, 1)[0] : undefined;
  const rows = await state.db.read("notifications.messages", (tx) =>
    readMessages(tx, { notification, ...(states !== undefined && { states }), beforeId, limit }),
  );
  const last = rows.at(-1);
  return {
    items: rows.map(describeMessage),
    nextCursor: rows.length < limit || last === undefined ? null : writeCursor(last.id),
  };
}

/** Answers `notifications.test`. @throws NOTIFICATION_UNKNOWN */
export async function testNotification(state: ApiState, name: string): Promise<NotificationTest> {
  const { row, at } = await state.db.read("notifications.test", async (tx) => {
    const rows = await readNotifications(tx);
    const found = rows.find((one) => one.name === name);
    if (found === undefined) throw notificationUnknown(name, rows);
    return { row: found, at: await readClock(tx) };
  });
  return { messageIds: await recordTestMessages(state.db, { definition: row.definition, at }) };
}

/** Answers `notifications.retry`. @throws NOTIFICATION_MESSAGE_UNKNOWN */
export async function retryNotification(state: ApiState, id: number): Promise<NotificationRetry> {
  const change = await retryMessage(state.db, id);
  if (change !== "unknown") return { id, changed: change === "changed" };
  throw new HeddleError("NOTIFICATION_MESSAGE_UNKNOWN", `there is no message ${id} of a notification`, {
    hint: "Look at the list of messages; old ones are deleted after 30 days.",
    details: { id },
  });
}

/** Writes a message for people. */
export function describeMessage(row: MessageRow): NotificationMessage {
  const { id, key, notification, target, isTest, state, count, events, runIds, attempts, error } = row;
  return {
    id,
    key,
    notification,
    place: describePlace(target),
    isTest,
    state,
    count,
    sentences: events.map(describeNotifiedEvent),
    runIds,
    createdAt: row.createdAt.getTime(),
    attempts,
    nextAttemptAt: row.endedAt === null ? row.dueAt.getTime() : null,
    giveUpAt: row.giveUpAt?.getTime() ?? null,
    error: describeRecordedError(error),
    endedAt: row.endedAt?.getTime() ?? null,
  };
}

function describeNotification(row: NotificationRow): NotificationSummary {
  const { name, location, definition, sent, failed, open } = row;
  const { description, on, assets, tags, to, groupBy, gatherMs, minIntervalMs, source } = definition;
  return {
    name,
    codeLocation: location,
    description,
    on: on.map(describeTrigger),
    selection: assets === null ? null : "keys" in assets ? assets.keys.join(", ") : assets.selection,
    tags,
    to: to.map(describePlace),
    groupBy,
    gatherMs,
    minIntervalMs,
    messages: { sent, failed, open },
    lastSentAt: row.lastSentAt?.getTime() ?? null,
    source,
  };
}

function describePlace(target: NotificationTarget): NotificationPlace {
  return { channel: target.kind, text: describeTarget(target) };
}

function notificationUnknown(name: string, known: readonly { readonly name: string }[]): HeddleError {
  const near = formatNearest(
    name,
    known.map((one) => one.name),
  );
  return new HeddleError("NOTIFICATION_UNKNOWN", `there is no notification ${JSON.stringify(name)}`, {
    ...(near !== null && { hint: near }),
    details: { name },
  });
}
