import { randomBytes } from "node:crypto";

/** So many random bytes. */
export function randomContent(length: number): Uint8Array {
  return new Uint8Array(randomBytes(length));
}

/** Yields a content in chunks of this length. */
export async function* inChunks(content: Uint8Array, bytes: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < content.length; from += bytes) yield content.subarray(from, from + bytes);
}

/** Flips the lowest bit of the byte in the middle. */
export function flipBit(content: Uint8Array): Uint8Array {
  const at = content.length >> 1;
  return content.with(at, (content[at] ?? 0) ^ 1);
}

/** Gathers what an async iterable yields. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** A signal that never fires. */
export const unaborted: { readonly signal: AbortSignal } = { signal: new AbortController().signal };
