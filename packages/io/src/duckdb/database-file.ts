import { HeddleError, isHeddleError } from "@heddle/core";
import { realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { systemErrorCode } from "../filesystem/file-error.ts";
import { resolveLimits } from "./database-limits.ts";
import { openSession, type Session } from "./session.ts";
import { quoteName, quoteText } from "./sql-text.ts";

/** A file that is open, for as long as somebody of this process uses it. */
interface OpenDatabase {
  readonly name: string;
  readonly opening: Promise<void>;
  readonly openedAt: number;
  users: number;
  /** Ends when the file has been closed. */
  readonly closed: Promise<void>;
  readonly close: () => void;
  /** Writers take turns: two of them at once conflict. */
  writing: Promise<unknown>;
}

/** Files that are open, by their path: DuckDB's own lock does not hold off a second opening by the same process. */
const databases = new Map<string, OpenDatabase>();
let counter = 0;

/** A file is closed now and then although it is in use all the time, so that other processes get their turn. */
const HOLD_MS = 2_000;
/** How long it then stays closed. */
const REST_MS = 100;
/** How often a file that another process holds is tried; the pause varies, so that nobody is always late. */
const RETRY_MS = 50;

/** How a file is to be used. */
export interface FileUse {
  readonly file: string;
  /** Longest wait for another process that has the file. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
  /** `read`: the file has to be there, and is not made. */
  readonly mode: "read" | "write";
}

/** A session in which the tables of a file are there under the name of a database. */
export interface FileSession {
  readonly session: Session;
  /** A name in the file as SQL: schema and table. */
  table(schema: string, name: string): string;
  /** The name of the database that the file is. */
  readonly name: string;
}

/**
 * Opens a file for one piece of work, and closes it when nobody in this process uses it any more: only one process at a
 * time can have it. The system's lock tells, which ends with the process that held it, however it ends.
 *
 * @throws IO_FILE_LOCKED, IO_OBJECT_MISSING, IO_OBJECT_CORRUPT, IO_STORE_FAILED
 */
export async function withDatabaseFile<T>(use: FileUse, work: (file: FileSession) => Promise<T>): Promise<T> {
  const { signal, mode } = use;
  const path = await pathOf(use);
  const database = await acquire(path, use);
  try {
    const act = async (): Promise<T> => {
      const session = await openSession(resolveLimits({}), signal);
      try {
        const { name } = database;
        return await work({
          session,
          name,
          table: (schema, table) => `${quoteName(name)}.${quoteName(schema)}.${quoteName(table)}`,
        });
      } catch (error) {
        throw useFailure(path, error);
      } finally {
        await session[Symbol.asyncDispose]();
      }
    };
    if (mode === "read") return await act();
    const turn = database.writing.then(act, act);
    database.writing = turn.catch(() => undefined);
    return await turn;
  } finally {
    await release(path, database);
  }
}

async function pathOf({ file, mode }: FileUse): Promise<string> {
  const given = resolve(file);
  try {
    const path = join(await realpath(dirname(given)), basename(given));
    // Opening would make an empty one.
    if (mode === "read") await stat(path);
    return path;
  } catch (error) {
    const code = systemErrorCode(error);
    if (code !== "ENOENT") throw error;
    throw mode === "read"
      ? new HeddleError("IO_OBJECT_MISSING", `${given} does not exist, although a materialization names it`, {
          hint: "Restore the file from a backup, or materialize what it held again.",
          details: { location: given },
        })
      : new HeddleError("IO_STORE_FAILED", `the directory of ${given} does not exist`, {
          hint: "Make the directory, or correct `file` of the I/O manager.",
          details: { location: given },
        });
  }
}

async function acquire(path: string, use: FileUse): Promise<OpenDatabase> {
  for (;;) {
    const present = databases.get(path);
    if (present === undefined) return open(path, use);
    const isHeldLong = performance.now() - present.openedAt >= HOLD_MS;
    if (present.users > 0 && !isHeldLong) {
      present.users += 1;
      try {
        await present.opening;
        return present;
      } catch (error) {
        if (isHeddleError(error)) throw error;
        // The one who began to open it was aborted: that is not this one's failure.
      }
    }
    await present.closed;
    use.signal.throwIfAborted();
    if (isHeldLong && !databases.has(path)) await pause(REST_MS, use.signal);
  }
}

async function open(path: string, use: FileUse): Promise<OpenDatabase> {
  counter += 1;
  const name = `heddle_file_${counter}`;
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();
  const opening = attach(path, name, use);
  const database: OpenDatabase = {
    name,
    opening,
    openedAt: performance.now(),
    users: 1,
    closed,
    close,
    writing: Promise.resolve(),
  };
  databases.set(path, database);
  try {
    await opening;
    return database;
  } catch (error) {
    databases.delete(path);
    close();
    throw error;
  }
}

async function release(path: string, database: OpenDatabase): Promise<void> {
  database.users -= 1;
  if (database.users > 0) return;
  try {
    // What closes a file must not be held up by the signal of the one who used it last.
    const session = await openSession(resolveLimits({}), new AbortController().signal);
    try {
      await session.run(`detach ${quoteName(database.name)}`);
    } catch (error) {
      throw useFailure(path, error);
    } finally {
      await session[Symbol.asyncDispose]();
    }
  } finally {
    databases.delete(path);
    database.close();
  }
}

/** What DuckDB says when another process has the file, and about that process where the system tells. */
const LOCKED = "Could not set lock on file";
const HOLDER = /held in (.+?) \(PID (\d+)\)/u;

async function attach(path: string, name: string, { waitMs, signal }: FileUse): Promise<void> {
  const deadline = performance.now() + waitMs;
  const session = await openSession(resolveLimits({}), signal);
  try {
    for (;;) {
      try {
        await session.run(`attach ${quoteText(path)} as ${quoteName(name)}`);
        return;
      } catch (cause) {
        signal.throwIfAborted();
        if (!String(cause).includes(LOCKED)) throw fileFailure(path, cause);
        if (performance.now() > deadline) throw locked(path, waitMs, cause);
      }
      await pause(RETRY_MS * (0.5 + Math.random()), signal);
    }
  } finally {
    await session[Symbol.asyncDispose]();
  }
}

/** Waits until the signal fires, and then rejects with its reason. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  // The timer's own error says less than the reason.
  await setTimeout(ms, undefined, { signal }).catch(() => undefined);
  signal.throwIfAborted();
}

function locked(path: string, waitMs: number, cause: unknown): HeddleError {
  const [, program, pid] = HOLDER.exec(String(cause)) ?? [];
  const holder = pid === undefined ? "another process" : `process ${pid} (${program})`;
  return new HeddleError("IO_FILE_LOCKED", `${path} has been in use by ${holder} for more than ${waitMs} ms`, {
    hint: "One process at a time can open a file of DuckDB: close the program that has it, or raise waitMs.",
    details: { location: path, ...(pid !== undefined && { pid: Number(pid) }) },
    cause,
  });
}

/** How messages of DuckDB begin: with their kind. */
const SAID_BY_DATABASE = /^(?:[A-Z][A-Za-z]* )+Error: /u;
const FULL = /No space left|disk quota|Out of space/iu;

/** What DuckDB says about a file that is open, as an error that says what to do; everything else stays as it is. */
function useFailure(path: string, cause: unknown): unknown {
  const said = cause instanceof Error && !isHeddleError(cause) ? cause.message : "";
  if (!SAID_BY_DATABASE.test(said)) return cause;
  const options = { details: { location: path }, cause };
  if (FULL.test(said)) {
    return new HeddleError("IO_STORE_FULL", `${path} cannot be written: ${said}`, {
      ...options,
      hint: "Free space on the disk that holds the file or enlarge it, then retry what failed.",
    });
  }
  return new HeddleError("IO_STORE_FAILED", `${path} cannot be used: ${said}`, {
    ...options,
    hint: "Look at the disk, and for what else changes the tables of the file's schema heddle.",
  });
}

function fileFailure(path: string, cause: unknown): HeddleError {
  const isForeign = /not a valid DuckDB database file|Corrupt|checksum/iu.test(String(cause));
  return new HeddleError(
    isForeign ? "IO_OBJECT_CORRUPT" : "IO_STORE_FAILED",
    `${path} cannot be opened: ${cause instanceof Error ? cause.message : String(cause)}`,
    {
      hint: isForeign
        ? "Restore the file from a backup, or let the I/O manager write into another one."
        : "Look at the rights on the file and its directory, and at the disk.",
      details: { location: path },
      cause,
    },
  );
}
