import type { StoredObject } from "@heddle/core";
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";

/** Content that has a checksum of its own; longer objects are verified block by block when they are read in parts. */
export const BLOCK_BYTES = 1024 * 1024;

/** What is recorded about a content. */
export type ContentChecksum = Omit<StoredObject, "key">;

/** Takes a content piece by piece. */
export interface RunningChecksum {
  update(piece: Uint8Array): void;
  /** What was taken so far; nothing may be added afterwards. */
  finish(): ContentChecksum;
}

/** The checksums of a content that is at hand. */
export function checksumOf(body: Uint8Array): ContentChecksum {
  const checksum = runningChecksum();
  checksum.update(body);
  return checksum.finish();
}

/** The checksums of a content that comes in pieces. */
export function runningChecksum(): RunningChecksum {
  const sha256 = createHash("sha256");
  const blocks: number[] = [];
  let bytes = 0;
  let block = 0;
  return {
    update(piece) {
      sha256.update(piece);
      for (let from = 0; from < piece.length;) {
        const part = piece.subarray(from, from + BLOCK_BYTES - (bytes % BLOCK_BYTES));
        block = crc32(part, block);
        bytes += part.length;
        from += part.length;
        if (bytes % BLOCK_BYTES !== 0) continue;
        blocks.push(block);
        block = 0;
      }
    },
    finish() {
      if (bytes % BLOCK_BYTES !== 0) blocks.push(block);
      const content = { bytes, sha256: sha256.digest("hex") };
      return blocks.length > 1 ? { ...content, blocks: { bytes: BLOCK_BYTES, crc32: encodeSums(blocks) } } : content;
    },
  };
}

function encodeSums(sums: readonly number[]): string {
  const bytes = Buffer.alloc(sums.length * 4);
  for (const [index, sum] of sums.entries()) bytes.writeUInt32BE(sum, index * 4);
  return bytes.toString("base64");
}

/** The checksums of an object's blocks, decoded. */
export interface BlockSums {
  /** Length of every block but the last one, in bytes. */
  readonly bytes: number;
  /** Says whether the content of the block with this index is the one that was written. */
  isRight(index: number, content: Uint8Array): boolean;
}

/** Decodes the checksums of an object's blocks; `undefined` when they cannot be those of an object of its length. */
export function decodeBlockSums(bytes: number, blocks: NonNullable<StoredObject["blocks"]>): BlockSums | undefined {
  const sums = Buffer.from(blocks.crc32, "base64");
  const isFitting =
    Number.isSafeInteger(blocks.bytes) && blocks.bytes > 0 && sums.length === Math.ceil(bytes / blocks.bytes) * 4;
  if (!isFitting) return undefined;
  return {
    bytes: blocks.bytes,
    isRight: (index, content) => sums.readUInt32BE(index * 4) === crc32(content),
  };
}
