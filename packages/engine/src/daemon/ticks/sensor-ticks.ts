import { sensorDelayMs, serializeError, type TickAnswer } from "@heddle/core/internal";
import { recordSensorTick, type ActiveSensor, type SensorTick } from "@heddle/storage";
import { groupRequests, type GroupedRequest } from "./group-requests.ts";
import { launchRequests, type LaunchScope } from "./launch-requests.ts";
import { isOfPlan, type TickScope } from "./schedule-ticks.ts";

/** When a sensor is to be evaluated next, epoch milliseconds; one that was never evaluated is at once. */
export function sensorDueAt({ startedAt, failures, definition }: ActiveSensor): number {
  return startedAt === null ? 0 : startedAt + sensorDelayMs(definition.intervalMs, failures);
}

/** Evaluates a sensor that is due. `at`: now, by the database's clock. @throws DATABASE_* */
export async function tickSensor(sensor: ActiveSensor, at: number, scope: TickScope): Promise<void> {
  const { name, version } = sensor;
  const called = await callSensor(sensor, scope);
  const base = { name, expectedVersion: version, at, durationMs: called.durationMs, log: called.log };
  if ("error" in called) {
    scope.log.warn(`the sensor ${name} failed`, { failures: sensor.failures + 1 });
    await recordSensorTick(scope.db, { ...base, outcome: { kind: "failed", error: serializeError(called.error) } });
    return;
  }
  try {
    await recordSensorTick(scope.db, { ...base, outcome: outcomeOf(sensor, called.answer, { at, scope }) });
  } catch (error) {
    if (!isOfPlan(error)) throw error;
    await recordSensorTick(scope.db, { ...base, outcome: { kind: "failed", error: serializeError(error) } });
  }
}

/** What an answer of a sensor asks for. @throws TICK_ASSETS_MISSING, TICK_REQUESTS_LIMIT */
export function outcomeOf(
  sensor: ActiveSensor,
  answer: TickAnswer,
  { at, scope }: { readonly at: number; readonly scope: TickScope },
): SensorTick["outcome"] {
  if (answer.kind === "skipped") return answer;
  if (answer.kind === "declared") return { kind: "skipped", reason: "nothing was asked for" };
  const { cursor, addPartitions, removePartitions } = answer;
  const { reason } = answer;
  const launch =
    reason === undefined
      ? launchRequests(sensorGroups(sensor, answer), sensorScope(sensor, at, scope))
      : () => Promise.resolve({ runIds: [], reason });
  return { kind: "evaluated", effects: { cursor, addPartitions, removePartitions, launch } };
}

/** The runs that an answer of a sensor asks for. @throws TICK_ASSETS_MISSING, TICK_REQUESTS_LIMIT */
export function sensorGroups(
  { name, definition }: ActiveSensor,
  { requests }: Extract<TickAnswer, { readonly kind: "evaluated" }>,
): GroupedRequest[] {
  return groupRequests(requests, definition.run, `the sensor "${name}"`);
}

/** How the runs of a sensor's evaluation are launched. */
export function sensorScope(sensor: ActiveSensor, at: number, { state, environment }: TickScope): LaunchScope {
  const { name, definition, version, startedAt } = sensor;
  const { overlap, only, reuse } = definition.run;
  const since = startedAt ?? at;
  return {
    state,
    environment,
    kind: "sensor",
    name,
    tick: String(version),
    at,
    since,
    overlap,
    only,
    ...(reuse !== undefined && { reuse }),
    origin: {},
  };
}

/** Calls the function of a sensor. */
export async function callSensor(sensor: ActiveSensor, { evaluators }: TickScope) {
  const { name, definition, cursor, startedAt } = sensor;
  const tick = { kind: "sensor", cursor, lastTickAt: startedAt } as const;
  const called = await evaluators.evaluate(sensor, { type: "evaluate", name, timeoutMs: definition.timeoutMs, tick });
  return { ...called, durationMs: Math.round(called.durationMs) };
}
