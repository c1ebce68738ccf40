import { MAX_POOL_SLOTS } from "@heddle/core/internal";
import * as z from "zod";
import { cursor, id, limit, storable, text } from "./fields.ts";
import { notificationName } from "./runs.ts";

export const notificationInput = z.strictObject({ name: notificationName });

export const messageInput = z.strictObject({ id });

export const messageListInput = z.strictObject({
  /** Only of this notification. */
  notification: notificationName.optional(),
  /** Only what has become of it. */
  states: z
    .array(z.enum(["gathering", "sending", "sent", "failed"]))
    .max(4)
    .optional(),
  cursor: cursor.nullish(),
  limit: limit(50),
});

export const auditInput = z.strictObject({
  /** Only of procedures whose name begins like this, such as `runs.`. */
  action: storable(100).optional(),
  outcome: z.enum(["done", "refused"]).optional(),
  cursor: cursor.nullish(),
  limit: limit(50),
});

export const locationInput = z.strictObject({ name: storable(200).min(1) });

export const poolSetInput = z.strictObject({
  name: storable(300).min(1),
  /** 0 lets none of its steps begin; null: what the definitions say holds again. */
  slots: z.int().min(0).max(MAX_POOL_SLOTS).nullable(),
  /** Why; kept in the audit log. */
  reason: text.optional(),
});

export const eventStreamInput = z.strictObject({
  /** Only what is after this position; left out: from now on. Sent by the client by itself when it reconnects. */
  lastEventId: cursor.nullish(),
});

export type AuditInput = z.output<typeof auditInput>;
export type MessageListInput = z.output<typeof messageListInput>;
export type PoolSetInput = z.output<typeof poolSetInput>;
