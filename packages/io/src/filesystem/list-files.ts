import type { ListedObject } from "@heddle/core";
import type { Dirent, Stats } from "node:fs";
import { lstat, readdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { TEMPORARY_PREFIX } from "./durable-write.ts";
import { fileError, systemErrorCode } from "./file-error.ts";

/** Names that can be part of a key; what else lies in the directory is not ours and is left alone. */
const KEY_PART = /^[A-Za-z0-9_%-][A-Za-z0-9_.%-]*$/;

/** Lists the objects below a root whose key begins with `prefix`, in the order of their keys' bytes. */
export async function* listFiles(root: string, prefix: string): AsyncGenerator<ListedObject> {
  for await (const { key } of walk(root, (directory) => leadsTo(directory, prefix))) {
    if (!key.startsWith(prefix)) continue;
    const stats = await statIfThere(join(root, key));
    if (stats?.isFile() === true && key.split("/").every((part) => KEY_PART.test(part))) {
      yield { key, bytes: stats.size, modifiedAt: stats.mtimeMs };
    }
  }
}

/** Removes temporary files that were last written before `before` (epoch milliseconds); returns how many. */
export async function removeTemporaries(
  root: string,
  options: { before: number; signal: AbortSignal },
): Promise<number> {
  let removed = 0;
  for await (const { key, name } of walk(root, () => true)) {
    options.signal.throwIfAborted();
    if (!name.startsWith(TEMPORARY_PREFIX)) continue;
    const path = join(root, key);
    const stats = await statIfThere(path);
    if (stats === undefined || !stats.isFile() || stats.mtimeMs >= options.before) continue;
    await unlink(path).catch((error: unknown) => {
      if (systemErrorCode(error) !== "ENOENT") throw fileError(error, { verb: "remove", location: path });
    });
    removed += 1;
  }
  return removed;
}

/** Whether a directory (`""`, or a key with a slash behind it) can hold keys that begin with `prefix`. */
function leadsTo(directory: string, prefix: string): boolean {
  return directory.startsWith(prefix) || prefix.startsWith(directory);
}

interface WalkedFile {
  readonly key: string;
  readonly name: string;
}

/** Walks files in the order of their whole paths, in which `a-b` comes before `a/b`; links are not followed. */
async function* walk(root: string, enters: (directory: string) => boolean, above = ""): AsyncGenerator<WalkedFile> {
  const entries = await readDirectory(join(root, above));
  const sortKey = (entry: Dirent): string => (entry.isDirectory() ? `${entry.name}/` : entry.name);
  for (const entry of entries.toSorted((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))) {
    const key = `${above}${entry.name}`;
    if (!entry.isDirectory()) yield { key, name: entry.name };
    else if (enters(`${key}/`)) yield* walk(root, enters, `${key}/`);
  }
}

async function readDirectory(path: string): Promise<Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    // Removed since its parent was read.
    if (systemErrorCode(error) === "ENOENT") return [];
    throw fileError(error, { verb: "list", location: path });
  }
}

async function statIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw fileError(error, { verb: "list", location: path });
  }
}
