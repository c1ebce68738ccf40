import { DefinitionsCache } from "@heddle/engine/planning";
import type { Database } from "@heddle/storage";
import { CheckStandings } from "./checks/check-standings.ts";
import { describeEvents } from "./events/event-changes.ts";
import { EventHub } from "./events/event-hub.ts";
import { PreviewMemory, type PlanMemory } from "./plan/preview-memory.ts";
import type { ServerLog } from "./server-log.ts";

/** What one server keeps for all requests. */
export interface ApiState {
  readonly db: Database;
  /** The environment that is served. */
  readonly environment: string;
  /** Version of Heddle. */
  readonly version: string;
  readonly definitions: DefinitionsCache;
  readonly checks: CheckStandings;
  readonly events: EventHub;
  readonly previews: PlanMemory;
  readonly log: ServerLog;
  /** Where people open the catalog, without a slash at the end; `null` when nobody has said. */
  readonly publicUrl: string | null;
}

export interface ApiStateOptions {
  readonly db: Database;
  readonly environment: string;
  readonly version: string;
  readonly log: ServerLog;
  /** Where previewed plans are kept. @default the memory of this process */
  readonly previews?: PlanMemory | undefined;
  /** Where people open the catalog. @default not known */
  readonly publicUrl?: string | null | undefined;
}

/** Makes the state of a server. Nothing is read before the first request. */
export function createApiState(options: ApiStateOptions): ApiState {
  const { db, environment, version, log, previews, publicUrl = null } = options;
  const state: ApiState = {
    db,
    environment,
    version,
    definitions: new DefinitionsCache(environment),
    checks: new CheckStandings(environment),
    // Asked only when somebody listens, and the state is whole by then.
    events: new EventHub({ db, log, describe: (events) => describeEvents(state, events) }),
    previews: previews ?? new PreviewMemory(),
    log,
    publicUrl,
  };
  return state;
}
