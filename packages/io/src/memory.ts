import { objectStore, type ListedObject, type ObjectStore } from "@heddle/core";
import { hash } from "node:crypto";
import { assertKeyPrefix, assertObjectKey } from "./object-key.ts";
import { corruptContent, existingObject, missingObject } from "./store-error.ts";

/** A store in the memory of this process. */
export interface MemoryStore extends ObjectStore {
  /** The content of every object, by key: for a test to look at, or to damage. */
  readonly objects: ReadonlyMap<string, Uint8Array>;
}

/**
 * A store that keeps its objects in the memory of this process, for tests: nothing is durable and no other process sees
 * it. It keeps the contract of every store, checksums and unique keys included.
 *
 * @example
 * const store = memoryStore();
 * const defs = definitions({ assets: [rawWeather], store });
 */
export function memoryStore(): MemoryStore {
  const objects = new Map<string, Uint8Array>();
  const times = new Map<string, number>();
  const locate = (key: string): string => `memory:${key}`;
  return objectStore<MemoryStore>({
    name: "memory",
    objects,
    async put(key, body, { signal }) {
      signal.throwIfAborted();
      assertObjectKey(key);
      const sha256 = hash("sha256", body);
      const existing = objects.get(key);
      if (existing !== undefined && hash("sha256", existing) !== sha256) throw existingObject(locate(key));
      if (existing === undefined) {
        objects.set(key, body.slice());
        times.set(key, Date.now());
      }
      return { key, bytes: body.length, sha256 };
    },
    async get(object, { signal }) {
      signal.throwIfAborted();
      assertObjectKey(object.key);
      const body = objects.get(object.key);
      if (body === undefined) throw missingObject(locate(object.key));
      const sha256 = hash("sha256", body);
      if (body.length !== object.bytes || sha256 !== object.sha256) {
        throw corruptContent(locate(object.key), { bytes: body.length, sha256 }, object);
      }
      return body.slice();
    },
    async delete(key) {
      assertObjectKey(key);
      objects.delete(key);
      times.delete(key);
    },
    async *list(prefix) {
      assertKeyPrefix(prefix);
      yield* [...objects.keys()]
        .filter((key) => key.startsWith(prefix))
        .toSorted()
        .map((key): ListedObject => ({ key, bytes: objects.get(key)?.length ?? 0, modifiedAt: times.get(key) ?? 0 }));
    },
    async removeAbandoned({ signal }) {
      signal.throwIfAborted();
      return 0;
    },
    locate,
  });
}
