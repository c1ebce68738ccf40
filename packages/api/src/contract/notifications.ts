import type { SourceLocation } from "@heddle/core/internal";
import type { Instant, RecordedError } from "./common.ts";

/** How a notification travels. */
export type NotificationChannel = "webhook" | "slack" | "email";

/** A place that a notification goes to. */
export interface NotificationPlace {
  readonly channel: NotificationChannel;
  /** For people, without secrets: `e-mail to data@example.com`. */
  readonly text: string;
}

/** A notification that is declared. */
export interface NotificationSummary {
  readonly name: string;
  readonly codeLocation: string;
  readonly description: string | null;
  /** What it tells of, in words: `runs that failed`. */
  readonly on: readonly string[];
  /** Of which assets: a selection, or keys; `null` for whatever it is about. */
  readonly selection: string | null;
  readonly tags: { readonly [name: string]: string };
  readonly to: readonly NotificationPlace[];
  readonly groupBy: "all" | "run" | "asset";
  readonly gatherMs: number;
  readonly minIntervalMs: number;
  /** Messages that are kept, by what became of them. */
  readonly messages: { readonly sent: number; readonly failed: number; readonly open: number };
  readonly lastSentAt: Instant | null;
  readonly source: SourceLocation | null;
}

/** `notifications.list` */
export interface Notifications {
  /** By name, 1,000 at most. */
  readonly notifications: readonly NotificationSummary[];
}

/** A message of a notification to one place. */
export interface NotificationMessage {
  readonly id: number;
  /** What the receiver knows it by. */
  readonly key: string;
  readonly notification: string;
  readonly place: NotificationPlace;
  readonly isTest: boolean;
  /** `gathering`: more may come to it. `sending`: it is tried until it is delivered or given up. */
  readonly state: "gathering" | "sending" | "sent" | "failed";
  /** Things that it tells. */
  readonly count: number;
  /** The first of them, a sentence each. */
  readonly sentences: readonly string[];
  /** The first of the runs that it is about. */
  readonly runIds: readonly number[];
  readonly createdAt: Instant;
  readonly attempts: number;
  /** When it is tried next; `null` when it is over. */
  readonly nextAttemptAt: Instant | null;
  readonly giveUpAt: Instant | null;
  /** Of the last attempt, when that failed. */
  readonly error: RecordedError | null;
  readonly endedAt: Instant | null;
}

/** Answer of `notifications.test`. */
export interface NotificationTest {
  /** One message for each place. */
  readonly messageIds: readonly number[];
}

/** Answer of `notifications.retry`. */
export interface NotificationRetry {
  readonly id: number;
  /** False when it was delivered, is gathering, or is tried just now. */
  readonly changed: boolean;
}
