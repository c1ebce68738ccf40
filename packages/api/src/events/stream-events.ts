import { tracked } from "@trpc/server";
import type { ApiState } from "../api-state.ts";

/** Answers `events.stream`: every message carries the position after it, from which a client that lost it goes on. */
export async function* streamEvents(state: ApiState, cursor: string | null, signal: AbortSignal | undefined) {
  for await (const { id, message } of state.events.subscribe(cursor, signal)) yield tracked(id, message);
}
