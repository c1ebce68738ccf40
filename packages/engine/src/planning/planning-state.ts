import type { DefinitionsCache } from "./definitions-cache.ts";

/** What a process remembers between plans. */
export interface PlanningState {
  readonly definitions: DefinitionsCache;
}
