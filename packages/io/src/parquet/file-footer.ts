import { readThriftStruct, writeThriftStruct } from "./thrift-compact.ts";
import type { ThriftField, ThriftStruct, ThriftValue } from "./thrift-compact.ts";

/** Begins and ends every Parquet file. */
export const PARQUET_MAGIC = Buffer.from("PAR1");

/** Length of the footer's length and the magic at the end of a file. */
export const TAIL_BYTES = 8;

/** Where the least and the greatest value of a column's part are; a bound may lie outside of the values. */
export interface ChunkStatistics {
  readonly min: Uint8Array | undefined;
  readonly max: Uint8Array | undefined;
  readonly nulls: number | undefined;
}

/** One column's part of a row group: its bytes from `start` up to, and without, `end`. */
export interface ColumnChunk {
  /** Names from the column down to the leaf of a nested one. */
  readonly path: readonly string[];
  /** Parquet's number for how a value is stored. */
  readonly physicalType: number;
  readonly start: number;
  readonly end: number;
  readonly statistics: ChunkStatistics | undefined;
}

/** Some rows of a file. */
export interface RowGroup {
  readonly rows: number;
  readonly chunks: readonly ColumnChunk[];
}

/** What the end of a Parquet file says about it. */
export interface FileFooter {
  readonly rows: number;
  readonly rowGroups: readonly RowGroup[];
  /** As it stands in the file. */
  readonly struct: ThriftStruct;
}

/** How many bytes the footer has, from the last bytes of a file. @throws RangeError when it is no Parquet file */
export function footerLength(tail: Uint8Array): number {
  const end = Buffer.from(tail.buffer, tail.byteOffset, tail.byteLength);
  if (end.length < TAIL_BYTES || !end.subarray(-4).equals(PARQUET_MAGIC)) throw new RangeError("it is no Parquet file");
  return end.readUInt32LE(end.length - TAIL_BYTES);
}

/** Reads the footer from bytes that end where the file ends. @throws RangeError */
export function readFooter(end: Uint8Array): FileFooter {
  const start = end.length - TAIL_BYTES - footerLength(end);
  if (start < 0) throw new RangeError("its footer is longer than the file");
  // Copied: its names and statistics would keep all of the file in memory.
  const struct = readThriftStruct(new Uint8Array(end.subarray(start, end.length - TAIL_BYTES)));
  return { struct, rows: integer(struct, 3), rowGroups: structs(struct, 4).map(rowGroupOf) };
}

function rowGroupOf(struct: ThriftStruct): RowGroup {
  return { rows: integer(struct, 3), chunks: structs(struct, 1).map(chunkOf) };
}

function chunkOf(struct: ThriftStruct): ColumnChunk {
  const meta = structAt(struct, 3);
  const start = chunkStart(meta);
  const statistics = meta.get(12)?.value;
  return {
    path: listAt(meta, 3).map((name) => text(name)),
    physicalType: integer(meta, 1),
    start,
    end: start + integer(meta, 7),
    statistics: statistics instanceof Map ? statisticsOf(statistics) : undefined,
  };
}

/** A dictionary lies before the data that refers to it; some writers leave 0 where there is none. */
function chunkStart(meta: ThriftStruct): number {
  const dictionary = meta.has(11) ? integer(meta, 11) : 0;
  return dictionary > 0 ? dictionary : integer(meta, 9);
}

function statisticsOf(struct: ThriftStruct): ChunkStatistics {
  const bytes = (id: number): Uint8Array | undefined => {
    const value = struct.get(id)?.value;
    return value instanceof Uint8Array ? value : undefined;
  };
  return { min: bytes(6), max: bytes(5), nulls: struct.has(3) ? integer(struct, 3) : undefined };
}

/** The number in a field. @throws RangeError when it is not there */
export function integer(struct: ThriftStruct, id: number): number {
  const value = struct.get(id)?.value;
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  throw new RangeError(`its footer has no number in field ${id}`);
}

/** The struct in a field. @throws RangeError when it is not there */
export function structAt(struct: ThriftStruct, id: number): ThriftStruct {
  const value = struct.get(id)?.value;
  if (value instanceof Map) return value;
  throw new RangeError(`its footer has no struct in field ${id}`);
}

/** The structs of a list; none when the list is not there. */
export function structs(struct: ThriftStruct, id: number): ThriftStruct[] {
  return listAt(struct, id).map((item) => {
    if (item instanceof Map) return item;
    throw new RangeError(`its footer has other items in field ${id}`);
  });
}

function listAt(struct: ThriftStruct, id: number): readonly ThriftValue[] {
  const value = struct.get(id)?.value;
  return typeof value === "object" && "items" in value ? value.items : [];
}

function text(value: ThriftValue): string {
  if (!(value instanceof Uint8Array)) throw new RangeError("its footer has a name that is no text");
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("utf8");
}

/** The same struct with other values in fields that it has. */
export function withValues(struct: ThriftStruct, values: Readonly<Record<number, ThriftValue>>): ThriftStruct {
  const changed = new Map<number, ThriftField>(struct);
  for (const [key, value] of Object.entries(values)) {
    const field = struct.get(Number(key));
    if (field !== undefined) changed.set(Number(key), { type: field.type, value });
  }
  return changed;
}

/** The end of a file with this footer: the footer, its length and the magic. */
export function encodeFooter(struct: ThriftStruct): Uint8Array {
  const footer = writeThriftStruct(struct);
  const end = Buffer.alloc(footer.length + TAIL_BYTES);
  end.set(footer);
  end.writeUInt32LE(footer.length, footer.length);
  end.set(PARQUET_MAGIC, footer.length + 4);
  return end;
}
