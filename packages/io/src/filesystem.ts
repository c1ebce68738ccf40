import { objectStore, type ListedObject, type ObjectStore } from "@heddle/core";
import { unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { fileError, systemErrorCode } from "./filesystem/file-error.ts";
import { listFiles, removeTemporaries } from "./filesystem/list-files.ts";
import { rootDirectory } from "./filesystem/root-directory.ts";
import { readVerified } from "./filesystem/verified-read.ts";
import { writeDurably } from "./filesystem/durable-write.ts";
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
 * and a name never changes its content; every read verifies length and SHA-256.
 *
 * @example
 * export default definitions({ assets, store: filesystemStore({ directory: "/srv/heddle/data" }) });
 */
export function filesystemStore(options: FilesystemStoreOptions): ObjectStore {
  const root = rootDirectory(options.directory);
  return objectStore<ObjectStore>({
    name: "filesystem",
    locate: (key) => root.locate(key),
    async put(key, body, { signal }) {
      signal.throwIfAborted();
      const location = root.locate(key);
      const path = await root.pathOf(key);
      const sha256 = await writeDurably(root, { path, location, body, signal });
      return { key, bytes: body.length, sha256 };
    },
    async get(object, { signal }) {
      signal.throwIfAborted();
      const path = await root.pathOf(object.key);
      return readVerified(root, { path, location: root.locate(object.key), object, signal });
    },
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
