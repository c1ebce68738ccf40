import type { Project } from "@heddle/engine";
import { migrate, openDatabase, type Database } from "@heddle/storage";
import { startEmbeddedServer, type EmbeddedServer } from "@heddle/storage/embedded";
import { join } from "node:path";
import { interruption } from "./interruption.ts";

/** The database of a project, ready for use: the server of `DATABASE_URL`, or an embedded one beside the project. */
export interface Deployment extends AsyncDisposable {
  readonly db: Database;
  readonly databaseUrl: string;
  /** Where it is, for people; never with a password. */
  readonly description: string;
  /** The embedded server's process; `undefined` with a server of one's own. */
  readonly embeddedPid: number | undefined;
}

/** Opens the project's database, starts the embedded server if it is not up, and brings the schema up to date. */
export async function openDeployment(project: Project): Promise<Deployment> {
  const configured = process.env["DATABASE_URL"];
  const isEmbedded = configured === undefined || configured === "";
  const embedded = isEmbedded ? await startEmbedded(project).catch(preferInterruption) : undefined;
  const databaseUrl = embedded?.url ?? configured ?? "";
  try {
    const db = await interruption.race(openDatabase({ url: databaseUrl, applicationName: "heddle-cli" }));
    await migrate(db);
    return {
      db,
      databaseUrl,
      description: embedded === undefined ? db.label : `embedded PostgreSQL in ${project.stateDirectory}`,
      embeddedPid: embedded?.pid,
      async [Symbol.asyncDispose]() {
        await db[Symbol.asyncDispose]();
        // It stays while other commands use it.
        await embedded?.stop();
      },
    };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

/**
 * Throws what went wrong, or, when the command was asked to stop, just that: a Ctrl-C in a terminal reaches the programs
 * that make a new database as well, and what they then report is no news.
 */
async function preferInterruption(error: unknown): Promise<never> {
  // Signals are heard between two turns of the event loop.
  await new Promise((resolve) => setImmediate(resolve));
  throw interruption.signal === undefined ? error : interruption.reason;
}

/** Starts the embedded server of a project, or adopts the one that runs. */
export function startEmbedded(project: Project): Promise<EmbeddedServer> {
  return startEmbeddedServer({ directory: join(project.stateDirectory, "postgres") });
}
