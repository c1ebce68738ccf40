import {
  automationStopped,
  checkNotPassed,
  codeFailed,
  freshnessChanged,
  manualChange,
  notify,
  runCanceled,
  runFailed,
  runLate,
  runSucceeded,
  scheduleFailed,
  sensorFailed,
  slack,
  stepFailed,
  type NotificationTrigger,
} from "@heddle/core";
import { describeNotifiedEvent, PartitionSet, type NotificationSnapshot } from "@heddle/core/internal";
import type { NotifiableEvent } from "@heddle/storage";
import { describe, expect, test } from "vitest";
import { matchEvents, type MatchScope } from "./match-events.ts";

const ORDERS = 1;
const REPORT = 2;
const KEYS = new Map([
  [ORDERS, "shop/orders"],
  [REPORT, "shop/report"],
]);

/** An event as the stream has it; what is not given is about nothing. */
function happened(kind: string, given: Partial<NotifiableEvent> = {}): NotifiableEvent {
  return {
    cursor: "1.1",
    at: 1_000,
    kind,
    runId: null,
    assetId: null,
    partitions: null,
    payload: null,
    origin: null,
    tags: null,
    runAssetIds: [],
    checks: [],
    error: null,
    ...given,
  };
}

const checked = (outcome: "warned" | "failed", name: string) => ({ name, outcome, ordinals: [3, 4] });

/** One of each kind, and every way in which it comes out. */
const HAPPENED = {
  succeeded: happened("run_ended", { runId: 7, payload: { status: "success" }, runAssetIds: [ORDERS] }),
  failed: happened("run_ended", { runId: 8, payload: { status: "failed" }, runAssetIds: [ORDERS], error: "no disk" }),
  canceled: happened("run_ended", { runId: 9, payload: { status: "canceled" }, runAssetIds: [REPORT] }),
  late: happened("run_late", { runId: 9, payload: { limit: "deadline", action: "tell" }, runAssetIds: [REPORT] }),
  steps: happened("steps_failed", {
    runId: 8,
    assetId: ORDERS,
    partitions: PartitionSet.of([3, 4]),
    error: "no disk",
  }),
  warned: happened("materialized", { runId: 7, assetId: REPORT, checks: [checked("warned", "even")] }),
  check: happened("checks_run", { runId: 7, assetId: REPORT, checks: [checked("failed", "positive")] }),
  overdue: happened("freshness_changed", { assetId: REPORT, payload: { from: "pass", to: "fail", at: 900 } }),
  nearly: happened("freshness_changed", { assetId: REPORT, payload: { from: "pass", to: "warn", at: 900 } }),
  fresh: happened("freshness_changed", { assetId: REPORT, payload: { from: "fail", to: "pass", at: 900 } }),
  unknown: happened("freshness_changed", { assetId: REPORT, payload: { from: "fail", to: "unknown", at: 900 } }),
  stopped: happened("automation_stopped", { assetId: REPORT, payload: { check: null, reason: "it set itself off" } }),
  schedule: happened("tick_failed", { payload: { ticker: "schedule", name: "nightly", message: "no file" } }),
  sensor: happened("tick_failed", { payload: { ticker: "sensor", name: "files", message: "no answer" } }),
  code: happened("code_failed", { payload: { location: "shop", message: "a word is missing" } }),
  launched: happened("manual_change", {
    payload: { action: "plan.launch", subject: "shop/report", actor: { kind: "command", name: "ada" } },
  }),
  paused: happened("manual_change", {
    payload: { action: "schedules.pause", subject: "", actor: { kind: "catalog", name: null } },
  }),
} as const satisfies Record<string, NotifiableEvent>;
type Name = keyof typeof HAPPENED;
const ALL = Object.keys(HAPPENED) as Name[];

const scope = (selected: MatchScope["selected"] = new Map()): MatchScope => ({
  selected,
  keyOf: (assetId) => KEYS.get(assetId) ?? null,
  partitionsOf: (_, ordinals) => [...ordinals].join(","),
});

function declared(on: NotificationTrigger | NotificationTrigger[], more: Partial<Parameters<typeof notify>[0]> = {}) {
  const { kind: _, ...snapshot } = notify({ name: "alarm", on, to: slack(), ...more });
  return snapshot satisfies NotificationSnapshot;
}

/** What a notification tells of these events, in sentences. */
function tell(
  notification: NotificationSnapshot,
  events: readonly NotifiableEvent[],
  selected?: readonly number[],
): string[] {
  const chosen = selected === undefined ? undefined : new Map([["alarm", new Set(selected)]]);
  return [...matchEvents(notification, events, scope(chosen)).values()].flat().map(describeNotifiedEvent);
}

