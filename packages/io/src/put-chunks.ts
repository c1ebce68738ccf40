import type { ObjectStore, StoredObject } from "@heddle/core";
import { beforeAbort } from "./before-abort.ts";

/**
 * Stores chunks as one object, in constant memory. Content of one chunk is written at once, which costs a store less
 * than a stream. When the chunks throw, nothing is stored.
 */
export async function putChunks(
  store: ObjectStore,
  key: string,
  { chunks, signal }: { readonly chunks: AsyncGenerator<Uint8Array, void>; readonly signal: AbortSignal },
): Promise<StoredObject> {
  const first = await beforeAbort(chunks.next(), signal);
  if (first.done === true) return store.put(key, new Uint8Array(), { signal });
  // A producer may use its buffer again for the next chunk; `slice` of a Buffer would not copy.
  const start = new Uint8Array(first.value);
  const second = await beforeAbort(chunks.next(), signal);
  if (second.done === true) return store.put(key, start, { signal });
  return store.putStream(key, resume([start, second.value], chunks), { signal });
}

async function* resume(
  taken: readonly Uint8Array[],
  rest: AsyncGenerator<Uint8Array, void>,
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* taken;
    yield* rest;
  } finally {
    // Also when the store gives up before `rest` was asked.
    await rest.return();
  }
}
