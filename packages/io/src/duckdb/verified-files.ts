import type { ObjectStore, StoredObject } from "@heddle/core";
import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileError } from "../filesystem/file-error.ts";

/** Files whose content has been verified by this process, with what changes when a file is touched. */
const verified = new Map<string, string>();
/** Forgotten as a whole beyond this; forgetting costs another look at the files. */
const MAX_VERIFIED = 100_000;

/** Where copies of objects go that are no files, and until when. */
export interface FileScope {
  readonly directory: string;
  readonly signal: AbortSignal;
}

/**
 * The path of a file with the content of an object, which has been verified. A store of files gives its own, which is
 * read once through the checksums and then known until it is touched; of any other store the object is copied.
 *
 * @throws IO_OBJECT_MISSING, IO_OBJECT_CORRUPT
 */
export async function verifiedFile(store: ObjectStore, object: StoredObject, scope: FileScope): Promise<string> {
  const path = await store.pathOf?.(object.key);
  if (path === undefined) return copyObject(store, object, scope);
  const before = await identityOf(path, object);
  if (before !== null && verified.get(path) === before) return path;
  // Also says what is wrong when there is no such file.
  for await (const _piece of store.stream(object, { signal: scope.signal }));
  if (before !== null && (await identityOf(path, object)) === before) {
    if (verified.size >= MAX_VERIFIED) verified.clear();
    verified.set(path, before);
  }
  return path;
}

/** What tells that a file is the one that was looked at; `null` when there is none. */
async function identityOf(path: string, { sha256 }: StoredObject): Promise<string | null> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [sha256, ino, size, mtimeNs, ctimeNs].join(" ");
  } catch {
    // The store says it better.
    return null;
  }
}

async function copyObject(store: ObjectStore, object: StoredObject, { directory, signal }: FileScope): Promise<string> {
  const path = join(directory, randomUUID());
  try {
    // Every piece has been verified when it comes.
    await pipeline(Readable.from(store.stream(object, { signal }), { objectMode: true }), createWriteStream(path), {
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    throw fileError(error, { verb: "write", location: path });
  }
  return path;
}