/** Which of all events a trigger is for. */
const matched = (on: NotificationTrigger, selected?: readonly number[]): Name[] =>
  ALL.filter((name) => tell(declared(on), [HAPPENED[name]], selected).length > 0);

describe("a trigger is for what it names, and for nothing else", () => {
  test.each<[string, NotificationTrigger, readonly Name[]]>([
    ["runFailed()", runFailed(), ["failed"]],
    ["runSucceeded()", runSucceeded(), ["succeeded"]],
    ["runCanceled()", runCanceled(), ["canceled"]],
    ["runLate()", runLate(), ["late"]],
    ["stepFailed()", stepFailed(), ["steps"]],
    ["checkNotPassed()", checkNotPassed(), ["check"]],
    ["checkNotPassed({ severity: error })", checkNotPassed({ severity: "error" }), ["check"]],
    ["checkNotPassed({ severity: warn })", checkNotPassed({ severity: "warn" }), ["warned", "check"]],
    ["checkNotPassed({ checks: [positive] })", checkNotPassed({ checks: ["positive"] }), ["check"]],
    ["checkNotPassed({ checks: [even] })", checkNotPassed({ checks: ["even"] }), []],
    [
      "checkNotPassed({ checks: [even], severity: warn })",
      checkNotPassed({ checks: ["even"], severity: "warn" }),
      ["warned"],
    ],
    ["freshnessChanged()", freshnessChanged(), ["overdue"]],
    ["freshnessChanged(warn, pass)", freshnessChanged("warn", "pass"), ["nearly", "fresh"]],
    ["automationStopped()", automationStopped(), ["stopped"]],
    ["scheduleFailed()", scheduleFailed(), ["schedule"]],
    ["scheduleFailed(nightly)", scheduleFailed("hourly", "nightly"), ["schedule"]],
    ["scheduleFailed(files)", scheduleFailed("files"), []],
    ["sensorFailed()", sensorFailed(), ["sensor"]],
    ["sensorFailed(files)", sensorFailed("files"), ["sensor"]],
    ["sensorFailed(nightly)", sensorFailed("nightly"), []],
    ["codeFailed()", codeFailed(), ["code"]],
    ["manualChange()", manualChange(), ["launched", "paused"]],
    ["manualChange(schedules.pause)", manualChange("schedules.pause", "runs.cancel"), ["paused"]],
    ["manualChange(runs.cancel)", manualChange("runs.cancel"), []],
  ])("%s", (_, trigger, names) => {
    expect(matched(trigger)).toEqual(names);
  });
});

describe("a selection", () => {
  const everything = [
    runFailed(),
    runSucceeded(),
    runCanceled(),
    runLate(),
    stepFailed(),
    checkNotPassed({ severity: "warn" }),
    freshnessChanged("fail", "warn", "pass"),
    automationStopped(),
    scheduleFailed(),
    sensorFailed(),
    codeFailed(),
    manualChange(),
  ];
  const of = (selected?: readonly number[]): Name[] =>
    ALL.filter((name) => tell(declared(everything), [HAPPENED[name]], selected).length > 0);

  test("limits what is told to its assets and to runs that hold one of them; what is about neither is left out", () => {
    expect(of()).toEqual(ALL.filter((name) => name !== "unknown"));
    expect(of([ORDERS])).toEqual(["succeeded", "failed", "steps"]);
    expect(of([REPORT])).toEqual(["canceled", "late", "warned", "check", "overdue", "nearly", "fresh", "stopped"]);
    expect(of([])).toEqual([]);
  });

  test("goes by the asset of an event, and not by what else its run makes", () => {
    const steps = { ...HAPPENED.steps, runAssetIds: [ORDERS, REPORT] };
    expect(tell(declared(stepFailed()), [steps], [REPORT])).toEqual([]);
  });
});

test("tags are those of the run, all of them", () => {
  const event = { ...HAPPENED.failed, tags: { team: "a", tier: "1" } };
  const told = (tags: Record<string, string>): number => tell(declared(runFailed(), { tags }), [event]).length;
  expect([{}, { team: "a" }, { team: "a", tier: "1" }].map(told)).toEqual([1, 1, 1]);
  expect([{ team: "b" }, { team: "a", tier: "2" }, { other: "a" }].map(told)).toEqual([0, 0, 0]);
  // What is about no run has no tags.
  expect(tell(declared(scheduleFailed(), { tags: { team: "a" } }), [HAPPENED.schedule])).toEqual([]);
});

