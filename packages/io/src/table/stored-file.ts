import type { ObjectStore, StoredObject } from "@heddle/core";

/** A stored object of which parts can be read: what comes has been verified by the store. */
export interface StoredFile {
  readonly bytes: number;
  /** How much the store reads at least to verify a part. */
  readonly blockBytes: number;
  /** The bytes from `start` up to, and without, `end`. */
  read(start: number, end: number): Promise<Uint8Array>;
  /** All of it, at once. */
  readWhole(): Promise<Uint8Array>;
  /** All of it, in order. */
  stream(): AsyncIterable<Uint8Array>;
}

/** Opens an object; nothing is read yet. */
export function storedFile(store: ObjectStore, object: StoredObject, signal: AbortSignal): StoredFile {
  return {
    bytes: object.bytes,
    blockBytes: object.blocks?.bytes ?? object.bytes,
    read: (start, end) => store.getRange(object, { start, end, signal }),
    readWhole: () => store.get(object, { signal }),
    stream: () => store.stream(object, { signal }),
  };
}

/** Runs `work` for each item, so many ahead of the one that is taken, and yields the results in order. */
export async function* inOrder<TItem, TResult>(
  items: readonly TItem[],
  ahead: number,
  work: (item: TItem) => Promise<TResult>,
): AsyncGenerator<TResult, void> {
  const underway: Promise<TResult>[] = [];
  let next = 0;
  const fill = (): void => {
    for (; next < items.length && underway.length <= ahead; next += 1) {
      // The index is below the length.
      const started = work(items[next] as TItem);
      // A failure is seen when its turn comes; until then it must not count as unhandled.
      started.catch(() => {});
      underway.push(started);
    }
  };
  try {
    fill();
    for (let first = underway.shift(); first !== undefined; first = underway.shift()) {
      const result = await first;
      fill();
      yield result;
    }
  } finally {
    await Promise.allSettled(underway);
  }
}
