import { HeddleError } from "@heddle/core";
import { setImmediate } from "node:timers/promises";
import { describeValue } from "../describe-value.ts";

/** Rows are converted so many at a time; each chunk becomes a record batch. */
export const CHUNK_ROWS = 65_536;

/** Some rows, and the number of the first of them. */
export interface RowChunk {
  readonly rows: readonly unknown[];
  readonly from: number;
}

/**
 * Cuts rows into chunks of {@link CHUNK_ROWS}, however they come: the same rows give the same chunks. Between chunks
 * the event loop gets its turn, so that other steps of the process and an abort are not held up.
 *
 * @throws IO_VALUE_NOT_STORABLE when the value does not yield rows
 */
export async function* rowChunks(value: unknown, signal: AbortSignal): AsyncGenerator<RowChunk> {
  let from = 0;
  for await (const rows of chunksOf(value)) {
    signal.throwIfAborted();
    yield { rows, from };
    from += rows.length;
    await setImmediate();
    signal.throwIfAborted();
  }
}

function chunksOf(value: unknown): Iterable<readonly unknown[]> | AsyncIterable<readonly unknown[]> {
  if (Array.isArray(value)) return sliceArray(value);
  if (typeof value === "object" && value !== null) {
    if (Symbol.asyncIterator in value) return gatherAsync(value as AsyncIterable<unknown>);
    if (Symbol.iterator in value) return gather(value as Iterable<unknown>);
  }
  throw new HeddleError("IO_VALUE_NOT_STORABLE", `expected rows, got ${describeValue(value)}`, {
    hint: "Return an array of rows, or something that yields rows, such as a generator.",
  });
}

function* sliceArray(rows: readonly unknown[]): Generator<readonly unknown[]> {
  for (let from = 0; from < rows.length; from += CHUNK_ROWS) yield rows.slice(from, from + CHUNK_ROWS);
}

function* gather(rows: Iterable<unknown>): Generator<readonly unknown[]> {
  let chunk: unknown[] = [];
  for (const row of rows) {
    if (chunk.push(row) < CHUNK_ROWS) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

async function* gatherAsync(rows: AsyncIterable<unknown>): AsyncGenerator<readonly unknown[]> {
  let chunk: unknown[] = [];
  for await (const row of rows) {
    if (chunk.push(row) < CHUNK_ROWS) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
