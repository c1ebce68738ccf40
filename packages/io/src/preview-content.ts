import type { ContentPreview, InputContext, ObjectStore } from "@heddle/core";
import { naming, soleObject } from "./encoded-io-manager.ts";

/** So much of a text is shown. */
const TEXT_BYTES = 64 * 1024;
/** So much of bytes that are neither text nor a picture. */
const BINARY_BYTES = 512;
/** A picture is shown whole, when it is not longer than this. */
const IMAGE_BYTES = 1024 * 1024;

/** Beginnings by which raster images are known; never SVG, which may hold scripts. */
const IMAGES: readonly { readonly mediaType: string; readonly is: (head: Uint8Array) => boolean }[] = [
  { mediaType: "image/png", is: (head) => startsWith(head, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) },
  { mediaType: "image/jpeg", is: (head) => startsWith(head, [0xff, 0xd8, 0xff]) },
  { mediaType: "image/gif", is: (head) => ascii(head, 0, "GIF8") },
  { mediaType: "image/webp", is: (head) => ascii(head, 0, "RIFF") && ascii(head, 8, "WEBP") },
  { mediaType: "image/avif", is: (head) => ascii(head, 4, "ftypavif") },
];

/**
 * Shows the beginning of an object that is no table: what it is follows from its bytes, not from what it is called. Only
 * as much of it is read as is shown.
 */
export async function previewObject(
  name: string,
  context: InputContext,
  own: ObjectStore | undefined,
): Promise<ContentPreview> {
  const { store: given, signal } = context;
  const store = own ?? given;
  const object = soleObject(name, context);
  const read = (end: number): Promise<Uint8Array> =>
    object.bytes === 0 ? Promise.resolve(new Uint8Array()) : store.getRange(object, { start: 0, end, signal });
  return naming(context, async () => {
    const totalBytes = object.bytes;
    const head = await read(Math.min(totalBytes, TEXT_BYTES));
    const image = IMAGES.find(({ is }) => is(head));
    if (image !== undefined && totalBytes <= IMAGE_BYTES) {
      const all = totalBytes === head.length ? head : await store.get(object, { signal });
      return { kind: "image", content: base64(all), mediaType: image.mediaType, shownBytes: totalBytes, totalBytes };
    }
    const text = image === undefined ? textOf(head, totalBytes) : null;
    if (text !== null) return { kind: "text", content: text, mediaType: null, shownBytes: head.length, totalBytes };
    const bytes = head.subarray(0, BINARY_BYTES);
    const mediaType = image?.mediaType ?? null;
    return { kind: "binary", content: base64(bytes), mediaType, shownBytes: bytes.length, totalBytes };
  });
}

/** `null` when it is no text: not UTF-8, or with signs that no text has. */
function textOf(head: Uint8Array, totalBytes: number): string | null {
  try {
    // The last character of what was read may be cut in the middle.
    const text = new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: head.length < totalBytes });
    return text.includes("\u0000") ? null : text;
  } catch {
    // It is no text; that is the answer.
    return null;
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

function startsWith(head: Uint8Array, expected: readonly number[]): boolean {
  return expected.every((byte, i) => head[i] === byte);
}

function ascii(head: Uint8Array, from: number, expected: string): boolean {
  return new TextDecoder("latin1").decode(head.subarray(from, from + expected.length)) === expected;
}
