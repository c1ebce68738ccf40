import { isHeddleError } from "@heddle/core";
import { hash, randomUUID } from "node:crypto";
import { link, open, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { existingObject } from "../store-error.ts";
import { fileError, systemErrorCode } from "./file-error.ts";
import { flushDirectory, type RootDirectory } from "./root-directory.ts";
import { readFileHash } from "./verified-read.ts";

/** Begins the name of a file that is being written; no key has a part that begins with a dot. */
export const TEMPORARY_PREFIX = ".tmp-";

/** Directories are removed when they become empty, so one that was just made may be gone again. */
const MAX_DIRECTORY_TRIES = 10;

/** A file to be written. */
export interface DurableFile {
  readonly path: string;
  /** How people know the path. */
  readonly location: string;
  readonly body: Uint8Array;
  readonly signal: AbortSignal;
}

/**
 * Writes a file so that afterwards the path holds all of it, durably, or nothing: a temporary file beside it is written
 * and flushed, then linked under the final name, which fails when the name is taken; then the directory is flushed.
 * A file with the same content under the name is success. Returns the content's SHA-256.
 */
export async function writeDurably(root: RootDirectory, file: DurableFile): Promise<string> {
  const directory = dirname(file.path);
  const temporary = join(directory, `${TEMPORARY_PREFIX}${randomUUID()}`);
  try {
    const sha256 = await writeTemporary(root, file, temporary);
    file.signal.throwIfAborted();
    await linkOrCompare(file, temporary, sha256);
    await flushDirectory(directory);
    return sha256;
  } catch (error) {
    throw fileError(error, { verb: "write", location: file.location });
  } finally {
    await removeTemporary(temporary);
  }
}

async function writeTemporary(root: RootDirectory, file: DurableFile, temporary: string): Promise<string> {
  const handle = await openTemporary(root, file, temporary);
  try {
    // The hash is computed while a thread of the pool writes; large bodies take as long for the one as for the other.
    const writing = handle.writeFile(file.body, { signal: file.signal });
    const sha256 = hash("sha256", file.body);
    await writing.catch((error: unknown) => {
      file.signal.throwIfAborted();
      throw error;
    });
    await handle.sync();
    return sha256;
  } finally {
    await handle.close();
  }
}

async function openTemporary(root: RootDirectory, file: DurableFile, temporary: string) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await root.prepareDirectory(file.path);
      return await open(temporary, "wx");
    } catch (error) {
      if (systemErrorCode(error) !== "ENOENT" || isHeddleError(error) || attempt === MAX_DIRECTORY_TRIES) throw error;
    }
  }
}

async function linkOrCompare(file: DurableFile, temporary: string, sha256: string): Promise<void> {
  try {
    await link(temporary, file.path);
  } catch (error) {
    if (systemErrorCode(error) !== "EEXIST") throw fileError(error, { verb: "link", location: file.location });
    const existing = await readFileHash(file.path);
    if (existing !== null && existing.bytes === file.body.length && existing.sha256 === sha256) return;
    throw existingObject(file.location);
  }
}

async function removeTemporary(temporary: string): Promise<void> {
  try {
    await unlink(temporary);
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT") throw fileError(error, { verb: "remove", location: temporary });
  }
}
