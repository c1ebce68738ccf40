import { HeddleError, ioManager, type IoManager, type ObjectStore, type OutputContext } from "@heddle/core";
import { describeValue } from "./describe-value.ts";
import { encodedIoManager, naming, nameError, soleObject } from "./encoded-io-manager.ts";
import { encodeObjectKey } from "./object-key.ts";
import { previewObject } from "./preview-content.ts";
import { putChunks } from "./put-chunks.ts";

export { encodedIoManager, type EncodedValue, type ObjectFormat } from "./encoded-io-manager.ts";

/** What {@link bytes}, {@link bytesStream} and {@link text} take. */
export interface BytesOptions {
  /**
   * File extension without a dot, for other programs that open the objects.
   * @default "bin" for bytes, "txt" for text
   */
  readonly extension?: string;
  /** @default the deployment's store */
  readonly store?: ObjectStore;
}

/** Bytes at once, or one chunk after the other in constant memory. */
export type Bytes = Uint8Array | AsyncIterable<Uint8Array>;

/**
 * Stores bytes as they are: images, models, archives, files of other programs. An asset returns all of them, or yields
 * them; consumers get all of them. What is too large for that is for `bytesStream()` or `file()`.
 *
 * @example
 * asset({ key: "model", io: bytes({ extension: "onnx" }), materialize: async () => await train() });
 */
export function bytes(options: BytesOptions = {}): IoManager<Bytes, Uint8Array> {
  return ioManager<Bytes, Uint8Array>({
    name: NAME,
    store: options.store,
    write: (value, context) => writeBytes(value, options, context),
    async load(context) {
      const { store = context.store } = options;
      const { signal } = context;
      signal.throwIfAborted();
      const object = soleObject(NAME, context);
      return naming(context, () => store.get(object, { signal }));
    },
    previewContent: (context) => previewObject(NAME, context, options.store),
  });
}

/** The same as a stream: consumers loop over chunks of some MiB, each of them verified before it comes. */
export function bytesStream(options: BytesOptions = {}): IoManager<Bytes, AsyncIterable<Uint8Array>> {
  return ioManager<Bytes, AsyncIterable<Uint8Array>>({
    name: NAME,
    store: options.store,
    write: (value, context) => writeBytes(value, options, context),
    async load(context) {
      const { store = context.store } = options;
      const { signal } = context;
      const object = soleObject(NAME, context);
      return {
        async *[Symbol.asyncIterator]() {
          try {
            yield* store.stream(object, { signal });
          } catch (error) {
            throw nameError(context, error);
          }
        },
      };
    },
    previewContent: (context) => previewObject(NAME, context, options.store),
  });
}

const NAME = "bytes";

async function writeBytes(value: unknown, options: BytesOptions, context: OutputContext) {
  const { store = context.store, extension = "bin" } = options;
  const { signal } = context;
  signal.throwIfAborted();
  const key = encodeObjectKey(context, extension);
  const object = await naming(context, () => {
    if (value instanceof Uint8Array) return store.put(key, value, { signal });
    if (typeof value === "object" && value !== null && Symbol.asyncIterator in value) {
      // Each chunk is looked at when it comes.
      return putChunks(store, key, { chunks: onlyBytes(value as AsyncIterable<unknown>), signal });
    }
    throw notStorable("a Uint8Array or Buffer, or something that yields them", value);
  });
  return { io: NAME, objects: [object], dataVersion: object.sha256 };
}

async function* onlyBytes(chunks: AsyncIterable<unknown>): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of chunks) {
    if (!(chunk instanceof Uint8Array)) throw notStorable("chunks that are Uint8Arrays or Buffers", chunk);
    yield chunk;
  }
}

/** Stores text as UTF-8. Text with half of a surrogate pair is refused: it would not come back the same. */
export function text(options: BytesOptions = {}): IoManager<string, string> {
  return encodedIoManager<string, string>({
    name: "text",
    extension: options.extension ?? "txt",
    store: options.store,
    encode(value) {
      if (typeof value !== "string") throw notStorable("text", value);
      if (!value.isWellFormed()) throw notStorable("well-formed text", "text with half of a surrogate pair");
      return { body: Buffer.from(value) };
    },
    decode: (body) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body),
    previewContent: (context) => previewObject("text", context, options.store),
  });
}

function notStorable(expected: string, value: unknown): HeddleError {
  return new HeddleError("IO_VALUE_NOT_STORABLE", `expected ${expected}, got ${describeValue(value)}`, {
    hint: "Return such a value, or give the asset another I/O manager.",
  });
}
