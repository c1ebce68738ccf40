import { HeddleError } from "@heddle/core";
import { formatNearest, sensorDelayMs } from "@heddle/core/internal";
import { readClock, readSensors, type SensorRow } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { Sensor, Sensors } from "../contract.ts";
import { describeRuns, readTickHistories, type TickHistory } from "./tick-answers.ts";

const MAX_LISTED = 1_000;
/** How much of a cursor a list shows. */
const SHOWN_CURSOR = 200;

/** Answers `sensors.list`. */
export async function readSensorList(state: ApiState): Promise<Sensors> {
  return state.db.read("sensors.list", async (tx) => {
    const now = await readClock(tx);
    const rows = await readSensors(tx);
    const historyOf = await readTickHistories(tx, "sensor");
    const sensors = rows.slice(0, MAX_LISTED).map((row) => {
      const sensor = describeSensor(row, { now, history: historyOf(row.name) });
      return { ...sensor, cursor: sensor.cursor?.slice(0, SHOWN_CURSOR) ?? null };
    });
    return { now, sensors };
  });
}

/** Answers `sensors.get`. @throws SENSOR_UNKNOWN */
export async function readSensorDetail(state: ApiState, name: string): Promise<Sensor> {
  return state.db.read("sensors.get", async (tx) => {
    const rows = await readSensors(tx);
    const row = rows.find((one) => one.name === name);
    if (row === undefined) throw sensorUnknown(name, rows);
    const historyOf = await readTickHistories(tx, "sensor", name);
    return describeSensor(row, { now: await readClock(tx), history: historyOf(name) });
  });
}

/** The error for a name that no sensor has. */
export function sensorUnknown(name: string, known: readonly { readonly name: string }[]): HeddleError {
  const near = formatNearest(
    name,
    known.map((one) => one.name),
  );
  return new HeddleError("SENSOR_UNKNOWN", `there is no sensor ${JSON.stringify(name)}`, {
    ...(near !== null && { hint: near }),
    details: { name },
  });
}

function describeSensor(
  row: SensorRow,
  { now, history }: { readonly now: number; readonly history: TickHistory },
): Sensor {
  const { name, location, definition, isPaused, cursor, startedAt, failures } = row;
  const { description, intervalMs, run, source, events = null, consume = { kind: "each" } } = definition;
  const dueAt = startedAt === null ? now : startedAt + sensorDelayMs(intervalMs, failures);
  return {
    name,
    codeLocation: location,
    description,
    intervalMs,
    watches: events === null ? null : { events, consume },
    isPaused,
    cursor: events === null ? cursor : null,
    failures,
    source,
    runs: describeRuns(run),
    nextAt: isPaused ? null : Math.max(now, dueAt),
    ...history,
  };
}
