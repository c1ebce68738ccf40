import type { JsonValue, NotificationTrigger } from "@heddle/core";
import type { NotificationSnapshot, NotifiedEvent } from "@heddle/core/internal";
import type { NotifiableCheck, NotifiableEvent } from "@heddle/storage";

/** What events are described with. */
export interface MatchScope {
  /** Assets that each notification selects, by its name; absent: whatever it is about. */
  readonly selected: ReadonlyMap<string, ReadonlySet<number>>;
  readonly keyOf: (assetId: number) => string | null;
  /** Partitions for people. */
  readonly partitionsOf: (assetId: number, ordinals: Iterable<number>) => string;
}

/** What a notification tells of events, by what is told together. */
export function matchEvents(
  declared: NotificationSnapshot,
  events: readonly NotifiableEvent[],
  scope: MatchScope,
): Map<string, NotifiedEvent[]> {
  const groups = new Map<string, NotifiedEvent[]>();
  for (const event of events) {
    if (!isAbout(declared, event, scope)) continue;
    for (const told of describeAll(declared.on, event, scope)) {
      const group = groupOf(declared, told);
      const known = groups.get(group);
      if (known === undefined) groups.set(group, [told]);
      else known.push(told);
    }
  }
  return groups;
}

function isAbout({ name, tags }: NotificationSnapshot, event: NotifiableEvent, { selected }: MatchScope): boolean {
  const wanted = Object.entries(tags);
  if (wanted.some(([tag, value]) => event.tags?.[tag] !== value)) return false;
  const assets = selected.get(name);
  if (assets === undefined) return true;
  return event.assetId === null ? event.runAssetIds.some((id) => assets.has(id)) : assets.has(event.assetId);
}

/** Of several triggers that fit one event in the same way, it is told once. */
function describeAll(
  triggers: readonly NotificationTrigger[],
  event: NotifiableEvent,
  scope: MatchScope,
): NotifiedEvent[] {
  const told = new Map<string, NotifiedEvent>();
  for (const trigger of triggers) {
    for (const one of describe(trigger, event, scope)) told.set(`${one.kind} ${one.check ?? ""}`, one);
  }
  return [...told.values()];
}

function groupOf({ groupBy }: NotificationSnapshot, { runId, assetKey }: NotifiedEvent): string {
  if (groupBy === "run" && runId !== null) return `run ${runId}`;
  if (groupBy === "asset" && assetKey !== null) return `asset ${assetKey}`;
  return "all";
}

function describe(trigger: NotificationTrigger, event: NotifiableEvent, scope: MatchScope): NotifiedEvent[] {
  const payload = fieldsOf(event.payload);
  const tell = (kind: NotifiedEvent["kind"], more: Partial<NotifiedEvent> = {}): NotifiedEvent[] => [
    { ...plain(event, scope), kind, ...more },
  ];
  switch (trigger.kind) {
    case "run-ended": {
      const status = trigger.statuses.find((one) => event.kind === "run_ended" && payload["status"] === one);
      if (status === undefined) return [];
      return tell(RUN_ENDS[status], { error: status === "failed" ? event.error : null });
    }
    case "run-late":
      return event.kind === "run_late" ? tell("run-late", { error: describeLimit(payload) }) : [];
    case "step-failed":
      return event.kind === "steps_failed" ? tell("step-failed") : [];
    case "check-failed":
      return event.checks
        .filter(({ name, outcome }) => trigger.outcomes.includes(outcome) && (trigger.checks?.includes(name) ?? true))
        .flatMap((check) => tell(`check-${check.outcome}`, describeCheck(check, event, scope)));
    case "freshness-changed": {
      const state = trigger.states.find((one) => event.kind === "freshness_changed" && payload["to"] === one);
      return state === undefined ? [] : tell("freshness-changed", { state });
    }
    case "automation-stopped":
      return event.kind === "automation_stopped"
        ? tell("automation-stopped", { check: textOf(payload["check"]), error: textOf(payload["reason"]) })
        : [];
    case "tick-failed": {
      const subject = textOf(payload["name"]);
      const fits = event.kind === "tick_failed" && payload["ticker"] === trigger.ticker && subject !== null;
      if (!fits || trigger.names?.includes(subject) === false) return [];
      return tell(`${trigger.ticker}-failed`, { subject, error: textOf(payload["message"]) });
    }
    case "code-failed":
      return event.kind === "code_failed"
        ? tell("code-failed", { subject: textOf(payload["location"]), error: textOf(payload["message"]) })
        : [];
    case "manual-change": {
      const action = textOf(payload["action"]);
      const fits = event.kind === "manual_change" && action !== null && (trigger.actions?.includes(action) ?? true);
      return fits ? tell("manual-change", describeManual(action, payload)) : [];
    }
  }
}

const RUN_ENDS = { success: "run-succeeded", failed: "run-failed", canceled: "run-canceled" } as const;

function plain(
  { at, runId, assetId, partitions, origin, error }: NotifiableEvent,
  scope: MatchScope,
): Omit<NotifiedEvent, "kind"> {
  return {
    at,
    runId,
    origin: origin === null ? null : describeOrigin(origin),
    assetKey: assetId === null ? null : scope.keyOf(assetId),
    partitions: assetId === null || partitions === null ? "" : scope.partitionsOf(assetId, partitions),
    count: Math.max(1, partitions?.size ?? 1),
    check: null,
    subject: null,
    state: null,
    error,
    actor: null,
  };
}

function describeCheck(
  { name, ordinals }: NotifiableCheck,
  { assetId }: NotifiableEvent,
  scope: MatchScope,
): Partial<NotifiedEvent> {
  const partitions = assetId === null ? "" : scope.partitionsOf(assetId, ordinals);
  return { check: name, partitions, count: ordinals.length, error: null };
}

function describeOrigin(origin: Readonly<Record<string, JsonValue>>): string | null {
  const { kind, name, runId } = origin;
  if (typeof kind !== "string") return null;
  if (kind === "manual") return null;
  if (typeof name === "string") return `${kind} ${name}`;
  return typeof runId === "number" ? `${kind} of run ${runId}` : kind;
}

function describeLimit({ limit, action }: Readonly<Record<string, JsonValue>>): string {
  const what = LIMITS[textOf(limit) ?? ""] ?? "it has exceeded a limit";
  return action === "cancel" ? `${what}, and is canceled` : what;
}

const LIMITS: Readonly<Record<string, string>> = {
  start: "it has not begun in time",
  timeout: "it runs longer than it may",
  deadline: "it is not over by its deadline",
};

function describeManual(action: string, payload: Readonly<Record<string, JsonValue>>): Partial<NotifiedEvent> {
  const what = textOf(payload["subject"]) ?? "";
  const actor = fieldsOf(payload["actor"] ?? null);
  const who = textOf(actor["name"]);
  const by = BY[textOf(actor["kind"]) ?? ""] ?? "Somebody";
  return {
    subject: what === "" ? action : `${action} on ${what}`,
    actor: who === null ? by : `${who} (${by.toLowerCase()})`,
  };
}

const BY: Readonly<Record<string, string>> = {
  catalog: "Somebody in the catalog",
  command: "Somebody on the command line",
  api: "A client of the API",
};

function fieldsOf(value: JsonValue): Readonly<Record<string, JsonValue>> {
  // What is no list and no plain value is an object of JSON.
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, JsonValue>>)
    : {};
}

function textOf(value: JsonValue | undefined): string | null {
  return typeof value === "string" ? value : null;
}
