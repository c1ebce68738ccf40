import type { StoredObject } from "@heddle/core";
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { corruptContent, corruptObject, missingObject } from "../store-error.ts";
import { fileError, systemErrorCode } from "./file-error.ts";
import type { RootDirectory } from "./root-directory.ts";

/** How much is read at once: while one piece is hashed, the next is on its way. */
const PIECE_BYTES = 4 * 1024 * 1024;

/** A link in place of the object would lead somewhere else; Windows has no such flag, and no such links by default. */
const READ_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);

/** An object to be read. */
export interface VerifiedFile {
  readonly path: string;
  /** How people know the path. */
  readonly location: string;
  readonly object: StoredObject;
  readonly signal: AbortSignal;
}

/** Reads a file and verifies its length and its SHA-256. @throws IO_OBJECT_MISSING, IO_OBJECT_CORRUPT */
export async function readVerified(root: RootDirectory, file: VerifiedFile): Promise<Uint8Array> {
  const { path, location, object, signal } = file;
  try {
    await root.assertInside(dirname(path));
    return await withFile(path, (handle) => readWhole(handle, file));
  } catch (error) {
    signal.throwIfAborted();
    const code = systemErrorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") throw missingObject(location);
    if (code === "ELOOP") throw corruptObject(location, "it is a symbolic link");
    throw fileError(error, { verb: "read", location: `${location} (${object.bytes} bytes)` });
  }
}

async function readWhole(handle: FileHandle, file: VerifiedFile): Promise<Uint8Array> {
  const stats = await handle.stat();
  if (!stats.isFile()) throw corruptObject(file.location, "it is not a file");
  // Checked before memory is taken for it.
  if (stats.size !== file.object.bytes) throw corruptContent(file.location, { bytes: stats.size }, file.object);
  const body = Buffer.allocUnsafeSlow(stats.size);
  const found = await fillAndHash(handle, body, file.signal);
  if (found.bytes !== file.object.bytes || found.sha256 !== file.object.sha256) {
    throw corruptContent(file.location, found, file.object);
  }
  // A plain array: a Buffer's `slice` and JSON form differ, and values reach user code as they are.
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
  return withFile(path, async (handle) => {
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
  });
}

async function withFile<T>(path: string, use: (handle: FileHandle) => Promise<T>): Promise<T> {
  const handle = await open(path, READ_FLAGS);
  try {
    return await use(handle);
  } finally {
    await handle.close();
  }
}
