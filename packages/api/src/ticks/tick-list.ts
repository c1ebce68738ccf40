import { readSchedules, readSensors, readTicks, type TickKind, type Transaction } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { Page, Tick } from "../contract.ts";
import type { TickListInput } from "../inputs.ts";
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

/** @throws SCHEDULE_UNKNOWN, SENSOR_UNKNOWN with the nearest names */
export async function requireDeclared(tx: Transaction, kind: TickKind, name: string): Promise<void> {
  const known = kind === "schedule" ? await readSchedules(tx) : await readSensors(tx);
  if (known.some((one) => one.name === name)) return;
  throw kind === "schedule" ? scheduleUnknown(name, known) : sensorUnknown(name, known);
}
