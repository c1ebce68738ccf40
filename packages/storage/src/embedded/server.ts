import { mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { isHeddleError } from "@heddle/core";
import { connect } from "../connection/connection.ts";
import { parseDatabaseUrl } from "../connection/database-url.ts";
import { deadlineIn, pause } from "../connection/deadline.ts";
import { findBinaries, type Binaries } from "./binaries.ts";
import { dataDirectoryOf, openCluster, syncCluster, type Cluster } from "./cluster.ts";
import { withDirectoryLock } from "./directory-lock.ts";
import { chooseEndpoint, endpointOf } from "./endpoint.ts";
import { directoryUnusable, notOurs, startFailed } from "./failures.ts";
import { chooseLaunchUser, type LaunchUser } from "./launch-user.ts";
import { isPostmasterAlive, readPostmasterFile, removeStaleFile } from "./postmaster-file.ts";
import { startPostmaster, stopPostmaster } from "./postmaster.ts";
import { addUser, hasOtherUsers, removeUser } from "./users.ts";

export interface EmbeddedServerOptions {
  /** Directory of the database; made when it is missing. Everything that the server keeps lies in it. */
  readonly directory: string;
  /** Settings of PostgreSQL on top of Heddle's own, such as `{ shared_buffers: "1GB" }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** `auto` prefers a Unix socket; `tcp` always listens on a free port of 127.0.0.1. @default "auto" */
  readonly listen?: "auto" | "tcp";
}

/** A PostgreSQL server on this machine that Heddle has started, or has found running and adopted. */
export interface EmbeddedServer extends AsyncDisposable {
  /** Connection URL with the password: a secret. */
  readonly url: string;
  /** Process id of the server. */
  readonly pid: number;
  /** True when the server ran already: another Heddle process uses it, or one that has died left it. */
  readonly isAdopted: boolean;
  readonly logFile: string;
  /** Shuts the server down in order, unless another living Heddle process uses it. */
  readonly stop: () => Promise<void>;
}

const PATHS = { lock: "lock", log: "postgres.log", users: "users" };
/** The children of a server that was killed hold its memory for a moment; until they are gone none can start. */
const PREDECESSOR_MS = 30_000;
const RETRY_MS = 50;
const ADOPT_MS = 180_000;
const ANSWER_MS = 10_000;

/**
 * Starts PostgreSQL on a directory, or adopts the server that runs there. Any number of processes may call it at once.
 * The server survives the death of this process. After its own death, calling this again starts it at the same address
 * and recovers all that was acknowledged.
 * @throws DATABASE_BINARY_MISSING, DATABASE_BINARY_UNUSABLE, DATABASE_DIRECTORY_UNUSABLE, DATABASE_DISK_FULL,
 * DATABASE_START_FAILED
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const directory = await openDirectory(options.directory);
  const logFile = join(directory, PATHS.log);
  const users = join(directory, PATHS.users);
  const { synced, ...running } = await withDirectoryLock(join(directory, PATHS.lock), async () => {
    const started = await startOrAdopt({ ...options, directory, logFile });
    await addUser(users);
    return started;
  });
  const stop = async (): Promise<void> => {
    await synced;
    await withDirectoryLock(join(directory, PATHS.lock), async () => {
      await removeUser(users);
      if (!(await hasOtherUsers(users))) await stopEmbeddedServer({ directory });
    });
  };
  return { ...running, logFile, stop, [Symbol.asyncDispose]: stop };
}

/** Others on the machine may pass through it; what is secret lies in directories of its own that they may not enter. */
async function openDirectory(path: string): Promise<string> {
  try {
    await mkdir(path, { recursive: true, mode: 0o711 });
    return await realpath(path);
  } catch (error) {
    throw directoryUnusable(path, error);
  }
}

/** Shuts the server of a directory down, whoever uses it; nothing happens when none runs. */
export async function stopEmbeddedServer({ directory }: { readonly directory: string }): Promise<void> {
  const dataDirectory = dataDirectoryOf(await realpath(directory));
  const file = readPostmasterFile(dataDirectory);
  if (file !== undefined) await stopPostmaster(file.pid, dataDirectory);
}

interface StartOptions extends EmbeddedServerOptions {
  readonly logFile: string;
}

type Running = Pick<EmbeddedServer, "url" | "pid" | "isAdopted">;

async function startOrAdopt(options: StartOptions): Promise<Running & { readonly synced: Promise<void> }> {
  const binaries = await findBinaries();
  const user = chooseLaunchUser(options.directory);
  const cluster = await openCluster(options.directory, binaries, user);
  // Runs beside the start; a machine that crashes before its end is noticed and it is done again.
  const synced = syncCluster(cluster, binaries, user);
  const end = performance.now() + PREDECESSOR_MS;
  for (;;) {
    const adopted = await adopt(cluster);
    if (adopted !== undefined) return { ...adopted, synced };
    try {
      return { ...(await start(options, { binaries, user, cluster })), synced };
    } catch (error) {
      if (!isPassing(error) || performance.now() > end) throw error;
      await pause(RETRY_MS);
    }
  }
}

async function start(
  { directory, logFile, settings = {}, listen = "auto" }: StartOptions,
  { binaries, user, cluster }: { readonly binaries: Binaries; readonly user: LaunchUser; readonly cluster: Cluster },
): Promise<Running> {
  const { dataDirectory, password } = cluster;
  const endpoint = await chooseEndpoint(directory, user, listen);
  const { pid } = await startPostmaster({ binaries, user, dataDirectory, logFile, endpoint, settings });
  return { url: endpoint.url(password), pid, isAdopted: false };
}

/** Makes sure that the server on the other end is the one of this directory and takes the password. */
async function assertServes(url: string, dataDirectory: string): Promise<void> {
  const address = parseDatabaseUrl(url);
  const connection = await connect({ address, applicationName: "heddle start", deadline: deadlineIn(ANSWER_MS) });
  try {
    const [row] = await connection.sql<{ data_directory: string }[]>`show data_directory`;
    if (row?.data_directory !== dataDirectory) throw notOurs(dataDirectory, row?.data_directory ?? "unknown");
  } finally {
    connection.destroy();
  }
}

/** Says whether another try may succeed: the predecessor's children are still ending, or somebody else was faster. */
function isPassing(error: unknown): boolean {
  if (!isHeddleError(error, "DATABASE_START_FAILED")) return false;
  const { output } = error.details;
  if (typeof output !== "string") return false;
  return /pre-existing shared memory block|lock file .* already exists|Address already in use/u.test(output);
}

/** Takes over the server that runs on a directory; clears away what a dead one left. */
async function adopt({ dataDirectory, password }: Cluster): Promise<Running | undefined> {
  const end = performance.now() + ADOPT_MS;
  while (performance.now() < end) {
    const file = readPostmasterFile(dataDirectory);
    if (file === undefined) return undefined;
    if (!isPostmasterAlive(file, dataDirectory)) {
      await removeStaleFile(dataDirectory, file);
      return undefined;
    }
    if (file.status === "ready") {
      const url = endpointOf(file).url(password);
      await assertServes(url, dataDirectory);
      return { url, pid: file.pid, isAdopted: true };
    }
    // It is starting, or stopping: either ends soon.
    await pause(RETRY_MS);
  }
  throw startFailed("postgres", "", new Error("the server that runs on the directory does not become ready"));
}
