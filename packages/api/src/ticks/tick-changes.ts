import { setSensorCursor, setTickPaused, type ChangeAuthor, type TickChange, type TickKind } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { TickOwnerChange } from "../contract.ts";
import { requireDeclared } from "./tick-list.ts";

/** Answers `pause` and `resume` of schedules and sensors. @throws SCHEDULE_UNKNOWN, SENSOR_UNKNOWN */
export async function changePaused(
  state: ApiState,
  change: ChangeAuthor & { readonly kind: TickKind; readonly name: string; readonly paused: boolean },
): Promise<TickOwnerChange> {
  return answer(state, change, await setTickPaused(state.db, change));
}

/** Answers `sensors.setCursor`. @throws SENSOR_UNKNOWN, SENSOR_CURSOR_LIMIT */
export async function changeCursor(
  state: ApiState,
  change: ChangeAuthor & { readonly name: string; readonly cursor: string | null },
): Promise<TickOwnerChange> {
  return answer(state, { kind: "sensor", name: change.name }, await setSensorCursor(state.db, change));
}

async function answer(
  state: ApiState,
  { kind, name }: { readonly kind: TickKind; readonly name: string },
  change: TickChange,
): Promise<TickOwnerChange> {
  if (change === "unknown") await state.db.read("find nearest", (tx) => requireDeclared(tx, kind, name));
  return { name, changed: change === "changed" };
}
