import { randomUUID } from "node:crypto";
import { readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { HeddleError } from "@heddle/core";
import { pause } from "../connection/deadline.ts";
import { isProcessAlive } from "./processes.ts";
import { systemCode } from "./system-error.ts";

const POLL_MS = 15;
/** The holder touches its lock this often … */
const TOUCH_MS = 2_000;
/** … and one that was not touched for so long belongs to nobody: its process died, and its id may be another's now. */
const ABANDONED_MS = 10_000;
const DEADLINE_MS = 180_000;

/**
 * Runs `fn` while no other process does so with the same lock file. It keeps processes that start at the same instant
 * from doing work twice; what must never happen twice is guarded by PostgreSQL and by atomic renames besides.
 */
export async function withDirectoryLock<T>(path: string, fn: () => Promise<T>): Promise<T> {
  await take(path);
  const touch = setInterval(() => {
    const now = new Date();
    // A lock that has been taken away as abandoned is another's now; touching it less would change nothing.
    utimes(path, now, now).catch(() => undefined);
  }, TOUCH_MS).unref();
  try {
    return await fn();
  } finally {
    clearInterval(touch);
    await rm(path, { force: true });
  }
}

async function take(path: string): Promise<void> {
  const end = performance.now() + DEADLINE_MS;
  while (performance.now() < end) {
    try {
      await writeFile(path, `${process.pid}\n`, { flag: "wx", mode: 0o600 });
      return;
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw error;
    }
    if (await isAbandoned(path)) await breakLock(path);
    else await pause(POLL_MS);
  }
  throw new HeddleError("DATABASE_START_FAILED", `another process has held ${path} for ${DEADLINE_MS / 1000} s`, {
    hint: "Look for a Heddle process that hangs on this directory and end it.",
    details: { path },
  });
}

async function isAbandoned(path: string): Promise<boolean> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, "utf8"), stat(path)]);
    if (Date.now() - mtimeMs > ABANDONED_MS) return true;
    const pid = Number.parseInt(text, 10);
    // Empty for the instant between its creation and its first write.
    return Number.isInteger(pid) && pid !== process.pid && !isProcessAlive(pid);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return false;
    throw error;
  }
}

/** Moves the lock away first, so that of several processes that find it abandoned only one removes it. */
async function breakLock(path: string): Promise<void> {
  const moved = `${path}.${randomUUID()}`;
  try {
    await rename(path, moved);
    await rm(moved, { force: true });
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
}
