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

/** How rows are cut into chunks. */
export interface RowCutting {
  /** @default 65536 */
  readonly chunkRows?: number;
  /** Whether what an array holds is a row also where it is an array itself. @default false */
  readonly areArrays?: boolean;
}

/**
 * Cuts rows into chunks of at most {@link CHUNK_ROWS}, however they come: the same rows give the same chunks. What
 * yields rows may yield arrays of them as well. Between chunks the event loop gets its turn, so that other steps of the
 * process and an abort are not held up.
 *
 * @throws IO_VALUE_NOT_STORABLE when the value does not yield rows
 */
export async function* rowChunks(
  value: unknown,
  signal: AbortSignal,
  { chunkRows = CHUNK_ROWS, areArrays = false }: RowCutting = {},
): AsyncGenerator<RowChunk> {
  let from = 0;
  const chunks = areArrays && Array.isArray(value) ? sliceArray(value, chunkRows) : chunksOf(value, chunkRows);
  for await (const rows of chunks) {
    signal.throwIfAborted();
    yield { rows, from };
    from += rows.length;
    await setImmediate();
    signal.throwIfAborted();
  }
}

type Chunks = Iterable<readonly unknown[]> | AsyncIterable<readonly unknown[]>;

function chunksOf(value: unknown, chunkRows: number): Chunks {
  // An array of arrays is gathered like everything that yields them.
  if (Array.isArray(value) && !Array.isArray(value[0])) return sliceArray(value, chunkRows);
  if (typeof value === "object" && value !== null) {
    if (Symbol.asyncIterator in value) return gatherAsync(value as AsyncIterable<unknown>, chunkRows);
    if (Symbol.iterator in value) return gather(value as Iterable<unknown>, chunkRows);
  }
  throw new HeddleError("IO_VALUE_NOT_STORABLE", `expected rows, got ${describeValue(value)}`, {
    hint: "Return an array of rows, or something that yields rows or arrays of rows, such as a generator.",
  });
}

function* sliceArray(rows: readonly unknown[], chunkRows: number): Generator<readonly unknown[]> {
  for (let from = 0; from < rows.length; from += chunkRows) yield rows.slice(from, from + chunkRows);
}

function* gather(items: Iterable<unknown>, chunkRows: number): Generator<readonly unknown[]> {
  const gathered = rowGatherer(chunkRows);
  for (const item of items) {
    if (gathered.add(item)) yield* gathered.take();
  }
  yield* gathered.rest();
}

async function* gatherAsync(items: AsyncIterable<unknown>, chunkRows: number): AsyncGenerator<readonly unknown[]> {
  const gathered = rowGatherer(chunkRows);
  for await (const item of items) {
    if (gathered.add(item)) yield* gathered.take();
  }
  yield* gathered.rest();
}

/** Gathers rows, and arrays of rows, up to the length of a chunk. */
function rowGatherer(chunkRows: number) {
  let rows: unknown[] = [];
  return {
    /** Says whether there is a whole chunk. */
    add(item: unknown): boolean {
      // A loop: the arguments of one call of `push` are limited.
      if (Array.isArray(item)) for (const row of item) rows.push(row);
      else rows.push(item);
      return rows.length >= chunkRows;
    },
    *take(): Generator<readonly unknown[]> {
      const gathered = rows;
      rows = [];
      const end = gathered.length - (gathered.length % chunkRows);
      if (gathered.length === chunkRows) yield gathered;
      else yield* sliceArray(gathered.slice(0, end), chunkRows);
      rows = gathered.length === end ? [] : gathered.slice(end);
    },
    rest: (): readonly (readonly unknown[])[] => (rows.length === 0 ? [] : [rows]),
  };
}
