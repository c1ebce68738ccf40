import { type JsonValue } from "@heddle/core";
import { serializeError, type TickAnswer, type TickPreview } from "@heddle/core/internal";
import {
  addDynamicPartitionsIn,
  answerTickRequest,
  loadTick,
  readClock,
  recordManualTick,
  recordSensorTick,
  type ActiveSensor,
  type Database,
  type OpenTickRequest,
} from "@heddle/storage";
import { freezeDefinitions } from "../../planning/index.ts";
import type { GroupedRequest } from "./group-requests.ts";
import { launchRequests, previewRequest, type LaunchScope } from "./launch-requests.ts";
import { callSchedule, groupsOf, isOfPlan, scopeOf, type TickScope } from "./schedule-ticks.ts";
import { callSensor, outcomeOf, sensorGroups, sensorScope } from "./sensor-ticks.ts";

/** Requests that a preview shows. */
const SHOWN_REQUESTS = 50;

const NOTHING: Omit<TickPreview, "at" | "outcome"> = {
  reason: null,
  error: null,
  requests: [],
  requestCount: 0,
  runIds: [],
  cursor: null,
  addPartitions: [],
  removePartitions: [],
  log: null,
  durationMs: null,
};

/** Evaluates what somebody asked for beside the chain of ticks, and answers. @throws DATABASE_* */
export async function answerRequest(request: OpenTickRequest, scope: TickScope): Promise<void> {
  const preview = await evaluate(request, scope).catch((error: unknown): TickPreview => {
    if (!isOfPlan(error)) throw error;
    return { ...NOTHING, at: Date.now(), outcome: "failed", error: serializeError(error) };
  });
  // A preview is made of JSON, which an interface cannot say.
  await answerTickRequest(scope.db, request.id, preview as unknown as JsonValue);
}

async function evaluate(request: OpenTickRequest, scope: TickScope): Promise<TickPreview> {
  const at = await scope.db.read("clock", readClock);
  return request.kind === "schedule" ? evaluateSchedule(request, at, scope) : evaluateSensor(request, at, scope);
}

async function evaluateSchedule(
  { name, isDryRun }: OpenTickRequest,
  at: number,
  scope: TickScope,
): Promise<TickPreview> {
  const schedule = await loadTick(scope.db, "schedule", name);
  if (schedule === undefined) return { ...NOTHING, at, outcome: "skipped", reason: "it is not declared any more" };
  const called = await callSchedule(schedule, at, scope);
  const base = { ...NOTHING, at, log: called.log, durationMs: called.durationMs };
  const manual = { name, at, log: called.log, durationMs: called.durationMs };
  if ("error" in called) {
    const error = serializeError(called.error);
    if (!isDryRun) await recordManualTick(scope.db, { ...manual, outcome: { kind: "failed", error } });
    return { ...base, outcome: "failed", error };
  }
  if (called.answer.kind === "skipped") {
    const { reason } = called.answer;
    if (!isDryRun) await recordManualTick(scope.db, { ...manual, outcome: { kind: "skipped", reason } });
    return { ...base, outcome: "skipped", reason };
  }
  const groups = groupsOf(schedule, called.answer);
  const launchScope = scopeOf(schedule, at, scope);
  if (isDryRun) return { ...base, ...(await previewRequests(scope.db, groups, { scope: launchScope, added: [] })) };
  // Beside the chain: it must not take the place of a tick that is due at this very instant.
  const launch = launchRequests(groups, { ...launchScope, tick: `manual-${at}` });
  const made = await recordManualTick(scope.db, { ...manual, outcome: { kind: "requested", launch } });
  return { ...base, ...outcomeOfRuns(made) };
}

async function evaluateSensor({ name, isDryRun }: OpenTickRequest, at: number, scope: TickScope): Promise<TickPreview> {
  const sensor = await loadTick(scope.db, "sensor", name);
  if (sensor === undefined) return { ...NOTHING, at, outcome: "skipped", reason: "it is not declared any more" };
  if ((sensor.definition.events ?? null) !== null) {
    const reason = "it reacts to events, and takes them by itself; there is nothing to evaluate beside them";
    return { ...NOTHING, at, outcome: "skipped", reason };
  }
  const called = await callSensor(sensor, scope);
  const { log, durationMs } = called;
  const base = { ...NOTHING, at, log, durationMs };
  const common = { name, expectedVersion: sensor.version, at, isManual: true, log, durationMs };
  if ("error" in called) {
    const error = serializeError(called.error);
    if (!isDryRun) await recordSensorTick(scope.db, { ...common, outcome: { kind: "failed", error } });
    return { ...base, outcome: "failed", error };
  }
  const effects = effectsOf(called.answer);
  if (isDryRun) return { ...base, ...effects, ...(await previewSensor(sensor, called.answer, { at, scope })) };
  const outcome = outcomeOf(sensor, called.answer, { at, scope });
  const recorded = await recordSensorTick(scope.db, { ...common, outcome });
  return { ...base, ...(recorded.result === "recorded" && effects), ...outcomeOfRuns(recorded) };
}

function effectsOf(answer: TickAnswer): Pick<TickPreview, "cursor" | "addPartitions" | "removePartitions"> {
  if (answer.kind !== "evaluated") return { cursor: null, addPartitions: [], removePartitions: [] };
  const { cursor, addPartitions, removePartitions } = answer;
  return { cursor, addPartitions, removePartitions };
}

function outcomeOfRuns({ runIds, reason }: { readonly runIds: readonly number[]; readonly reason: string }) {
  if (runIds.length > 0) return { outcome: "requested", runIds } as const;
  return { outcome: "skipped", reason } as const;
}

type Shown = Pick<TickPreview, "outcome" | "reason" | "requests" | "requestCount">;

async function previewSensor(
  sensor: ActiveSensor,
  answer: TickAnswer,
  { at, scope }: { readonly at: number; readonly scope: TickScope },
): Promise<Shown> {
  if (answer.kind !== "evaluated") {
    const reason = answer.kind === "skipped" ? answer.reason : "nothing was asked for";
    return { outcome: "skipped", reason, requests: [], requestCount: 0 };
  }
  const groups = sensorGroups(sensor, answer);
  return previewRequests(scope.db, groups, { scope: sensorScope(sensor, at, scope), added: answer.addPartitions });
}

/** Ends a transaction that was to have no effect. */
const UNDO = new Error("a preview has no effect");

/** Plans what is asked for as if the keys had been added, and takes everything back. */
async function previewRequests(
  db: Database,
  groups: readonly GroupedRequest[],
  { scope, added }: { readonly scope: LaunchScope; readonly added: TickPreview["addPartitions"] },
): Promise<Shown> {
  const requests: TickPreview["requests"][number][] = [];
  await db
    .transaction("previewTick", async (tx) => {
      requests.length = 0;
      for (const { definition, keys } of added) {
        await addDynamicPartitionsIn(tx, { definition, keys, origin: { kind: scope.kind, name: scope.name } });
      }
      const frozen = { ...scope, state: freezeDefinitions(scope.state) };
      for (const group of groups.slice(0, SHOWN_REQUESTS)) requests.push(await previewRequest(tx, group, frozen));
      throw UNDO;
    })
    .catch((error: unknown) => {
      if (error !== UNDO) throw error;
    });
  const isSkipped = groups.length <= requests.length && requests.every(({ reason }) => reason !== null);
  const reasons = [...new Set(requests.flatMap(({ reason }) => reason ?? []))];
  const reason = isSkipped ? reasons.join("; ") || "nothing was asked for" : null;
  return { outcome: isSkipped ? "skipped" : "requested", reason, requests, requestCount: groups.length };
}
