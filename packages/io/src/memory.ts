import { objectStore, type ListedObject, type ObjectStore, type StoredObject } from "@heddle/core";
import { hash } from "node:crypto";
import { untilAborted } from "./chunks.ts";
import { BLOCK_BYTES, checksumOf } from "./content-checksum.ts";
import { assertKeyPrefix, assertObjectKey } from "./object-key.ts";
import { corruptContent, existingObject, missingObject } from "./store-error.ts";
import { readRange, readWhole, streamObject, type ObjectSource } from "./verified-parts.ts";

/** Nothing is gained by reading ahead in memory. */
const STREAM_PACE = { pieceBytes: BLOCK_BYTES, concurrency: 1 };

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
  function keep(key: string, body: Uint8Array): StoredObject {
    const content = checksumOf(body);
    const existing = objects.get(key);
    if (existing !== undefined && hash("sha256", existing) !== content.sha256) throw existingObject(locate(key));
    if (existing === undefined) {
      objects.set(key, body);
      times.set(key, Date.now());
    }
    return { key, ...content };
  }
  const sourceOf = (object: StoredObject, signal: AbortSignal): ObjectSource => ({
    object,
    location: locate(object.key),
    signal,
    tries: 1,
    async read({ start, end }) {
      signal.throwIfAborted();
      assertObjectKey(object.key);
      const body = objects.get(object.key);
      if (body === undefined) throw missingObject(locate(object.key));
      if (body.length !== object.bytes) throw corruptContent(locate(object.key), { bytes: body.length }, object);
      return body.subarray(start, end);
    },
  });
  return objectStore<MemoryStore>({
    name: "memory",
    objects,
    async put(key, body, { signal }) {
      signal.throwIfAborted();
      assertObjectKey(key);
      return keep(key, new Uint8Array(body));
    },
    async putStream(key, chunks, { signal }) {
      signal.throwIfAborted();
      assertObjectKey(key);
      const copies: Uint8Array[] = [];
      for await (const chunk of untilAborted(chunks, signal)) copies.push(new Uint8Array(chunk));
      signal.throwIfAborted();
      return keep(key, new Uint8Array(Buffer.concat(copies)));
    },
    async get(object, { signal }) {
      return new Uint8Array(await readWhole(sourceOf(object, signal)));
    },
    stream: (object, { signal }) => streamObject(sourceOf(object, signal), STREAM_PACE),
    async getRange(object, { start, end, signal }) {
      return new Uint8Array(await readRange(sourceOf(object, signal), { start, end }));
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
