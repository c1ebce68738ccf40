import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { isProcessAlive, readCommandLine } from "./processes.ts";
import { systemCode } from "./system-error.ts";

/** What a running server says about itself in `postmaster.pid`. */
export interface PostmasterFile {
  readonly pid: number;
  readonly port: number;
  /** Directory of its Unix socket; empty when it has none. */
  readonly socketDirectory: string;
  /** `starting`, `ready`, `stopping` or `standby`; empty while it has not said so. */
  readonly status: string;
}

/** Lines of the file, from 0: pid, data directory, start time, port, socket directory, address, memory key, status. */
const LINE = { pid: 0, port: 3, socketDirectory: 4, status: 7 };

/** Reads `postmaster.pid`; `undefined` when there is none or it is being written. */
export function readPostmasterFile(dataDirectory: string): PostmasterFile | undefined {
  let lines: readonly string[];
  try {
    lines = readFileSync(join(dataDirectory, "postmaster.pid"), "utf8").split("\n");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
  const pid = Number.parseInt(lines[LINE.pid] ?? "", 10);
  if (!(pid > 0)) return undefined;
  return {
    pid,
    port: Number.parseInt(lines[LINE.port] ?? "", 10) || 0,
    socketDirectory: lines[LINE.socketDirectory]?.trim() ?? "",
    status: lines[LINE.status]?.trim() ?? "",
  };
}

/**
 * Says whether the process that the file names runs and is a server on that directory. After a crash, and above all in a
 * container, the number often belongs to something else.
 */
export function isPostmasterAlive({ pid }: PostmasterFile, dataDirectory: string): boolean {
  if (pid === process.pid || !isProcessAlive(pid)) return false;
  const commandLine = readCommandLine(pid);
  // Unreadable: another user's process. Taking it for the server is the error that harms nothing.
  return commandLine === undefined || (commandLine.includes("postgres") && commandLine.includes(dataDirectory));
}

/**
 * Removes the file of a server that is gone, without which PostgreSQL would not start beside a process that has its old
 * number. The file is moved first, so that a new one that was written meanwhile is noticed and put back.
 */
export async function removeStaleFile(dataDirectory: string, stale: PostmasterFile): Promise<void> {
  const path = join(dataDirectory, "postmaster.pid");
  const moved = join(dataDirectory, `postmaster.pid.${randomUUID()}`);
  try {
    await rename(path, moved);
    const pid = Number.parseInt(await readFile(moved, "utf8"), 10);
    if (pid === stale.pid) await rm(moved, { force: true });
    else await rename(moved, path);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
}
