import { spawn } from "node:child_process";
import { openSync, closeSync } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { pause } from "../connection/deadline.ts";
import type { Binaries } from "./binaries.ts";
import { serverEnvironment } from "./cluster.ts";
import type { Endpoint } from "./endpoint.ts";
import { startFailed } from "./failures.ts";
import { asUser, type LaunchUser } from "./launch-user.ts";
import { isPostmasterAlive, readPostmasterFile } from "./postmaster-file.ts";
import { isProcessAlive } from "./processes.ts";

/**
 * Settings for a server that shares a machine with the work it coordinates. Durability stays at PostgreSQL's defaults:
 * `fsync`, `full_page_writes` and `synchronous_commit` are on.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  shared_buffers: "128MB",
  max_connections: "100",
  // Statements are short: compiling them, or sharing them out to more processes, costs more than it gains.
  jit: "off",
  max_parallel_workers_per_gather: "0",
  // Four processes fewer that only wait.
  io_method: "sync",
  max_logical_replication_workers: "0",
  // Hot tables are rewritten all the time; see the migrations for their own thresholds.
  autovacuum_naptime: "15s",
  // A client that died in the middle of a statement must not keep its locks until the statement ends.
  client_connection_check_interval: "5s",
  unix_socket_permissions: "0700",
  timezone: "UTC",
  log_timezone: "UTC",
  log_line_prefix: "%m [%p] ",
  log_checkpoints: "off",
};

export interface PostmasterOptions {
  readonly binaries: Binaries;
  readonly user: LaunchUser;
  readonly dataDirectory: string;
  readonly logFile: string;
  readonly endpoint: Endpoint;
  readonly settings: Readonly<Record<string, string>>;
}

const POLL_MS = 4;
/** Recovery after a crash replays up to a gigabyte of log. */
const START_MS = 180_000;
const STOP_MS = 60_000;
const MAX_LOG_BYTES = 16 * 1024 * 1024;

/**
 * Starts a server and waits until it takes connections. It outlives this process on purpose: after a crash of Heddle
 * the next one adopts it.
 * @throws DATABASE_START_FAILED, DATABASE_DISK_FULL, DATABASE_BINARY_UNUSABLE
 */
export async function startPostmaster(options: PostmasterOptions): Promise<{ readonly pid: number }> {
  const { binaries, user, dataDirectory, logFile, endpoint, settings } = options;
  await rotateLog(logFile);
  const logStart = await sizeOf(logFile);
  const parameters = Object.entries({ ...SETTINGS, ...endpoint.settings, ...settings });
  const [program, ...args] = asUser(user, binaries.postgres);
  args.push("-D", dataDirectory, ...parameters.flatMap(([name, value]) => ["-c", `${name}=${value}`]));
  const log = openSync(logFile, "a", 0o600);
  const child = spawn(program, args, {
    ...user.drop,
    cwd: dataDirectory,
    env: serverEnvironment(),
    // A session of its own: Ctrl-C in the terminal is for Heddle, which then stops the server in order.
    detached: true,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  let ended: Error | undefined;
  child.once("error", (error) => {
    ended = error;
  });
  child.once("exit", (code, signal) => {
    ended ??= new Error(`it ended with ${signal ?? `code ${code}`}`);
  });
  child.unref();
  const { pid } = child;
  const end = performance.now() + START_MS;
  while (performance.now() < end) {
    await pause(POLL_MS);
    if (ended !== undefined) throw startFailed("postgres", await readFrom(logFile, logStart), ended);
    const file = readPostmasterFile(dataDirectory);
    if (pid !== undefined && file?.pid === pid && file.status === "ready") return { pid };
  }
  child.kill("SIGINT");
  throw startFailed("postgres", await readFrom(logFile, logStart), new Error(`not ready within ${START_MS / 1000} s`));
}

/** Shuts a server down in order: sessions end, everything is written, the next start needs no recovery. */
export async function stopPostmaster(pid: number, dataDirectory: string): Promise<void> {
  const file = readPostmasterFile(dataDirectory);
  if (file?.pid !== pid || !isPostmasterAlive(file, dataDirectory)) return;
  // Fast shutdown; then, should it hang, the immediate one, after which the next start recovers.
  for (const signal of ["SIGINT", "SIGQUIT", "SIGKILL"] as const) {
    if (!sendSignal(pid, signal)) return;
    const end = performance.now() + (signal === "SIGINT" ? STOP_MS : STOP_MS / 6);
    while (performance.now() < end) {
      if (!isProcessAlive(pid)) return;
      await pause(POLL_MS);
    }
  }
  throw startFailed("postgres", "", new Error(`the server ${pid} does not end`));
}

function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
    return false;
  }
}

async function rotateLog(logFile: string): Promise<void> {
  if ((await sizeOf(logFile)) < MAX_LOG_BYTES) return;
  await rm(`${logFile}.1`, { force: true });
  await rename(logFile, `${logFile}.1`);
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

async function readFrom(path: string, start: number): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read({
      buffer: Buffer.alloc(Math.min(size - start, 65_536)),
      position: start,
    });
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}
