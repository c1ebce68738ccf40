import type { Actor, Database } from "@heddle/storage";
import { createApiState } from "./api-state.ts";
import type { PlanMemory } from "./plan/preview-memory.ts";
import { readVersion } from "./read-version.ts";
import { appRouter, type AppRouter } from "./routers/app.ts";
import type { ServerLog } from "./server-log.ts";

/** The procedures of the API, called in this process. */
export type Api = ReturnType<AppRouter["createCaller"]>;

/** The API without a server. */
export interface LocalApi {
  readonly api: Api;
  close(): Promise<void>;
}

/** What {@link createLocalApi} takes. */
export interface LocalApiOptions {
  readonly db: Database;
  readonly log: ServerLog;
  /** @default "production" */
  readonly environment?: string;
  /** Name of the operating system's user, for the audit log. @default not told */
  readonly user?: string;
  /** Where previewed plans are kept, for commands that launch what another one has shown. @default this process */
  readonly previews?: PlanMemory;
}

/**
 * Gives the very procedures that the catalog calls, for a command that has a database and no server: what one can do,
 * the other can do in the same way.
 */
export async function createLocalApi(options: LocalApiOptions): Promise<LocalApi> {
  const { db, log, environment = "production", previews } = options;
  const actor: Actor = { kind: "command", name: options.user ?? null };
  const state = createApiState({ db, environment, version: await readVersion(), log, previews });
  return { api: appRouter.createCaller({ state, actor }), close: () => state.events.close() };
}
