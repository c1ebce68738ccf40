import { assertNever } from "@heddle/core/internal";
import type { ColumnBuffers } from "../table/cells.ts";
import type { ColumnType } from "../table/column.ts";
import { EPOCH_DAYS, EPOCH_MS, pgType } from "./pg-types.ts";

/** Where cells are written to. */
export interface Target {
  readonly bytes: Buffer;
  readonly view: DataView;
}

/** Writes a cell's content in PostgreSQL's binary format at a position, and gives the position behind it. */
type WriteContent = (target: Target, index: number, at: number) => number;

/** How the cells of a column are written. */
export interface CellWriter {
  /** Writes length and content of a cell. */
  readonly write: WriteContent;
  /** No cell takes more bytes. */
  readonly mostBytes: (index: number) => number;
}

/** Bytes of a cell's length. */
const LENGTH_BYTES = 4;
/** Before the items of a list: dimensions, whether there are nulls, the items' type; the length and the first index. */
const LIST_BYTES = 20;
const NO_VALUE = -1;
/** Before the text of a JSON value. */
const JSON_VERSION = 1;

/** Makes the writer for a column of some rows. */
export function cellWriter(type: ColumnType, buffers: ColumnBuffers): CellWriter {
  const content = contentWriter(type, buffers);
  const { nullBitmap } = buffers;
  return {
    write(target, index, at) {
      if (nullBitmap !== undefined && ((nullBitmap[index >> 3] ?? 0) & (1 << (index & 7))) === 0) {
        target.view.setInt32(at, NO_VALUE);
        return at + LENGTH_BYTES;
      }
      const end = content(target, index, at + LENGTH_BYTES);
      target.view.setInt32(at, end - at - LENGTH_BYTES);
      return end;
    },
    mostBytes: contentBytes(type, buffers),
  };
}

function contentWriter(type: ColumnType, buffers: ColumnBuffers): WriteContent {
  switch (type.kind) {
    case "bool":
      return writeBooleans(buffers);
    case "int32":
      return writeInt32(buffers, 0);
    case "date":
      return writeInt32(buffers, EPOCH_DAYS);
    case "int64":
      return writeInt64(buffers);
    case "float64":
      return writeFloat64(buffers);
    case "timestamp":
      return writeInstants(buffers);
    case "utf8":
      return writeTexts(buffers);
    case "json":
      return writeJson(buffers);
    case "list":
      return writeLists(type, buffers);
    default:
      return assertNever(type);
  }
}

function writeBooleans(buffers: ColumnBuffers): WriteContent {
  const bits = buffers.values as Uint8Array;
  return ({ bytes }, index, at) => {
    bytes[at] = ((bits[index >> 3] ?? 0) >> (index & 7)) & 1;
    return at + 1;
  };
}

function writeInt32(buffers: ColumnBuffers, epoch: number): WriteContent {
  const values = buffers.values as Int32Array;
  return ({ view }, index, at) => {
    view.setInt32(at, (values[index] ?? 0) - epoch);
    return at + 4;
  };
}

/** Two halves are several times as fast as a bigint. */
function writeInt64(buffers: ColumnBuffers): WriteContent {
  const halves = halvesOf(buffers);
  return ({ view }, index, at) => {
    view.setInt32(at, halves[index * 2 + 1] ?? 0);
    view.setInt32(at + 4, halves[index * 2] ?? 0);
    return at + 8;
  };
}

function halvesOf({ values }: ColumnBuffers): Int32Array {
  const longs = values as BigInt64Array;
  return new Int32Array(longs.buffer, longs.byteOffset, longs.length * 2);
}

function writeFloat64(buffers: ColumnBuffers): WriteContent {
  const values = buffers.values as Float64Array;
  return ({ view }, index, at) => {
    view.setFloat64(at, values[index] ?? 0);
    return at + 8;
  };
}

const HALF = 0x1_0000_0000;

/** Milliseconds become microseconds; that is more than a number holds exactly, so the halves are multiplied apart. */
function writeInstants(buffers: ColumnBuffers): WriteContent {
  const halves = halvesOf(buffers);
  return ({ view }, index, at) => {
    const ms = (halves[index * 2 + 1] ?? 0) * HALF + ((halves[index * 2] ?? 0) >>> 0) - EPOCH_MS;
    const high = Math.floor(ms / HALF);
    const low = (ms - high * HALF) * 1_000;
    const carry = Math.floor(low / HALF);
    view.setInt32(at, high * 1_000 + carry);
    view.setUint32(at + 4, low - carry * HALF);
    return at + 8;
  };
}

/** Longer texts are copied by a call, which takes as long as a loop over so many bytes. */
const LOOP_BYTES = 24;

function writeTexts(buffers: ColumnBuffers): WriteContent {
  const source = buffers.values as Buffer;
  const offsets = buffers.offsets as Int32Array;
  return ({ bytes }, index, at) => {
    const start = offsets[index] ?? 0;
    const length = (offsets[index + 1] ?? 0) - start;
    if (length > LOOP_BYTES) source.copy(bytes, at, start, start + length);
    else for (let byte = 0; byte < length; byte += 1) bytes[at + byte] = source[start + byte] ?? 0;
    return at + length;
  };
}

function writeJson(buffers: ColumnBuffers): WriteContent {
  const writeText = writeTexts(buffers);
  return (target, index, at) => {
    target.bytes[at] = JSON_VERSION;
    return writeText(target, index, at + 1);
  };
}

function writeLists(type: ColumnType & { kind: "list" }, buffers: ColumnBuffers): WriteContent {
  const { offsets, items } = itemsOf(buffers);
  const item = cellWriter(type.item, items);
  const itemType = pgType(type.item).id;
  return (target, index, at) => {
    const [start, end] = [offsets[index] ?? 0, offsets[index + 1] ?? 0];
    const isEmpty = start === end;
    target.view.setInt32(at, isEmpty ? 0 : 1);
    target.view.setInt32(at + 4, items.nullCount > 0 ? 1 : 0);
    target.view.setInt32(at + 8, itemType);
    if (isEmpty) return at + 12;
    target.view.setInt32(at + 12, end - start);
    target.view.setInt32(at + 16, 1);
    let position = at + LIST_BYTES;
    for (let item_ = start; item_ < end; item_ += 1) position = item.write(target, item_, position);
    return position;
  };
}

function itemsOf({ offsets, items }: ColumnBuffers): { offsets: Int32Array; items: ColumnBuffers } {
  if (offsets === undefined || items === undefined) throw new TypeError("a column of lists without items");
  return { offsets, items };
}

function contentBytes(type: ColumnType, buffers: ColumnBuffers): (index: number) => number {
  const { offsets } = buffers;
  // Numbers, days, instants and booleans take eight bytes at most.
  if (offsets === undefined) return () => LENGTH_BYTES + 8;
  if (type.kind !== "list") {
    return (index) => LENGTH_BYTES + 1 + (offsets[index + 1] ?? 0) - (offsets[index] ?? 0);
  }
  const ofItem = contentBytes(type.item, itemsOf(buffers).items);
  return (index) => {
    let bytes = LENGTH_BYTES + LIST_BYTES;
    for (let item = offsets[index] ?? 0; item < (offsets[index + 1] ?? 0); item += 1) bytes += ofItem(item);
    return bytes;
  };
}
