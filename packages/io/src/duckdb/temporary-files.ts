import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileError, systemErrorCode } from "../filesystem/file-error.ts";

/** Containers may share a directory, and have process numbers of their own. */
const HOST = hostname().replaceAll(/[^A-Za-z0-9.]/gu, "_");
const PREFIX = `heddle-sql-${HOST}-`;

/** Directories of this process that are there: removed when it ends, too. */
const present = new Set<string>();
/** Where directories of processes that were killed have been looked for. */
const swept = new Set<string>();

/** A directory that is removed with all that it holds. */
export interface TemporaryFiles {
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * Makes a directory for the temporary files of one query. What processes left behind that were killed is removed first:
 * the names hold machine and process, so that the directory of one that runs is left alone.
 *
 * @throws IO_STORE_FULL, IO_STORE_FAILED
 */
export async function temporaryFiles(parent: string): Promise<TemporaryFiles> {
  const path = join(parent, `${PREFIX}${process.pid}-${randomUUID()}`);
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    if (!swept.has(parent)) await sweep(parent);
  } catch (error) {
    throw fileError(error, { verb: "make", location: path });
  }
  if (present.size === 0) process.once("exit", removePresent);
  present.add(path);
  return {
    path,
    async remove() {
      await rm(path, { recursive: true, force: true });
      present.delete(path);
      if (present.size === 0) process.off("exit", removePresent);
    },
  };
}

function removePresent(): void {
  for (const path of present) rmSync(path, { recursive: true, force: true });
}

async function sweep(parent: string): Promise<void> {
  swept.add(parent);
  for (const name of await readdir(parent)) {
    const [, pid] = name.startsWith(PREFIX) ? (/^(\d+)-[0-9a-f-]{36}$/u.exec(name.slice(PREFIX.length)) ?? []) : [];
    if (pid === undefined || isRunning(Number(pid))) continue;
    // Two processes may sweep at once, and a directory of another user stays.
    await rm(join(parent, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Says whether there is a process of this number on this machine. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is another user's.
    return systemErrorCode(error) !== "ESRCH";
  }
}
