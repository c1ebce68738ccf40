import { type ChosenAssets } from "@heddle/core";
import { parseSelection, serializeError, takeEvents, type TickAnswer, type WatchedEvents } from "@heddle/core/internal";
import {
  moveSensorOn,
  readReceipts,
  readSensorEvents,
  recordSensorTick,
  type ActiveSensor,
  type SensorEvent,
  type SensorEventPage,
  type Transaction,
} from "@heddle/storage";
import type { EventData } from "../../evaluator/protocol.ts";
import { selectAssets, type PlanningState } from "../../planning/index.ts";
import { DECLARED_REQUEST } from "./group-requests.ts";
import { isOfPlan, type TickScope } from "./schedule-ticks.ts";
import { outcomeOf } from "./sensor-ticks.ts";

/** Events that one look reads: no evaluation takes more. */
const READ_LIMIT = 1_001;
/** Keys that a function sees of one event. */
const SHOWN_KEYS = 1_000;
/** Events whose evaluation has failed so often are passed over: they must not hold up those after them for ever. */
const MAX_FAILURES = 3;
/** How often a place among the events is written down that moved over nothing that concerns the sensor. */
const MOVE_ON_MS = 60_000;

/** What a daemon remembers of where event sensors stand, so that it does not look through the same events again. */
export type EventMemory = Map<string, { readonly version: number; readonly scannedTo: string; readonly since: number }>;

/**
 * Looks whether there are events for a sensor, and evaluates it with those that its policy takes. Gives whether there may be
 * more at once. @throws DATABASE_*
 */
export async function tickEventSensor(
  sensor: ActiveSensor,
  at: number,
  { scope, memory }: { readonly scope: TickScope; readonly memory: EventMemory },
): Promise<void> {
  const { name, version, definition } = sensor;
  const { events: watched, consume = { kind: "each" } } = definition;
  if (watched === null || watched === undefined) return;
  const { events, scannedTo } = await look(sensor, watched, { scope, memory });
  const taken = takeEvents(
    consume,
    events.map((event) => event.at),
    at,
  );
  if (taken.kind === "wait") {
    if (events.length === 0) await remember(sensor, scannedTo, { scope, memory });
    return;
  }
  memory.delete(name);
  const batch = events.slice(0, taken.count);
  const cursor = batch.at(-1)?.cursor ?? scannedTo;
  const called = await call(sensor, batch.slice(taken.from), scope);
  const base = { name, expectedVersion: version, at, durationMs: called.durationMs, log: called.log };
  const fail = async (error: unknown, isFinal: boolean): Promise<void> => {
    scope.log.warn(`the sensor ${name} failed`, { failures: sensor.failures + 1 });
    const outcome = { kind: "failed", error: serializeError(error), ...(isFinal && { passOver: cursor }) } as const;
    await recordSensorTick(scope.db, { ...base, outcome });
  };
  if ("error" in called) return fail(called.error, sensor.failures + 1 >= MAX_FAILURES);
  try {
    await recordSensorTick(scope.db, {
      ...base,
      outcome: outcomeOf(sensor, answerAt(called.answer, cursor), { at, scope }),
    });
  } catch (error) {
    if (!isOfPlan(error)) throw error;
    // The same request would be refused again.
    await fail(error, true);
  }
}

/** What a function has answered, together with the place behind the events that it has seen. */
function answerAt(answer: TickAnswer, cursor: string): TickAnswer {
  const nothing = { kind: "evaluated", cursor, addPartitions: [], removePartitions: [] } as const;
  if (answer.kind === "declared") return { ...nothing, requests: [DECLARED_REQUEST] };
  if (answer.kind === "skipped") return { ...nothing, requests: [], reason: answer.reason };
  return { ...answer, cursor };
}

async function look(
  { name, version, cursor }: ActiveSensor,
  watched: WatchedEvents,
  { scope, memory }: { readonly scope: TickScope; readonly memory: EventMemory },
): Promise<SensorEventPage> {
  const known = memory.get(name);
  const after = known?.version === version ? known.scannedTo : (cursor ?? "0.0");
  return scope.db.read("sensor events", async (tx) => {
    const common = { after, sensor: name, limit: READ_LIMIT };
    if (watched.kind === "run-ended") {
      return readSensorEvents(tx, { ...common, kind: "run_ended", statuses: watched.statuses });
    }
    if (watched.kind === "webhook") return readSensorEvents(tx, { ...common, kind: "webhook_received" });
    const assetIds = await watchedIds(tx, watched.assets, scope.state);
    if (watched.kind === "materialized") return readSensorEvents(tx, { ...common, kind: "materialized", assetIds });
    const checks = { names: watched.checks, outcomes: watched.outcomes };
    return readSensorEvents(tx, { ...common, kind: "checked", assetIds, checks });
  });
}