describe("what is told", () => {
  test("says of which run, asset, partitions and check, and why", () => {
    const origin = { kind: "schedule", name: "nightly" };
    const sentence = (on: NotificationTrigger, event: NotifiableEvent): string[] => tell(declared(on), [event]);
    expect([
      ...sentence(runFailed(), { ...HAPPENED.failed, origin }),
      ...sentence(runSucceeded(), { ...HAPPENED.succeeded, origin: { kind: "manual" }, error: "of a retried step" }),
      ...sentence(runCanceled(), { ...HAPPENED.canceled, origin: { kind: "retry", runId: 3 } }),
      ...sentence(runLate(), HAPPENED.late),
      ...sentence(runLate(), { ...HAPPENED.late, payload: { limit: "timeout", action: "cancel" } }),
      ...sentence(stepFailed(), HAPPENED.steps),
      ...sentence(checkNotPassed({ severity: "warn" }), HAPPENED.warned),
      ...sentence(checkNotPassed(), HAPPENED.check),
      ...sentence(freshnessChanged(), HAPPENED.overdue),
      ...sentence(automationStopped(), HAPPENED.stopped),
      ...sentence(scheduleFailed(), HAPPENED.schedule),
      ...sentence(sensorFailed(), HAPPENED.sensor),
      ...sentence(codeFailed(), HAPPENED.code),
      ...sentence(manualChange(), HAPPENED.launched),
      ...sentence(manualChange(), HAPPENED.paused),
    ]).toEqual([
      "Run 8 (schedule nightly) has failed: no disk",
      "Run 7 has succeeded.",
      "Run 9 (retry of run 3) was canceled.",
      "Run 9 is late: it is not over by its deadline",
      "Run 9 is late: it runs longer than it may, and is canceled",
      "2 steps of shop/orders [3,4] failed in run 8: no disk",
      "The check even of shop/report [3,4] did not pass (a warning).",
      "The check positive of shop/report [3,4] failed.",
      "shop/report is overdue.",
      "The automation of shop/report was stopped: it set itself off",
      "The schedule nightly has failed: no file",
      "The sensor files has failed: no answer",
      "The code of shop does not load: a word is missing",
      "ada (somebody on the command line) did plan.launch on shop/report.",
      "Somebody in the catalog did schedules.pause.",
    ]);
  });

  test("of what went well has no error, whatever steps went through before", () => {
    const told = matchEvents(declared(runSucceeded()), [{ ...HAPPENED.succeeded, error: "the first try" }], scope());
    expect([...told.values()].flat()).toMatchObject([{ kind: "run-succeeded", error: null }]);
  });

  test("of an event that several triggers fit is told once, of each check once", () => {
    const event = { ...HAPPENED.check, checks: [checked("failed", "positive"), checked("failed", "unique")] };
    const twice = [checkNotPassed(), checkNotPassed({ severity: "warn", checks: ["positive"] })];
    expect(tell(declared(twice), [event])).toEqual([
      "The check positive of shop/report [3,4] failed.",
      "The check unique of shop/report [3,4] failed.",
    ]);
    expect(tell(declared([scheduleFailed(), scheduleFailed("nightly")]), [HAPPENED.schedule])).toHaveLength(1);
  });

  test("of steps that failed with a check that failed are both", () => {
    const event = { ...HAPPENED.steps, checks: [checked("failed", "positive")] };
    expect(tell(declared([stepFailed(), checkNotPassed()]), [event])).toHaveLength(2);
  });

  test("of events with payloads that nobody wrote is nothing", () => {
    const on = [runFailed(), freshnessChanged(), scheduleFailed(), manualChange()];
    for (const kind of ["run_ended", "freshness_changed", "tick_failed", "manual_change"]) {
      for (const payload of [null, [], "failed", 1, {}, { status: 1, to: {}, ticker: null, action: [] }]) {
        expect(tell(declared(on), [happened(kind, { payload })])).toEqual([]);
      }
    }
  });
});

test("what is told together: everything, what is about a run, what is about an asset", () => {
  const on = [runFailed(), stepFailed(), scheduleFailed(), checkNotPassed()];
  const events = [HAPPENED.failed, HAPPENED.steps, HAPPENED.check, HAPPENED.schedule];
  const groups = (groupBy: "all" | "run" | "asset") =>
    Object.fromEntries(
      [...matchEvents(declared(on, { groupBy }), events, scope())].map(([name, told]) => [
        name,
        told.map(({ kind }) => kind),
      ]),
    );
  expect(groups("all")).toEqual({ all: ["run-failed", "step-failed", "check-failed", "schedule-failed"] });
  expect(groups("run")).toEqual({
    "run 8": ["run-failed", "step-failed"],
    "run 7": ["check-failed"],
    all: ["schedule-failed"],
  });
  expect(groups("asset")).toEqual({
    "asset shop/orders": ["step-failed"],
    "asset shop/report": ["check-failed"],
    all: ["run-failed", "schedule-failed"],
  });
});
