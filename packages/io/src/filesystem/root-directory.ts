import { HeddleError } from "@heddle/core";
import { mkdir, open, realpath, rmdir } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { assertObjectKey } from "../object-key.ts";
import { fileError, systemErrorCode } from "./file-error.ts";

/** The directory of a store, and the one place where keys become paths. */
export interface RootDirectory {
  /** The path of a key as the user wrote the root, for people. */
  locate(key: string): string;
  /** The path of a key below the root's real path. @throws IO_KEY_INVALID */
  pathOf(key: string): Promise<string>;
  /** Makes the directory of a file durably and says that it is inside the root. */
  prepareDirectory(file: string): Promise<void>;
  /** Refuses a directory that a symbolic link leads out of the root. */
  assertInside(directory: string): Promise<void>;
  /** Removes the empty directories above a file that was deleted. */
  pruneAbove(file: string): Promise<void>;
  /** The root's real path; the directory is made when it is not there. */
  real(): Promise<string>;
}

/** Opens the directory at `path`, which may be a symbolic link and need not exist yet. */
export function rootDirectory(path: string): RootDirectory {
  const given = resolve(path);
  let opening: Promise<string> | undefined;
  const known = new Set<string>();
  const real = (): Promise<string> => {
    opening ??= openRoot(given).catch((error: unknown) => {
      opening = undefined;
      throw fileError(error, { verb: "open", location: given });
    });
    return opening;
  };

  async function assertInside(directory: string): Promise<void> {
    const root = await real();
    const actual = await realpath(directory);
    if (actual === root || actual.startsWith(root + sep)) return;
    throw new HeddleError("IO_KEY_INVALID", `${directory} leads out of the store's directory ${given}, to ${actual}`, {
      hint: "Remove the symbolic link. To keep data on another disk, make the store's own directory a link.",
    });
  }

  return {
    real,
    assertInside,
    locate: (key) => join(given, key),
    async pathOf(key) {
      assertObjectKey(key);
      return join(await real(), key);
    },
    async prepareDirectory(file) {
      const directory = dirname(file);
      known.add(await real());
      await makeDirectory(directory, known);
      await assertInside(directory);
    },
    async pruneAbove(file) {
      const root = await real();
      for (let directory = dirname(file); directory.startsWith(root + sep); directory = dirname(directory)) {
        known.delete(directory);
        if (!(await removeIfEmpty(directory))) return;
      }
    },
  };
}

async function openRoot(given: string): Promise<string> {
  await makeDirectory(given, new Set());
  return realpath(given);
}

/** Forgotten as a whole beyond this; forgetting costs a flush, nothing more. */
const MAX_KNOWN_DIRECTORIES = 10_000;

/**
 * Makes a directory with its parents, and flushes each new name into its parent, so that a power cut keeps the path.
 * What another process made may not be flushed yet: it is flushed once here as well, then remembered in `known`.
 */
async function makeDirectory(directory: string, known: Set<string>): Promise<void> {
  const first = await mkdir(directory, { recursive: true });
  let isNew = first !== undefined;
  for (let made = directory; isNew || !known.has(made); made = dirname(made)) {
    const parent = dirname(made);
    if (parent === made) return;
    await flushDirectory(parent);
    if (known.size >= MAX_KNOWN_DIRECTORIES) known.clear();
    known.add(made);
    if (made === first) isNew = false;
  }
}

/** Flushes the names in a directory to the disk. */
export async function flushDirectory(directory: string): Promise<void> {
  // Windows cannot open a directory for this; its file systems journal names.
  if (process.platform === "win32") return;
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function removeIfEmpty(directory: string): Promise<boolean> {
  try {
    await rmdir(directory);
    return true;
  } catch (error) {
    const code = systemErrorCode(error);
    // Not empty, gone already, or in use: another process works here, and the directory stays.
    if (code !== undefined && ["ENOTEMPTY", "EEXIST", "ENOENT", "EBUSY", "EPERM"].includes(code)) return false;
    throw error;
  }
}
