import { execFile } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { chown, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Binaries } from "./binaries.ts";
import { startFailed } from "./failures.ts";
import { asUser, type LaunchUser } from "./launch-user.ts";
import { systemCode } from "./system-error.ts";

/** A directory as `initdb` made it, with the password of its superuser beside it. */
export interface Cluster {
  readonly dataDirectory: string;
  readonly password: string;
  /** There while `initdb`'s files have not been forced to disk. */
  readonly unsyncedMark: string;
}

export const SUPERUSER = "heddle";
const NAME = "cluster";
const UNFINISHED = "cluster-";
const UNSYNCED = "unsynced";
const INITDB_MS = 120_000;

/**
 * Opens the cluster of a directory, and makes it when there is none. It is made under another name and renamed when it
 * is whole, so a crash never leaves half of one.
 * @throws DATABASE_START_FAILED, DATABASE_DISK_FULL, DATABASE_BINARY_UNUSABLE
 */
export async function openCluster(directory: string, binaries: Binaries, user: LaunchUser): Promise<Cluster> {
  const path = join(directory, NAME);
  if (!(await exists(path))) await createCluster(directory, binaries, user);
  const password = await readFile(join(path, "password"), "utf8");
  return { dataDirectory: dataDirectoryOf(directory), password: password.trim(), unsyncedMark: join(path, UNSYNCED) };
}

/** PostgreSQL's own directory within an embedded database's. */
export function dataDirectoryOf(directory: string): string {
  return join(directory, NAME, "data");
}

async function createCluster(directory: string, binaries: Binaries, user: LaunchUser): Promise<void> {
  await removeUnfinished(directory);
  const path = join(directory, `${UNFINISHED}${randomUUID()}`);
  const passwordFile = join(path, "password");
  await mkdir(path, { mode: 0o700 });
  await writeFile(join(path, UNSYNCED), "", { mode: 0o600 });
  await writeFile(passwordFile, `${randomBytes(24).toString("hex")}\n`, { mode: 0o600 });
  if (user.drop !== undefined) {
    for (const owned of [path, passwordFile]) await chown(owned, user.drop.uid, user.drop.gid);
  }
  await runInitdb({ binaries, user, dataDirectory: join(path, "data"), passwordFile });
  await rename(path, join(directory, NAME));
}

/** What a start that was killed left behind. */
async function removeUnfinished(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (name.startsWith(UNFINISHED)) await rm(join(directory, name), { recursive: true, force: true });
  }
}

interface InitdbRun {
  readonly binaries: Binaries;
  readonly user: LaunchUser;
  readonly dataDirectory: string;
  readonly passwordFile: string;
}

async function runInitdb({ binaries, user, dataDirectory, passwordFile }: InitdbRun): Promise<void> {
  const [program, ...args] = asUser(user, binaries.initdb);
  args.push(
    `--pgdata=${dataDirectory}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    // Written to disk by `syncCluster`, beside the first start instead of before it.
    "--no-sync",
    "--no-instructions",
  );
  try {
    await promisify(execFile)(program, args, {
      ...user.drop,
      env: serverEnvironment(),
      timeout: INITDB_MS,
      maxBuffer: 1024 * 1024,
    });
  } catch (error) {
    await rm(join(dataDirectory, ".."), { recursive: true, force: true });
    throw startFailed("initdb", readOutput(error), error);
  }
}

/**
 * Makes what `initdb` wrote survive a crash of the machine. When it fails the mark stays, and the next start does it
 * again; the server itself forces to disk what it acknowledges.
 */
export async function syncCluster(cluster: Cluster, binaries: Binaries, user: LaunchUser): Promise<void> {
  if (!(await exists(cluster.unsyncedMark))) return;
  const [program, ...args] = [...user.prefix, binaries.initdb, "--sync-only", `--pgdata=${cluster.dataDirectory}`];
  try {
    await promisify(execFile)(program, args, { ...user.drop, env: serverEnvironment(), timeout: INITDB_MS });
    await rm(cluster.unsyncedMark, { force: true });
  } catch {
    // The mark is what remembers it.
  }
}

/** The server sees nothing of this process's environment: it may hold secrets, and must not change what the server does. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const { PATH, SystemRoot } = process.env;
  return {
    LC_ALL: "C",
    TZ: "UTC",
    ...(PATH !== undefined && { PATH }),
    ...(SystemRoot !== undefined && { SystemRoot }),
  };
}

function readOutput(error: unknown): string {
  if (typeof error !== "object" || error === null) return "";
  const { stdout = "", stderr = "" } = error as { stdout?: unknown; stderr?: unknown };
  return `${String(stdout)}${String(stderr)}`;
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return false;
    throw error;
  }
}
