import { HeddleError } from "@heddle/core";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { describeValue } from "./describe-value.ts";

/** A file on the disk of this machine. */
export interface FilePath {
  readonly path: string | URL;
}

/** Where bytes come from: all at once, one chunk after the other, or a file. A text is UTF-8. */
export type ByteSource = Uint8Array | AsyncIterable<Uint8Array | string> | FilePath;

const READ_BYTES = 256 * 1024;

/** Opens a source of bytes. @throws IO_VALUE_NOT_STORABLE */
export async function openSource(source: unknown, signal: AbortSignal): Promise<AsyncIterable<Uint8Array | string>> {
  if (source instanceof Uint8Array) return single(source);
  if (typeof source === "object" && source !== null) {
    // Whatever can be iterated; each chunk is looked at when it comes.
    if (Symbol.asyncIterator in source) return source as AsyncIterable<Uint8Array | string>;
    if ("path" in source && (typeof source.path === "string" || source.path instanceof URL)) {
      return openFile(source.path, signal);
    }
  }
  throw new HeddleError(
    "IO_VALUE_NOT_STORABLE",
    `expected bytes, a stream of them or { path }, got ${describeValue(source)}`,
    {
      hint: "Give a Uint8Array, something that yields them, or { path } for a file on this machine.",
    },
  );
}

/** Opens a file on this machine. @throws IO_VALUE_NOT_STORABLE when there is none */
export async function openFile(path: string | URL, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
  await assertFile(path);
  return createReadStream(path, { highWaterMark: READ_BYTES, signal });
}

/** Refuses what is not a file that can be read. @throws IO_VALUE_NOT_STORABLE */
export async function assertFile(path: string | URL): Promise<void> {
  try {
    if ((await stat(path)).isFile()) return;
  } catch (cause) {
    throw notAFile(path, cause);
  }
  throw notAFile(path);
}

function notAFile(path: string | URL, cause?: unknown): HeddleError {
  const isThere = cause === undefined;
  const code = typeof cause === "object" && cause !== null && "code" in cause ? ` (${String(cause.code)})` : "";
  const problem = isThere ? "is no file" : `cannot be opened${code}`;
  return new HeddleError("IO_VALUE_NOT_STORABLE", `${JSON.stringify(String(path))} ${problem}`, {
    hint: "Return the path of a file that is on this machine until the step has ended.",
    ...(!isThere && { cause }),
  });
}

async function* single(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}

/** The bytes of chunks of either kind. @throws IO_VALUE_NOT_STORABLE for a chunk that is neither */
export async function* toBytes(chunks: AsyncIterable<unknown>): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of chunks) {
    if (typeof chunk === "string") yield Buffer.from(chunk);
    else if (chunk instanceof Uint8Array) yield chunk;
    else {
      throw new HeddleError("IO_VALUE_NOT_STORABLE", `expected chunks of bytes, got ${describeValue(chunk)}`, {
        hint: "Yield Uint8Arrays, Buffers or texts.",
      });
    }
  }
}
