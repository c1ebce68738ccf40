import type { Project } from "@heddle/engine";
import { migrate, openDatabase, type Database } from "@heddle/storage";
import { startEmbeddedServer, type EmbeddedServer } from "@heddle/storage/embedded";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

/** The database of a project, ready for use: the server of `DATABASE_URL`, or an embedded one beside the project. */
export interface Deployment extends AsyncDisposable {
  readonly db: Database;
  readonly databaseUrl: string;
  /** Where it is, for people; never with a password. */
  readonly description: string;
}

/** Opens the project's database, starts the embedded server if it is not up, and brings the schema up to date. */
export async function openDeployment(project: Project): Promise<Deployment> {
  const configured = process.env["DATABASE_URL"];
  const embedded = configured === undefined || configured === "" ? await startEmbedded(project) : undefined;
  const databaseUrl = embedded?.url ?? configured ?? "";
  try {
    const db = await openDatabase({ url: databaseUrl, applicationName: "heddle-cli" });
    await migrate(db);
    return {
      db,
      databaseUrl,
      description:
        embedded === undefined ? withoutPassword(databaseUrl) : `embedded PostgreSQL in ${project.stateDirectory}`,
      async [Symbol.asyncDispose]() {
        const alone = embedded !== undefined && !(await isUsedByOthers(db));
        await db[Symbol.asyncDispose]();
        if (alone) await embedded.stop();
      },
    };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

async function startEmbedded(project: Project): Promise<EmbeddedServer> {
  mkdirSync(project.stateDirectory, { recursive: true });
  return startEmbeddedServer({ directory: join(project.stateDirectory, "postgres") });
}

/** Another Heddle process may have adopted the server that this one started: then it must stay. */
async function isUsedByOthers(db: Database): Promise<boolean> {
  try {
    const [row] = await db.read(
      "isUsedByOthers",
      (tx) => tx.sql<{ others: number }[]>`
        select count(*)::int as others from pg_stat_activity
        where backend_type = 'client backend' and application_name <> 'heddle-cli'`,
    );
    return (row?.others ?? 0) > 0;
  } catch {
    // A server that does not answer any more is of no use to others either.
    return false;
  }
}

function withoutPassword(url: string): string {
  const parsed = new URL(url);
  return `${parsed.host}${parsed.pathname}`;
}
