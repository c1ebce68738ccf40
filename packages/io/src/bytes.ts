import { HeddleError, type IoManager, type ObjectStore } from "@heddle/core";
import { describeValue } from "./describe-value.ts";
import { encodedIoManager } from "./encoded-io-manager.ts";

export { encodedIoManager, type EncodedValue, type ObjectFormat } from "./encoded-io-manager.ts";

/** What {@link bytes} and {@link text} take. */
export interface BytesOptions {
  /**
   * File extension without a dot, for other programs that open the objects.
   * @default "bin" for bytes, "txt" for text
   */
  readonly extension?: string;
  /** @default the deployment's store */
  readonly store?: ObjectStore;
}

/**
 * Stores bytes as they are: images, models, archives, files of other programs.
 *
 * @example
 * asset({ key: "model", io: bytes({ extension: "onnx" }), materialize: async () => await train() });
 */
export function bytes(options: BytesOptions = {}): IoManager<Uint8Array, Uint8Array> {
  return encodedIoManager<Uint8Array, Uint8Array>({
    name: "bytes",
    extension: options.extension ?? "bin",
    store: options.store,
    encode(value) {
      if (!(value instanceof Uint8Array)) throw notStorable("a Uint8Array or Buffer", value);
      return { body: value };
    },
    decode: (body) => body,
  });
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
  });
}

function notStorable(expected: string, value: unknown): HeddleError {
  return new HeddleError("IO_VALUE_NOT_STORABLE", `expected ${expected}, got ${describeValue(value)}`, {
    hint: "Return such a value, or give the asset another I/O manager.",
  });
}
