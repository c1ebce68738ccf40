import { isHeddleError } from "@heddle/core";
import { randomUUID } from "node:crypto";
import { link, open, unlink, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { joinShort, untilAborted } from "../chunks.ts";
import { BLOCK_BYTES, checksumOf, runningChecksum, type ContentChecksum } from "../content-checksum.ts";
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
  readonly content: Uint8Array | AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
}

/**
 * Writes a file so that afterwards the path holds all of it, durably, or nothing: a temporary file beside it is written
 * and flushed, then linked under the final name, which fails when the name is taken; then the directory is flushed.
 * A file with the same content under the name is success.
 */
export async function writeDurably(root: RootDirectory, file: DurableFile): Promise<ContentChecksum> {
  const directory = dirname(file.path);
  const temporary = join(directory, `${TEMPORARY_PREFIX}${randomUUID()}`);
  const operation = { verb: "write", location: file.location };
  try {
    const written = await writeTemporary(root, file, temporary);
    file.signal.throwIfAborted();
    await linkOrCompare(file, temporary, written);
    await flushDirectory(directory).catch((error: unknown) => {
      throw fileError(error, operation);
    });
    return written;
  } finally {
    await removeTemporary(temporary);
  }
}

/** Errors of the disk are told apart from those of whoever makes the content, which pass as they are. */
async function writeTemporary(root: RootDirectory, file: DurableFile, temporary: string): Promise<ContentChecksum> {
  const toDisk = async <T>(act: () => Promise<T>): Promise<T> => {
    try {
      return await act();
    } catch (error) {
      file.signal.throwIfAborted();
      throw fileError(error, { verb: "write", location: file.location });
    }
  };
  const handle = await toDisk(() => openTemporary(root, file, temporary));
  try {
    const { content, signal } = file;
    const write = (piece: Uint8Array) => toDisk(() => handle.writeFile(piece, { signal }));
    const written =
      content instanceof Uint8Array
        ? await writeBody(content, write)
        : await writeChunks(untilAborted(content, signal), write);
    await toDisk(() => handle.sync());
    return written;
  } finally {
    await handle.close();
  }
}

type WritePiece = (piece: Uint8Array) => Promise<void>;

/** The checksum is computed while a thread of the pool writes; large bodies take as long for the one as for the other. */
async function writeBody(body: Uint8Array, write: WritePiece): Promise<ContentChecksum> {
  const writing = write(body);
  const content = checksumOf(body);
  await writing;
  return content;
}

async function writeChunks(chunks: AsyncIterable<Uint8Array>, write: WritePiece): Promise<ContentChecksum> {
  const checksum = runningChecksum();
  for await (const piece of joinShort(chunks, BLOCK_BYTES)) {
    const writing = write(piece);
    checksum.update(piece);
    await writing;
  }
  return checksum.finish();
}

async function openTemporary(root: RootDirectory, file: DurableFile, temporary: string): Promise<FileHandle> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await root.prepareDirectory(file.path);
      return await open(temporary, "wx");
    } catch (error) {
      if (systemErrorCode(error) !== "ENOENT" || isHeddleError(error) || attempt === MAX_DIRECTORY_TRIES) throw error;
    }
  }
}

async function linkOrCompare(file: DurableFile, temporary: string, written: ContentChecksum): Promise<void> {
  try {
    await link(temporary, file.path);
  } catch (error) {
    if (systemErrorCode(error) !== "EEXIST") throw fileError(error, { verb: "link", location: file.location });
    const existing = await readFileHash(file.path);
    if (existing !== null && existing.bytes === written.bytes && existing.sha256 === written.sha256) return;
    throw existingObject(file.location);
  }
}

async function removeTemporary(temporary: string): Promise<void> {
  try {
    await unlink(temporary);
  } catch (error) {
    // A directory that is no directory holds no temporary file either.
    const code = systemErrorCode(error);
    if (code !== "ENOENT" && code !== "ENOTDIR") throw fileError(error, { verb: "remove", location: temporary });
  }
}
