import { objectStore, type ListedObject, type ObjectStore, type StoredObject } from "@heddle/core";
import { unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { fileError, systemErrorCode } from "./filesystem/file-error.ts";
import { listFiles, removeTemporaries } from "./filesystem/list-files.ts";
import { rootDirectory } from "./filesystem/root-directory.ts";
import { readFileRange, readFileVerified, streamFile } from "./filesystem/verified-read.ts";
import { writeDurably, type DurableFile } from "./filesystem/durable-write.ts";
import { assertKeyPrefix } from "./object-key.ts";

/** What {@link filesystemStore} takes. */
export interface FilesystemStoreOptions {
  /**
   * Where objects lie; a relative path is taken from the working directory of the process. It is made when it is not
   * there, and may be a symbolic link. It needs a file system with hard links (every usual one but FAT and exFAT).
   */
  readonly directory: string;
}

/**
 * A store in a directory, shared by all processes that see it. An object is flushed to the disk before it gets its name,
 * and a name never changes its content; every read verifies length and checksum.
 *
 * @example
 * export default definitions({ assets, store: filesystemStore({ directory: "/srv/heddle/data" }) });
 */
export function filesystemStore(options: FilesystemStoreOptions): ObjectStore {
  const root = rootDirectory(options.directory);
  async function write(key: string, content: DurableFile["content"], signal: AbortSignal): Promise<StoredObject> {
    signal.throwIfAborted();
    const path = await root.pathOf(key);
    return { key, ...(await writeDurably(root, { path, location: root.locate(key), content, signal })) };
  }
  return objectStore<ObjectStore>({
    name: "filesystem",
    locate: (key) => root.locate(key),
    pathOf: (key) => root.pathOf(key),
    put: (key, body, { signal }) => write(key, body, signal),
    putStream: (key, chunks, { signal }) => write(key, chunks, signal),
    get: (object, { signal }) => readFileVerified(root, { object, signal }),
    stream: (object, { signal }) => streamFile(root, { object, signal }),
    getRange: (object, { start, end, signal }) => readFileRange(root, { object, signal, start, end }),
    async delete(key) {
      const path = await root.pathOf(key);
      try {
        await root.assertInside(dirname(path));
        await unlink(path);
      } catch (error) {
        const code = systemErrorCode(error);
        if (code === "ENOENT" || code === "ENOTDIR") return;
        throw fileError(error, { verb: "delete", location: root.locate(key) });
      }
      await root.pruneAbove(path);
    },
    async *list(prefix): AsyncGenerator<ListedObject> {
      assertKeyPrefix(prefix);
      yield* listFiles(await root.real(), prefix);
    },
    async removeAbandoned({ olderThanMs, signal }) {
      return removeTemporaries(await root.real(), { before: Date.now() - olderThanMs, signal });
    },
  });
}
