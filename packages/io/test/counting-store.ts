import { objectStore, type ObjectStore } from "@heddle/core";

/** A store that counts the bytes which it hands out, and how often it is asked. */
export interface CountingStore extends ObjectStore {
  /** What was read since the last call. */
  takeCounts(): { readonly bytes: number; readonly requests: number };
}

/** Counts what is read from a store, in whole blocks, as the store reads them. */
export function countingStore(store: ObjectStore): CountingStore {
  let [bytes, requests] = [0, 0];
  const count = (read: number): void => {
    bytes += read;
    requests += 1;
  };
  return objectStore<CountingStore>({
    ...store,
    async get(object, options) {
      count(object.bytes);
      return store.get(object, options);
    },
    async *stream(object, options) {
      for await (const piece of store.stream(object, options)) {
        count(piece.length);
        yield piece;
      }
    },
    async getRange(object, options) {
      const block = object.blocks?.bytes ?? object.bytes;
      const end = Math.min(object.bytes, Math.ceil(options.end / block) * block);
      count(end - Math.floor(options.start / block) * block);
      return store.getRange(object, options);
    },
    takeCounts() {
      const counts = { bytes, requests };
      [bytes, requests] = [0, 0];
      return counts;
    },
  });
}
