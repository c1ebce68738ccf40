import { HeddleError } from "@heddle/core";
import { beforeAbort } from "./before-abort.ts";
import { describeValue } from "./describe-value.ts";

/**
 * Passes the chunks of a producer on until the signal fires, also while the producer does not answer. A producer that is
 * given up is told so.
 *
 * @throws IO_VALUE_NOT_STORABLE for a chunk that is not bytes
 */
export async function* untilAborted(
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const iterator = chunks[Symbol.asyncIterator]();
  let isOver = false;
  try {
    for (;;) {
      isOver = true; // Also when it throws: such a producer has ended itself.
      const next = await beforeAbort(iterator.next(), signal);
      if (next.done === true) return;
      isOver = false;
      if (!(next.value instanceof Uint8Array)) throw notBytes(next.value);
      yield next.value;
    }
  } finally {
    if (!isOver || signal.aborted) await endProducer(iterator, signal);
  }
}

async function endProducer(iterator: AsyncIterator<Uint8Array>, signal: AbortSignal): Promise<void> {
  try {
    const ending = iterator.return?.();
    // A generator that hangs ends after what it waits for: nobody can wait for that.
    if (ending !== undefined) await beforeAbort(ending, signal);
  } catch {
    // What goes wrong while it ends is less than why it was ended, and that is being thrown.
  }
}

function notBytes(value: unknown): HeddleError {
  return new HeddleError("IO_VALUE_NOT_STORABLE", `expected chunks of bytes, got ${describeValue(value)}`, {
    hint: "Yield Uint8Arrays or Buffers.",
  });
}

/** Joins chunks that are short; longer ones pass as they are. A chunk is to be used before the next is asked for. */
export async function* joinShort(chunks: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array, void> {
  const joined = Buffer.allocUnsafeSlow(bytes);
  let filled = 0;
  for await (const chunk of chunks) {
    if (filled > 0 && filled + chunk.length > bytes) {
      yield joined.subarray(0, filled);
      filled = 0;
    }
    if (chunk.length >= bytes) {
      yield chunk;
    } else {
      joined.set(chunk, filled);
      filled += chunk.length;
    }
  }
  if (filled > 0) yield joined.subarray(0, filled);
}

/** Copies chunks into pieces of exactly this length, apart from the last one; without content there is no piece. */
export async function* cutInto(chunks: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array, void> {
  let piece = Buffer.allocUnsafeSlow(bytes);
  let filled = 0;
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length;) {
      const part = chunk.subarray(from, from + bytes - filled);
      piece.set(part, filled);
      filled += part.length;
      from += part.length;
      if (filled < bytes) continue;
      yield piece;
      piece = Buffer.allocUnsafeSlow(bytes);
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}
