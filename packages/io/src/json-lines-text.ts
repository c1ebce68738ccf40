import { parseJson } from "@heddle/core/internal";

/** Lines are decoded so many bytes at a time: the text of all of them may be longer than a string can be. */
const PIECE_BYTES = 16 * 1024 * 1024;
const NEWLINE = 0x0a;

/** The bytes of lines that end in newlines. */
export function encodeLines(lines: readonly string[]): Uint8Array {
  return Buffer.from(lines.join(""));
}

/** Parses JSON Lines. A newline in a JSON text is escaped, so that each one in the bytes ends a value. */
export function parseLines(body: Uint8Array): unknown[] {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const values: unknown[] = [];
  for (let from = 0; from < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, Math.min(from + PIECE_BYTES, bytes.length - 1));
    const to = newline < 0 ? bytes.length : newline;
    // One parse for all lines of a piece takes half of the time of one for each.
    const piece: unknown = parseJson(`[${bytes.toString("utf8", from, to).replaceAll("\n", ",")}]`);
    if (Array.isArray(piece)) for (const value of piece) values.push(value);
    from = to + 1;
  }
  return values;
}

/** Parses JSON Lines as they come: the values of each chunk, and of what was left of the one before. */
export async function* parseLineStream(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<unknown[], void> {
  let rest: Uint8Array[] = [];
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end > 0) {
      const complete = Buffer.concat([...rest, chunk.subarray(0, end)]);
      rest = [];
      yield parseLines(complete.subarray(0, -1));
    }
    // Copied: a chunk may be used again by its producer.
    if (end < chunk.length) rest.push(new Uint8Array(chunk.subarray(end)));
  }
  if (rest.length > 0) yield parseLines(Buffer.concat(rest));
}
