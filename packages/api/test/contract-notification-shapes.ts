import * as z from "zod";
import type * as contract from "../src/contract.ts";
import {
  assetRef,
  count,
  id,
  instant,
  lastInstant,
  maybe,
  recordedError,
  text,
  type Shape,
} from "./contract-shapes.ts";
import { source } from "./contract-tick-shapes.ts";

const place = z.strictObject({ channel: z.enum(["webhook", "slack", "email"]), text });

export const notifications: Shape<contract.Notifications> = z.strictObject({
  notifications: z
    .array(
      z.strictObject({
        name: text,
        codeLocation: text,
        description: maybe,
        on: z.array(text).min(1),
        selection: maybe,
        tags: z.record(text, text),
        to: z.array(place).min(1),
        groupBy: z.enum(["all", "run", "asset"]),
        gatherMs: count,
        minIntervalMs: count,
        messages: z.strictObject({ sent: count, failed: count, open: count }),
        lastSentAt: lastInstant,
        source: source.nullable(),
      }),
    )
    .min(1),
});

export const message: Shape<contract.NotificationMessage> = z.strictObject({
  id,
  key: z.uuid(),
  notification: text,
  place,
  isTest: z.boolean(),
  state: z.enum(["gathering", "sending", "sent", "failed"]),
  count: id,
  sentences: z.array(text).min(1),
  runIds: z.array(id),
  createdAt: instant,
  attempts: count,
  nextAttemptAt: lastInstant,
  giveUpAt: lastInstant,
  error: recordedError.nullable(),
  endedAt: lastInstant,
});

export const test: Shape<contract.NotificationTest> = z.strictObject({ messageIds: z.array(id).min(1) });

export const retry: Shape<contract.NotificationRetry> = z.strictObject({ id, changed: z.boolean() });

export const auditEntry: Shape<contract.AuditEntry> = z.strictObject({
  id,
  at: instant,
  actor: z.strictObject({ kind: z.enum(["catalog", "command", "api", "webhook"]), name: maybe }),
  action: text,
  subject: z.string(),
  outcome: z.enum(["done", "refused"]),
  errorCode: maybe,
  input: z.json(),
  inputDigest: z.string().regex(/^[0-9a-f]{64}$/u),
});

export const settings: Shape<contract.DeploymentSettings> = z.strictObject({
  retention: z.array(z.strictObject({ what: text, days: count.nullable() })).min(5),
  settings: z.array(z.strictObject({ name: text, value: text, hint: text })).min(1),
});

export const wiring: Shape<contract.DeploymentWiring> = z.strictObject({
  resources: z.array(
    z.strictObject({
      key: text,
      codeLocation: text,
      description: text.nullable(),
      source: z.strictObject({ file: text, line: id }).nullable(),
      users: z.strictObject({ assets: count, checks: count, schedules: count, sensors: count }),
      assets: z.array(assetRef).max(5),
    }),
  ),
  ioManagers: z
    .array(
      z.strictObject({
        name: text,
        codeLocation: text,
        isTable: z.boolean(),
        assetCount: id,
        assets: z.array(assetRef).min(1).max(5),
      }),
    )
    .min(1),
});

export const reload: Shape<contract.ReloadAnswer> = z.strictObject({ name: text, requested: z.boolean() });
