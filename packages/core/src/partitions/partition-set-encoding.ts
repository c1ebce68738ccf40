import { HeddleError } from "../errors.ts";

/**
 * Bytes of a partition set: one tag byte, the first ordinal as a varint (the tag says whether it is negative), then
 * either varint pairs (gap, length) or a bitmap, whichever is smaller. Equal sets have equal bytes.
 */
const TAG_EMPTY = 0;
const TAG_RANGES = 1;
const TAG_BITMAP = 2;
const NEGATIVE = 0x80;

/** Encodes flat, sorted, disjoint, half-open ranges. */
export function encodeRanges(ranges: readonly number[]): Uint8Array {
  const [first] = ranges;
  if (first === undefined) return Uint8Array.of(TAG_EMPTY);
  const sign = first < 0 ? NEGATIVE : 0;
  const span = endOf(ranges) - first;
  const bitmapLength = Math.ceil(span / 8);
  const header = 1 + varintLength(Math.abs(first));
  const rangesLength = pairsLength(ranges);
  const bytes = new Uint8Array(header + Math.min(bitmapLength, rangesLength));
  writeVarint(bytes, 1, Math.abs(first));
  if (bitmapLength < rangesLength) {
    bytes[0] = TAG_BITMAP | sign;
    writeBitmap(bytes, header, ranges);
  } else {
    bytes[0] = TAG_RANGES | sign;
    writePairs(bytes, header, ranges);
  }
  return bytes;
}

/** Reads what {@link encodeRanges} wrote. @throws PARTITION_SET_INVALID for any other bytes */
export function decodeRanges(bytes: Uint8Array): number[] {
  const tag = bytes[0];
  if (tag === TAG_EMPTY && bytes.length === 1) return [];
  if (tag === undefined || tag === TAG_EMPTY) throw corrupt("it has no tag, or bytes after an empty set");
  const reader = { bytes, at: 1 };
  const magnitude = readVarint(reader);
  const first = (tag & NEGATIVE) === 0 ? magnitude : -magnitude;
  switch (tag & ~NEGATIVE) {
    case TAG_RANGES:
      return readPairs(reader, first);
    case TAG_BITMAP:
      return readBitmap(reader, first);
    default:
      throw corrupt(`its tag ${tag} is unknown`);
  }
}

function endOf(ranges: readonly number[]): number {
  return ranges[ranges.length - 1] ?? 0;
}

/** Calls `visit` with the gap before each range (0 for the first) and its length. */
function eachPair(ranges: readonly number[], visit: (gap: number, length: number) => void): void {
  let previousEnd = ranges[0] ?? 0;
  for (let at = 0; at < ranges.length; at += 2) {
    const start = ranges[at] ?? 0;
    const end = ranges[at + 1] ?? 0;
    visit(start - previousEnd, end - start);
    previousEnd = end;
  }
}

function pairsLength(ranges: readonly number[]): number {
  let total = 0;
  eachPair(ranges, (gap, length) => {
    total += (gap === 0 ? 0 : varintLength(gap)) + varintLength(length);
  });
  return total;
}

function writePairs(bytes: Uint8Array, from: number, ranges: readonly number[]): void {
  let at = from;
  eachPair(ranges, (gap, length) => {
    // Only the first range has no gap before it, so its gap is not written.
    if (gap !== 0) at = writeVarint(bytes, at, gap);
    at = writeVarint(bytes, at, length);
  });
}

interface Reader {
  readonly bytes: Uint8Array;
  at: number;
}

function readPairs(reader: Reader, first: number): number[] {
  const ranges: number[] = [];
  let start = first;
  for (;;) {
    const length = readVarint(reader);
    if (length === 0) throw corrupt("it has a range without length");
    ranges.push(start, start + length);
    if (reader.at === reader.bytes.length) return ranges;
    const gap = readVarint(reader);
    if (gap === 0) throw corrupt("it has two ranges without a gap");
    start += length + gap;
  }
}

function writeBitmap(bytes: Uint8Array, from: number, ranges: readonly number[]): void {
  const first = ranges[0] ?? 0;
  for (let at = 0; at < ranges.length; at += 2) {
    const end = (ranges[at + 1] ?? 0) - first;
    for (let bit = (ranges[at] ?? 0) - first; bit < end; bit += 1) {
      const index = from + (bit >> 3);
      bytes[index] = (bytes[index] ?? 0) | (1 << (bit & 7));
    }
  }
}

function readBitmap(reader: Reader, first: number): number[] {
  const { bytes, at: from } = reader;
  const ranges: number[] = [];
  let open = -1;
  const bits = (bytes.length - from) * 8;
  for (let bit = 0; bit < bits; bit += 1) {
    const isSet = ((bytes[from + (bit >> 3)] ?? 0) & (1 << (bit & 7))) !== 0;
    if (isSet && open < 0) open = bit;
    if (!isSet && open >= 0) {
      ranges.push(first + open, first + bit);
      open = -1;
    }
  }
  if (open >= 0) ranges.push(first + open, first + bits);
  if (ranges[0] !== first) throw corrupt("its bitmap does not begin with its first partition");
  return ranges;
}

function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) length += 1;
  return length;
}

/** Division instead of shifts: ordinals are wider than 32 bits. */
function writeVarint(bytes: Uint8Array, from: number, value: number): number {
  let at = from;
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes[at++] = (rest % 128) | 128;
  bytes[at++] = rest;
  return at;
}

function readVarint(reader: Reader): number {
  let value = 0;
  for (let scale = 1; scale <= Number.MAX_SAFE_INTEGER; scale *= 128) {
    const byte = reader.bytes[reader.at++];
    if (byte === undefined) throw corrupt("it ends too early");
    value += (byte & 127) * scale;
    if (byte < 128) {
      if (value > Number.MAX_SAFE_INTEGER) break;
      return value;
    }
  }
  throw corrupt("it has a number that is too large");
}

function corrupt(why: string): HeddleError {
  return new HeddleError("PARTITION_SET_INVALID", `these bytes are no partition set: ${why}`, {
    hint: "The set was not written by Heddle, was written by a newer version, or was damaged.",
  });
}
