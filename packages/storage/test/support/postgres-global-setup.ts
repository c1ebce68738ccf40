import { mkdtemp, readdir, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** Directory of the server that all test files of a run share; it is started by the first that needs it. */
    postgresDirectory: string;
  }
}

const PREFIX = "heddle-test-postgres-";
const STOP_MS = 10_000;

/**
 * Gives all test files of a run one directory for an embedded server, and stops the server and removes the directory
 * afterwards. Runs that need no database start none.
 *
 * vitest loads this file without the workspace's source condition, so it imports nothing of Heddle.
 */
export default async function setUpPostgres(project: TestProject): Promise<() => Promise<void>> {
  await removeAbandoned();
  const directory = await realpath(await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`)));
  project.provide("postgresDirectory", directory);
  return () => remove(directory);
}

/** Servers of runs that were killed before they could stop theirs. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = name.startsWith(PREFIX) ? Number.parseInt(name.slice(PREFIX.length), 10) : Number.NaN;
    if (pid > 0 && !signal(pid, 0)) await remove(join(tmpdir(), name));
  }
}

async function remove(directory: string): Promise<void> {
  const postmaster = await readFile(join(directory, "cluster", "data", "postmaster.pid"), "utf8").catch(() => "");
  const pid = Number.parseInt(postmaster, 10);
  // Nothing in it is worth an orderly shutdown.
  if (pid > 0 && signal(pid, "SIGQUIT")) {
    const end = performance.now() + STOP_MS;
    while (signal(pid, 0) && performance.now() < end) await pause(10);
  }
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
}

/** Sends a signal, or asks with 0 whether the process is there. */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
