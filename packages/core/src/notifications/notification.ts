import { brand, hasBrand } from "../brand.ts";
import type { AnyUpstream } from "../declarations.ts";
import type { ChosenAssets } from "../run-request.ts";
import type { SourceLocation } from "../snapshot.ts";
import { captureSourceLocation } from "../source-location.ts";
import type { NotificationTarget } from "./notification-target.ts";
import type { NotificationTrigger } from "./notification-trigger.ts";

/** How long things are gathered into one message when a notification does not say. */
export const DEFAULT_GATHER_MS = 10_000;
/** From one message to the next when a notification does not say. */
export const DEFAULT_MIN_INTERVAL_MS = 60_000;
/** How long a message is tried when a notification does not say. */
export const DEFAULT_GIVE_UP_MS = 6 * 3_600_000;

/** What of a deployment is told together. */
export type NotificationGrouping = "all" | "run" | "asset";

/** What {@link notify} takes. */
export interface NotificationOptions {
  /** Name of the notification, one for each: letters, digits, `_` and `-`. Its place among the events belongs to it. */
  readonly name: string;
  readonly description?: string | undefined;
  /** What is told. */
  readonly on: NotificationTrigger | readonly NotificationTrigger[];
  /** Only what is about these assets, or about runs that hold one of them. @default everything */
  readonly selection?: string | readonly AnyUpstream[] | undefined;
  /** Only what is about runs with all of these tags. @default whatever their tags */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** One place, or several: each gets every message. */
  readonly to: NotificationTarget | readonly NotificationTarget[];
  /** A template for the message, with names such as `{{run.id}}`. @default a sentence for each thing, with links */
  readonly message?: string | undefined;
  /** What is told together. @default "all" */
  readonly groupBy?: NotificationGrouping | undefined;
  /** What happens within this time of the first thing comes in the same message, in milliseconds. @default 10_000 */
  readonly gatherMs?: number | undefined;
  /** From one message of a group to the next, in milliseconds; what happens meanwhile is gathered. @default 60_000 */
  readonly minIntervalMs?: number | undefined;
  /** How long a message that cannot be delivered is tried, in milliseconds. @default 21_600_000 (six hours) */
  readonly giveUpAfterMs?: number | undefined;
}

/** A notification as declared; made by {@link notify}. */
export interface Notification {
  readonly kind: "notification";
  readonly name: string;
  readonly description: string | null;
  readonly on: readonly NotificationTrigger[];
  /** `null`: whatever it is about. */
  readonly assets: ChosenAssets | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly to: readonly NotificationTarget[];
  readonly message: string | null;
  readonly groupBy: NotificationGrouping;
  readonly gatherMs: number;
  readonly minIntervalMs: number;
  readonly giveUpAfterMs: number;
  readonly source: SourceLocation | null;
}

/** A notification as data. */
export type NotificationSnapshot = Omit<Notification, "kind">;

/**
 * Declares a notification: what is told, and to whom. It is matched by the daemon from what has happened, and sent until
 * it is delivered; no code of the project runs for it.
 *
 * @example
 * export const alarm = notify({
 *   name: "alarm",
 *   on: [runFailed(), checkNotPassed()],
 *   selection: "group:finance",
 *   to: slack(),
 *   message: "{{sentence}} {{url}}",
 * });
 */
export function notify(options: NotificationOptions): Notification {
  const { selection } = options;
  const declared: Notification = {
    kind: "notification",
    name: options.name,
    description: options.description ?? null,
    on: listed(options.on),
    assets: selection === undefined ? null : chosen(selection),
    tags: options.tags ?? {},
    to: listed(options.to),
    message: options.message ?? null,
    groupBy: options.groupBy ?? "all",
    gatherMs: options.gatherMs ?? DEFAULT_GATHER_MS,
    minIntervalMs: options.minIntervalMs ?? DEFAULT_MIN_INTERVAL_MS,
    giveUpAfterMs: options.giveUpAfterMs ?? DEFAULT_GIVE_UP_MS,
    source: captureSourceLocation(notify),
  };
  return brand(declared, "notification");
}

/** Says whether `value` was made by {@link notify}. */
export function isNotification(value: unknown): value is Notification {
  return hasBrand(value, "notification");
}

function listed<T extends object>(given: T | readonly T[]): readonly T[] {
  // What is no list is one thing; somebody may have gone around the compiler, and validation reports that.
  return Array.isArray(given) ? (given as readonly T[]) : [given as T];
}

function chosen(selection: string | readonly AnyUpstream[]): ChosenAssets {
  return typeof selection === "string" ? { selection } : { keys: selection.map(({ key }) => key) };
}
