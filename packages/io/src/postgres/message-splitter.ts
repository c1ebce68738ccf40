import { HEADER_BYTES } from "./messages.ts";

/** Gets a message: it begins at `at` with its type and ends before `end`; the buffer is its owner's again afterwards. */
type HandleMessage = (buffer: Buffer, at: number, end: number) => void;

/**
 * Cuts what comes from a server into messages. What is not whole yet waits for the rest; a long message is put together
 * once, however many pieces it comes in.
 */
export function messageSplitter(handle: HandleMessage, heard: () => void): (piece: Buffer) => void {
  let pieces: Buffer[] = [];
  let gathered = 0;
  let needed = HEADER_BYTES;
  return (piece) => {
    heard();
    let buffer = piece;
    if (pieces.length > 0) {
      pieces.push(piece);
      gathered += piece.length;
      if (gathered < needed) return;
      buffer = Buffer.concat(pieces, gathered);
      pieces = [];
    }
    let at = 0;
    needed = HEADER_BYTES;
    while (buffer.length - at >= HEADER_BYTES) {
      const end = at + 1 + buffer.readUInt32BE(at + 1);
      if (end > buffer.length) {
        needed = end - at;
        break;
      }
      handle(buffer, at, end);
      at = end;
    }
    gathered = buffer.length - at;
    if (gathered > 0) pieces = [buffer.subarray(at)];
  };
}
