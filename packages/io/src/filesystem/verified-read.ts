import type { StoredObject } from "@heddle/core";
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { corruptContent, corruptObject, missingObject } from "../store-error.ts";
import { readRange, streamObject, type ByteRange, type ObjectSource } from "../verified-parts.ts";
import { fileError, systemErrorCode } from "./file-error.ts";
import type { RootDirectory } from "./root-directory.ts";

/** How much is read at once: while one piece is verified, the next is on its way. */
const PIECE_BYTES = 4 * 1024 * 1024;

/** A link in place of the object would lead somewhere else; Windows has no such flag, and no such links by default. */
const READ_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);

/** An object to be read. */
export interface FileToRead {
  readonly object: StoredObject;
  readonly signal: AbortSignal;
}

/** Reads a file and verifies its length and its SHA-256. @throws IO_OBJECT_MISSING, IO_OBJECT_CORRUPT */
export async function readFileVerified(root: RootDirectory, file: FileToRead): Promise<Uint8Array> {
  await using opened = await openFile(root, file);
  return await opened.reading(() => readWhole(opened.handle, file, opened.location));
}

/** Reads a file in order and verifies it on the way. @throws IO_OBJECT_MISSING, IO_OBJECT_CORRUPT */
export async function* streamFile(root: RootDirectory, file: FileToRead): AsyncGenerator<Uint8Array, void> {
  await using opened = await openFile(root, file);
  yield* streamObject(sourceOf(opened, file), { pieceBytes: PIECE_BYTES, concurrency: 2 });
}

/** Reads a part of a file and verifies it. @throws IO_OBJECT_MISSING, IO_OBJECT_CORRUPT, RangeError */
export async function readFileRange(root: RootDirectory, file: FileToRead & ByteRange): Promise<Uint8Array> {
  await using opened = await openFile(root, file);
  return await readRange(sourceOf(opened, file), file);
}

interface OpenedFile extends AsyncDisposable {
  readonly handle: FileHandle;
  readonly location: string;
  /** Runs what reads from the file and says what went wrong in words of the store. */
  reading<T>(act: () => Promise<T>): Promise<T>;
}

/** Opens a file of the length that the object has. */
async function openFile(root: RootDirectory, { object, signal }: FileToRead): Promise<OpenedFile> {
  signal.throwIfAborted();
  const path = await root.pathOf(object.key);
  const location = root.locate(object.key);
  const reading = async <T>(act: () => Promise<T>): Promise<T> => {
    try {
      return await act();
    } catch (error) {
      signal.throwIfAborted();
      const code = systemErrorCode(error);
      if (code === "ENOENT" || code === "ENOTDIR") throw missingObject(location);
      if (code === "ELOOP") throw corruptObject(location, "it is a symbolic link");
      throw fileError(error, { verb: "read", location: `${location} (${object.bytes} bytes)` });
    }
  };
  const handle = await reading(async () => {
    await root.assertInside(dirname(path));
    return open(path, READ_FLAGS);
  });
  const opened = { handle, location, reading, [Symbol.asyncDispose]: () => handle.close() };
  try {
    const stats = await reading(() => handle.stat());
    if (!stats.isFile()) throw corruptObject(location, "it is not a file");
    // Checked before memory is taken for it.
    if (stats.size !== object.bytes) throw corruptContent(location, { bytes: stats.size }, object);
    return opened;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function sourceOf({ handle, location, reading }: OpenedFile, { object, signal }: FileToRead): ObjectSource {
  return {
    object,
    location,
    signal,
    tries: 1,
    async read({ start, end }) {
      const piece = Buffer.allocUnsafeSlow(end - start);
      const bytes = await reading(() => fill(handle, piece, start));
      // A plain array: a Buffer's `slice` and JSON form differ, and values reach user code as they are.
      return new Uint8Array(piece.buffer, 0, bytes);
    },
  };
}

/** Fills an array from a position on; returns how many bytes there were. */
async function fill(handle: FileHandle, into: Uint8Array, position: number): Promise<number> {
  let filled = 0;
  while (filled < into.length) {
    const { bytesRead } = await handle.read(into, filled, into.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

async function readWhole(handle: FileHandle, { object, signal }: FileToRead, location: string): Promise<Uint8Array> {
  const body = Buffer.allocUnsafeSlow(object.bytes);
  const found = await fillAndHash(handle, body, signal);
  if (found.bytes !== object.bytes || found.sha256 !== object.sha256) throw corruptContent(location, found, object);
  return new Uint8Array(body.buffer, 0, body.length);
}

async function fillAndHash(handle: FileHandle, body: Uint8Array, signal: AbortSignal) {
  const sha256 = createHash("sha256");
  const read = (from: number) => handle.read(body, from, Math.min(PIECE_BYTES, body.length - from), from);
  let position = 0;
  let { bytesRead } = await read(0);
  while (bytesRead > 0) {
    signal.throwIfAborted();
    const piece = body.subarray(position, position + bytesRead);
    position += bytesRead;
    const next = position < body.length ? read(position) : Promise.resolve({ bytesRead: 0 });
    sha256.update(piece);
    ({ bytesRead } = await next);
  }
  return { bytes: position, sha256: sha256.digest("hex") };
}

/** The length and SHA-256 of what lies at a path; `null` when it is no file. */
export async function readFileHash(path: string): Promise<{ bytes: number; sha256: string } | null> {
  await using handle = await open(path, READ_FLAGS);
  const stats = await handle.stat();
  if (!stats.isFile()) return null;
  const sha256 = createHash("sha256");
  const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, stats.size + 1));
  let bytes = 0;
  for (;;) {
    const { bytesRead } = await handle.read(piece, 0, piece.length, bytes);
    if (bytesRead === 0) return { bytes, sha256: sha256.digest("hex") };
    sha256.update(piece.subarray(0, bytesRead));
    bytes += bytesRead;
  }
}
