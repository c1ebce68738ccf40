import {
  readSchedules,
  readSensorCursors,
  readSensors,
  readTicks,
  type TickKind,
  type Transaction,
} from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { Page, SensorCursor, Tick } from "../contract.ts";
import type { TickListInput } from "../inputs/ticks.ts";
import { parseCursor, writeCursor } from "../page-cursor.ts";
import { scheduleUnknown } from "./schedule-answers.ts";
import { sensorUnknown } from "./sensor-answers.ts";
import { describeTick } from "./tick-answers.ts";

/**
 * Answers `schedules.ticks` and `sensors.ticks`; also of a name that is not declared any more and has a history.
 * @throws SCHEDULE_UNKNOWN, SENSOR_UNKNOWN, API_CURSOR_INVALID
 */
export async function readTickList(state: ApiState, kind: TickKind, input: TickListInput): Promise<Page<Tick>> {
  const { name, cursor, limit } = input;
  const beforeId = typeof cursor === "string" ? parseCursor(cursor, 1)[0] : undefined;
  return state.db.read(`${kind}s.ticks`, async (tx) => {
    const rows = await readTicks(tx, { kind, name, beforeId, limit });
    if (rows.length === 0 && beforeId === undefined) await requireDeclared(tx, kind, name);
    const last = rows.at(-1);
    return {
      items: rows.map(describeTick),
      nextCursor: rows.length < limit || last === undefined ? null : writeCursor(last.id),
    };
  });
}

/** Rank of who has set a cursor, for those of one instant. */
const BY_TICK = 0;
const BY_HAND = 1;

/** Answers `sensors.cursors`: what a sensor had to go on from, the newest first. @throws SENSOR_UNKNOWN, API_CURSOR_INVALID */
export async function readCursorHistory(state: ApiState, input: TickListInput): Promise<Page<SensorCursor>> {
  const { name, cursor, limit } = input;
  const [atMs = 0, rank = 0, id = 0] = typeof cursor === "string" ? parseCursor(cursor, 3) : [];
  return state.db.read("sensors.cursors", async (tx) => {
    await requireDeclared(tx, "sensor", name);
    const before = typeof cursor === "string" ? { atMs, rank, id } : null;
    const rows = await readSensorCursors(tx, { name, before, limit: limit + 1 });
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const more = rows.length > page.length && last !== undefined;
    return {
      items: page.map(({ at, cursor: own, tickId, actor, reason }) => ({
        at: at.getTime(),
        cursor: own,
        tickId,
        actor,
        reason,
      })),
      nextCursor: more ? writeCursor(last.at.getTime(), ...placeOf(last)) : null,
    };
  });
}

function placeOf({ tickId, changeId }: { readonly tickId: number | null; readonly changeId: number | null }) {
  return tickId === null ? [BY_HAND, changeId ?? 0] : [BY_TICK, tickId];
}

/** @throws SCHEDULE_UNKNOWN, SENSOR_UNKNOWN with the nearest names */
export async function requireDeclared(tx: Transaction, kind: TickKind, name: string): Promise<void> {
  const known = kind === "schedule" ? await readSchedules(tx) : await readSensors(tx);
  if (known.some((one) => one.name === name)) return;
  throw kind === "schedule" ? scheduleUnknown(name, known) : sensorUnknown(name, known);
}
