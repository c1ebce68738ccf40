import type { DefinitionsCache } from "./definitions-cache.ts";

/** What a process remembers between plans. */
export interface PlanningState {
  readonly definitions: Pick<DefinitionsCache, "index" | "spaces" | "environmentId" | "assetCodeVersions">;
}