async function watchedIds(tx: Transaction, assets: ChosenAssets, state: PlanningState): Promise<number[]> {
  const index = await state.definitions.index(tx);
  const chosen =
    "keys" in assets
      ? assets.keys.flatMap((key) => index.byKey(key) ?? [])
      : await selectAssets(state, tx, parseSelection(assets.selection));
  return chosen.map(({ id }) => id);
}

async function remember(
  { name, version, cursor }: ActiveSensor,
  scannedTo: string,
  { scope, memory }: { readonly scope: TickScope; readonly memory: EventMemory },
): Promise<void> {
  const known = memory.get(name);
  const since = known?.version === version ? known.since : performance.now();
  memory.set(name, { version, scannedTo, since });
  if (scannedTo === cursor || performance.now() - since < MOVE_ON_MS) return;
  await moveSensorOn(scope.db, { name, expectedVersion: version, cursor: scannedTo });
}

async function call(sensor: ActiveSensor, seen: readonly SensorEvent[], scope: TickScope) {
  const { name, definition } = sensor;
  if (definition.isEvaluated === false) return { answer: { kind: "declared" } as const, durationMs: null, log: null };
  const events = await scope.db.read("sensor events", (tx) => describe(tx, seen, scope.state));
  const { timeoutMs } = definition;
  const called = await scope.evaluators.evaluate(sensor, {
    type: "evaluate",
    name,
    timeoutMs,
    tick: { kind: "events", events },
  });
  return { ...called, durationMs: Math.round(called.durationMs) };
}

/** Writes events as functions see them. Keys follow from the definitions in force. */
async function describe(tx: Transaction, seen: readonly SensorEvent[], state: PlanningState): Promise<EventData[]> {
  const index = await state.definitions.index(tx);
  const spaces = await state.definitions.spaces(tx, Date.now());
  const receipts = await readReceipts(
    tx,
    seen.flatMap((event) => (event.kind === "webhook_received" ? receiptIdOf(event.payload) : [])),
  );
  return seen.flatMap((event): EventData[] => {
    const { at, kind, assetId, partitions, payload, origin, tags, checks } = event;
    const runId = event.runId ?? 0;
    if (kind === "run_ended") {
      return [{ kind: "run-ended", at, runId, status: statusOf(payload), origin: origin ?? {}, tags: tags ?? {} }];
    }
    if (kind === "webhook_received") {
      const receipt = receipts.get(receiptIdOf(payload));
      if (receipt === undefined) return [];
      const { deliveryId, headers, payload: body } = receipt;
      return [{ kind: "webhook", at, deliveryId, headers, payload: body }];
    }
    const asset = index.byId(assetId ?? 0);
    const assetKey = asset?.key ?? "";
    const space = asset === undefined || asset.definition.partitions === null ? undefined : spaces.of(asset);
    const keysOf = (ordinals: Iterable<number>): string[] =>
      space === undefined ? [] : [...ordinals].slice(0, SHOWN_KEYS).flatMap((one) => space.keyOf(one) ?? []);
    if (checks.length > 0) {
      return checks.map(({ name, outcome, ordinals }) => ({
        kind: "checked",
        at,
        assetKey,
        runId,
        outcome,
        check: name,
        partitionKeys: keysOf(ordinals),
        count: ordinals.length,
      }));
    }
    const partitionKeys = keysOf(partitions?.take(SHOWN_KEYS) ?? []);
    return [{ kind: "materialized", at, assetKey, partitionKeys, count: partitions?.size ?? 1, runId }];
  });
}

function receiptIdOf(payload: SensorEvent["payload"]): number {
  const id = typeof payload === "object" && payload !== null && "receiptId" in payload ? payload.receiptId : 0;
  return Number(id);
}

function statusOf(payload: SensorEvent["payload"]): "success" | "failed" | "canceled" {
  const status = typeof payload === "object" && payload !== null && "status" in payload ? payload.status : null;
  return status === "success" || status === "canceled" ? status : "failed";
}
