import type { StoredObject } from "@heddle/core";
import { createHash, hash } from "node:crypto";
import { BLOCK_BYTES, decodeBlockSums, type BlockSums } from "./content-checksum.ts";
import { corruptContent, corruptObject } from "./store-error.ts";

/** A part of an object: the bytes from `start` up to, and without, `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** An object whose parts can be read, not verified yet. */
export interface ObjectSource {
  readonly object: StoredObject;
  /** How people know where it lies. */
  readonly location: string;
  readonly signal: AbortSignal;
  /**
   * How often a part with a wrong checksum is read before the object counts as corrupt: a network can damage what the
   * store holds unharmed, a disk gives the same again.
   */
  readonly tries: number;
  /** Reads a part; fewer bytes mean that the object ends before. */
  read(range: ByteRange, signal: AbortSignal): Promise<Uint8Array>;
}

/** Reads a part of an object and verifies it. @throws IO_OBJECT_CORRUPT, RangeError */
export async function readRange(source: ObjectSource, { start, end }: ByteRange): Promise<Uint8Array> {
  const { object } = source;
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || start > end || end > object.bytes) {
    throw new RangeError(`${source.location} has ${object.bytes} bytes, and none from ${start} to ${end}`);
  }
  if (start === end) return new Uint8Array();
  const sums = blockSums(source);
  if (sums === undefined) return (await readWhole(source)).subarray(start, end);
  const from = start - (start % sums.bytes);
  const to = Math.min(object.bytes, Math.ceil(end / sums.bytes) * sums.bytes);
  const blocks = await readBlocks(source, { sums, start: from, end: to, signal: source.signal });
  return blocks.subarray(start - from, end - from);
}

/** How a stream reads. */
export interface StreamPace {
  /** How much is read at once. */
  readonly pieceBytes: number;
  /** How many pieces are read at the same time; as many are held in memory. */
  readonly concurrency: number;
}

/** Reads an object in order and verifies each piece before it is handed out. @throws IO_OBJECT_CORRUPT */
export async function* streamObject(source: ObjectSource, pace: StreamPace): AsyncGenerator<Uint8Array, void> {
  const { object, location } = source;
  const sums = blockSums(source);
  if (sums === undefined && object.bytes <= BLOCK_BYTES) {
    yield* nonEmpty(await readWhole(source));
    return;
  }
  const sha256 = sums === undefined ? createHash("sha256") : undefined;
  const pieceBytes = sums === undefined ? pace.pieceBytes : Math.ceil(pace.pieceBytes / sums.bytes) * sums.bytes;
  const read = (range: ByteRange, signal: AbortSignal) =>
    sums === undefined ? readLength(source, range, signal) : readBlocks(source, { sums, ...range, signal });
  for await (const piece of readAhead({ ...pace, pieceBytes, end: object.bytes, signal: source.signal }, read)) {
    sha256?.update(piece);
    yield piece;
  }
  const found = sha256?.digest("hex");
  if (found !== undefined && found !== object.sha256) {
    throw corruptContent(location, { bytes: object.bytes, sha256: found }, object);
  }
}

function* nonEmpty(piece: Uint8Array): Generator<Uint8Array> {
  if (piece.length > 0) yield piece;
}

/** Reads a whole object at once and verifies its SHA-256. @throws IO_OBJECT_CORRUPT */
export async function readWhole(source: ObjectSource): Promise<Uint8Array> {
  const { object, location, signal } = source;
  for (let attempt = 1; ; attempt += 1) {
    const body = await source.read({ start: 0, end: object.bytes }, signal);
    signal.throwIfAborted();
    const sha256 = hash("sha256", body);
    if (body.length === object.bytes && sha256 === object.sha256) return body;
    if (attempt >= source.tries) throw corruptContent(location, { bytes: body.length, sha256 }, object);
  }
}

interface ReadAhead extends StreamPace {
  readonly end: number;
  readonly signal: AbortSignal;
}

/** Yields the pieces from 0 to `end` in order, while the next ones are on their way. */
async function* readAhead(
  { pieceBytes, concurrency, end, signal }: ReadAhead,
  read: (range: ByteRange, signal: AbortSignal) => Promise<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  const stop = new AbortController();
  const stopped = AbortSignal.any([signal, stop.signal]);
  const underway: Promise<Uint8Array>[] = [];
  let next = 0;
  const fill = (): void => {
    for (; next < end && underway.length < concurrency; next += pieceBytes) {
      const piece = read({ start: next, end: Math.min(end, next + pieceBytes) }, stopped);
      // A failure is seen when its turn comes; until then it must not count as unhandled.
      piece.catch(() => {});
      underway.push(piece);
    }
  };
  try {
    fill();
    for (let first = underway.shift(); first !== undefined; first = underway.shift()) {
      const piece = await first;
      signal.throwIfAborted();
      fill();
      yield piece;
    }
  } finally {
    stop.abort();
    // What they read from may be closed only after they have ended.
    await Promise.allSettled(underway);
  }
}

interface Blocks extends ByteRange {
  readonly sums: BlockSums;
  readonly signal: AbortSignal;
}

/** Reads whole blocks and verifies each of them. */
async function readBlocks(source: ObjectSource, { sums, start, end, signal }: Blocks): Promise<Uint8Array> {
  for (let attempt = 1; ; attempt += 1) {
    const body = await readLength(source, { start, end }, signal);
    const wrong = wrongBlock(body, start / sums.bytes, sums);
    if (wrong === undefined) return body;
    if (attempt < source.tries) continue;
    const last = Math.min(source.object.bytes, (wrong + 1) * sums.bytes) - 1;
    throw corruptObject(source.location, `the checksum of its bytes ${wrong * sums.bytes} to ${last} differs`);
  }
}

function wrongBlock(body: Uint8Array, first: number, sums: BlockSums): number | undefined {
  for (let at = 0, index = first; at < body.length; at += sums.bytes, index += 1) {
    if (!sums.isRight(index, body.subarray(at, at + sums.bytes))) return index;
  }
  return undefined;
}

async function readLength(source: ObjectSource, { start, end }: ByteRange, signal: AbortSignal): Promise<Uint8Array> {
  const body = await source.read({ start, end }, signal);
  if (body.length !== end - start) {
    throw corruptContent(source.location, { bytes: start + body.length }, source.object);
  }
  return body;
}

function blockSums({ object, location }: ObjectSource): BlockSums | undefined {
  if (object.blocks === undefined) return undefined;
  const sums = decodeBlockSums(object.bytes, object.blocks);
  if (sums === undefined) throw corruptObject(location, "the checksums of its blocks do not fit its length");
  return sums;
}
