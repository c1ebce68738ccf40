import type { NotificationTrigger } from "./notification-trigger.ts";

/** One thing that a notification tells, as it was found: its texts are of people and of user code. */
export interface NotifiedEvent {
  /** What happened: the trigger, and how it came out. */
  readonly kind:
    | "run-failed"
    | "run-succeeded"
    | "run-canceled"
    | "run-late"
    | "step-failed"
    | "check-failed"
    | "check-warned"
    | "freshness-changed"
    | "automation-stopped"
    | "schedule-failed"
    | "sensor-failed"
    | "code-failed"
    | "manual-change"
    | "test";
  /** Epoch milliseconds. */
  readonly at: number;
  readonly runId: number | null;
  /** Why the run existed, such as `schedule nightly`. */
  readonly origin: string | null;
  readonly assetKey: string | null;
  /** Which partitions, for people; "" where there are none. */
  readonly partitions: string;
  /** How many steps or partitions it is about; 1 where it is about none. */
  readonly count: number;
  readonly check: string | null;
  /** A schedule, a sensor, a code location, or what was changed. */
  readonly subject: string | null;
  /** What it has become, such as `fail`. */
  readonly state: string | null;
  readonly error: string | null;
  readonly actor: string | null;
}

/** Most things that one message tells one by one; of the others it tells how many. */
export const MAX_TOLD_EVENTS = 20;

/** Longest error that is told. */
const MAX_ERROR = 500;

/** Says in a sentence what happened. */
export function describeNotifiedEvent(event: NotifiedEvent): string {
  const { kind, runId, assetKey, check, subject, state, actor } = event;
  const run = runId === null ? "A run" : `Run ${runId}`;
  const asset = `${assetKey ?? "an asset"}${event.partitions === "" ? "" : ` [${event.partitions}]`}`;
  const steps = event.count === 1 ? "A step" : `${event.count.toLocaleString("en")} steps`;
  const because = event.error === null ? "." : `: ${shorten(event.error)}`;
  switch (kind) {
    case "run-failed":
      return `${run}${ofOrigin(event)} has failed${because}`;
    case "run-succeeded":
      return `${run}${ofOrigin(event)} has succeeded.`;
    case "run-canceled":
      return `${run}${ofOrigin(event)} was canceled.`;
    case "run-late":
      return `${run}${ofOrigin(event)} is late${because}`;
    case "step-failed":
      return `${steps} of ${asset} failed in run ${runId ?? "?"}${because}`;
    case "check-failed":
      return `The check ${check ?? ""} of ${asset} failed${because}`;
    case "check-warned":
      return `The check ${check ?? ""} of ${asset} did not pass (a warning)${because}`;
    case "freshness-changed":
      return `${assetKey ?? "An asset"} ${FRESHNESS[state ?? ""] ?? `is ${state ?? "unknown"} by its freshness policy`}.`;
    case "automation-stopped":
      return `The automation of ${asset} was stopped${because}`;
    case "schedule-failed":
      return `The schedule ${subject ?? ""} has failed${because}`;
    case "sensor-failed":
      return `The sensor ${subject ?? ""} has failed${because}`;
    case "code-failed":
      return `The code of ${subject ?? "a code location"} does not load${because}`;
    case "manual-change":
      return `${actor ?? "Somebody"} did ${subject ?? "something"}.`;
    case "test":
      return `A test of the notification ${subject ?? ""}.`;
  }
}

const FRESHNESS: Readonly<Record<string, string>> = {
  fail: "is overdue",
  warn: "is about to be overdue",
  pass: "is fresh again",
};

/** The kinds of event in the database that a trigger is matched from. */
export function eventKindsOf({ kind }: NotificationTrigger): readonly string[] {
  return EVENT_KINDS[kind];
}

const EVENT_KINDS: Readonly<Record<NotificationTrigger["kind"], readonly string[]>> = {
  "run-ended": ["run_ended"],
  "run-late": ["run_late"],
  "step-failed": ["steps_failed"],
  // What is told when steps end that had checks.
  "check-failed": ["materialized", "steps_failed", "steps_retrying", "checks_run"],
  "freshness-changed": ["freshness_changed"],
  "automation-stopped": ["automation_stopped"],
  "tick-failed": ["tick_failed"],
  "code-failed": ["code_failed"],
  "manual-change": ["manual_change"],
};

function ofOrigin({ origin }: NotifiedEvent): string {
  return origin === null ? "" : ` (${origin})`;
}

function shorten(text: string): string {
  const [line = ""] = text.split("\n", 1);
  return line.length <= MAX_ERROR ? line : `${line.slice(0, MAX_ERROR)}…`;
}
