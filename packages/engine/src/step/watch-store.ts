import { objectStore, type ObjectStore } from "@heddle/core";

/** The same store, of which whatever moves is a sign of progress; the store itself where nobody waits for one. */
export function watchStore(store: ObjectStore, progress: (() => void) | undefined): ObjectStore {
  if (progress === undefined) return store;
  const after = async <T>(work: Promise<T>): Promise<T> => {
    progress();
    const result = await work;
    progress();
    return result;
  };
  const { putBytes } = store;
  return objectStore({
    name: store.name,
    ...(putBytes !== undefined && { putBytes }),
    put: (key, body, options) => after(store.put(key, body, options)),
    putStream: (key, chunks, options) => after(store.putStream(key, watchChunks(chunks, progress), options)),
    get: (object, options) => after(store.get(object, options)),
    stream: (object, options) => watchChunks(store.stream(object, options), progress),
    getRange: (object, options) => after(store.getRange(object, options)),
    delete: (key) => store.delete(key),
    list: (prefix) => store.list(prefix),
    removeAbandoned: (options) => store.removeAbandoned(options),
    locate: (key) => store.locate(key),
    ...(store.pathOf !== undefined && { pathOf: async (key: string) => (await store.pathOf?.(key)) ?? "" }),
  });
}

/** The same value; of a generator, everything that it yields is a sign of progress. */
export function watchYields(value: unknown, progress: (() => void) | undefined): unknown {
  if (progress === undefined || typeof value !== "object" || value === null) return value;
  const isGenerator = "next" in value && typeof value.next === "function";
  // Whatever has one of the two and `next` is a generator; nothing else is asked of it.
  if (isGenerator && Symbol.asyncIterator in value) return watchChunks(value as AsyncIterable<unknown>, progress);
  if (isGenerator && Symbol.iterator in value) return watchItems(value as Iterable<unknown>, progress);
  return value;
}

async function* watchChunks<T>(chunks: AsyncIterable<T>, progress: () => void): AsyncGenerator<T, void> {
  for await (const chunk of chunks) {
    progress();
    yield chunk;
  }
}

function* watchItems<T>(items: Iterable<T>, progress: () => void): Generator<T, void> {
  for (const item of items) {
    progress();
    yield item;
  }
}
