import type { Data, DataType, Field, RecordBatch, Schema, Table } from "apache-arrow";
import type * as parquetWasm from "parquet-wasm/node";
import type { Arrow } from "../table/load-arrow.ts";

/**
 * Copies a table out of the memory of the Parquet reader, buffer by buffer, as Arrow's C data interface describes it.
 * That takes a third of the time of the way through Arrow IPC, which writes all of it once more. The given table is
 * freed.
 */
export function takeWasmTable(parquet: typeof parquetWasm, arrow: Arrow, table: parquetWasm.Table): Table {
  const stream = table.toFFI();
  try {
    const view = new DataView(parquet.wasmMemory().buffer);
    const memory: WasmMemory = { arrow, view };
    const schema = readSchema(memory, stream.schemaAddr());
    if (schema !== undefined) {
      const batches = Array.from({ length: stream.numArrays() }, (_, index) =>
        readBatch(memory, schema, stream.arrayAddr(index)),
      );
      return new arrow.Table(schema, batches);
    }
    return arrow.tableFromIPC(table.intoIPCStream());
  } finally {
    stream.drop();
    freeUnlessTaken(table);
  }
}

/** A table that became something else has no memory any more. */
function freeUnlessTaken(table: parquetWasm.Table): void {
  if (Reflect.get(table, "__wbg_ptr") !== 0) table.free();
}

interface WasmMemory {
  readonly arrow: Arrow;
  /** All of the memory; valid until the module runs again. */
  readonly view: DataView;
}

/** Where the parts of `struct ArrowSchema` lie, with pointers of 32 bits. */
const SCHEMA = { format: 0, name: 4, metadata: 8, flags: 16, children: 24, childPointers: 32, dictionary: 36 };
const NULLABLE = 2;

/** A schema; `undefined` when a column has a type that is left to Arrow IPC. */
function readSchema(memory: WasmMemory, at: number): Schema | undefined {
  const fields = readFields(memory, at);
  return fields === undefined ? undefined : new memory.arrow.Schema(fields, readMetadata(memory, at));
}

function readFields(memory: WasmMemory, at: number): Field[] | undefined {
  const { view } = memory;
  const pointers = view.getUint32(at + SCHEMA.childPointers, true);
  const fields: Field[] = [];
  for (let index = 0; index < view.getUint32(at + SCHEMA.children, true); index += 1) {
    const field = readField(memory, view.getUint32(pointers + index * 4, true));
    if (field === undefined) return undefined;
    fields.push(field);
  }
  return fields;
}

function readField(memory: WasmMemory, at: number): Field | undefined {
  const { arrow, view } = memory;
  if (view.getUint32(at + SCHEMA.dictionary, true) !== 0) return undefined;
  const children = readFields(memory, at);
  if (children === undefined) return undefined;
  const type = typeOf(arrow, readText(view, view.getUint32(at + SCHEMA.format, true)), children);
  if (type === undefined) return undefined;
  const name = readText(view, view.getUint32(at + SCHEMA.name, true));
  const isNullable = (view.getUint32(at + SCHEMA.flags, true) & NULLABLE) !== 0;
  return new arrow.Field(name, type, isNullable, readMetadata(memory, at));
}

const PLAIN_TYPES: Readonly<Record<string, (arrow: Arrow) => DataType>> = {
  b: (arrow) => new arrow.Bool(),
  c: (arrow) => new arrow.Int8(),
  C: (arrow) => new arrow.Uint8(),
  s: (arrow) => new arrow.Int16(),
  S: (arrow) => new arrow.Uint16(),
  i: (arrow) => new arrow.Int32(),
  I: (arrow) => new arrow.Uint32(),
  l: (arrow) => new arrow.Int64(),
  L: (arrow) => new arrow.Uint64(),
  f: (arrow) => new arrow.Float32(),
  g: (arrow) => new arrow.Float64(),
  z: (arrow) => new arrow.Binary(),
  u: (arrow) => new arrow.Utf8(),
  tdD: (arrow) => new arrow.DateDay(),
};

/** The type behind a format string of the C data interface. */
function typeOf(arrow: Arrow, format: string, children: readonly Field[]): DataType | undefined {
  const plain = PLAIN_TYPES[format];
  if (plain !== undefined) return plain(arrow);
  const zone = format.slice(4) || null;
  switch (format.slice(0, 4)) {
    case "+s":
      return new arrow.Struct([...children]);
    case "+l":
      return children[0] === undefined ? undefined : new arrow.List(children[0]);
    case "tss:":
      return new arrow.TimestampSecond(zone);
    case "tsm:":
      return new arrow.TimestampMillisecond(zone);
    case "tsu:":
      return new arrow.TimestampMicrosecond(zone);
    case "tsn:":
      return new arrow.TimestampNanosecond(zone);
    default:
      return undefined;
  }
}

/** Pairs of texts, each with its length before it. */
function readMetadata({ view }: WasmMemory, at: number): Map<string, string> {
  const metadata = new Map<string, string>();
  let next = view.getUint32(at + SCHEMA.metadata, true);
  if (next === 0) return metadata;
  const pairs = view.getInt32(next, true);
  next += 4;
  const part = (): string => {
    const length = view.getInt32(next, true);
    const text = Buffer.from(view.buffer, next + 4, length).toString("utf8");
    next += 4 + length;
    return text;
  };
  for (let index = 0; index < pairs; index += 1) metadata.set(part(), part());
  return metadata;
}

function readText(view: DataView, at: number): string {
  const bytes = Buffer.from(view.buffer, at);
  return bytes.toString("utf8", 0, bytes.indexOf(0));
}

/** Where the parts of `struct ArrowArray` lie, with pointers of 32 bits. Its counts are below 2³² in this memory. */
const ARRAY = { length: 0, nullCount: 8, offset: 16, buffers: 40, children: 44 };

function readBatch(memory: WasmMemory, schema: Schema, at: number): RecordBatch {
  const { arrow, view } = memory;
  const length = view.getUint32(at + ARRAY.length, true);
  const children = readChildren(memory, schema.fields, at);
  return new arrow.RecordBatch(
    schema,
    arrow.makeData({ type: new arrow.Struct(schema.fields), length, nullCount: 0, children }),
  );
}

function readChildren(memory: WasmMemory, fields: readonly Field[], at: number): Data[] {
  const pointers = memory.view.getUint32(at + ARRAY.children, true);
  return fields.map(({ type }, index) => readData(memory, type, memory.view.getUint32(pointers + index * 4, true)));
}

function readData(memory: WasmMemory, type: DataType, at: number): Data {
  const { arrow, view } = memory;
  const length = view.getUint32(at + ARRAY.length, true);
  const nullCount = view.getInt32(at + ARRAY.nullCount, true);
  const offset = view.getUint32(at + ARRAY.offset, true);
  const buffers = view.getUint32(at + ARRAY.buffers, true);
  const pointer = (index: number): number => view.getUint32(buffers + index * 4, true);
  const span = { offset, length };
  const validity = nullCount === 0 || pointer(0) === 0 ? undefined : copyBits(view, pointer(0), span);
  const data = (parts: object, children: Data[] = []): Data =>
    // Which buffers there are follows from the type at run time; the compiler wants to know it beforehand.
    new arrow.Data(
      type,
      offset & 7,
      length,
      validity === undefined ? 0 : nullCount,
      { ...parts, 2: validity } as never,
      children,
    );

  if (arrow.DataType.isStruct(type)) return data({}, readChildren(memory, type.children, at));
  if (arrow.DataType.isBool(type)) return data({ 1: copyBits(view, pointer(1), span) });
  if (arrow.DataType.isList(type)) {
    const { offsets, start } = copyOffsets(view, pointer(1), span);
    const [child] = readChildren(memory, type.children, at);
    if (child === undefined) throw new TypeError("a list column without items");
    return data({ 0: offsets }, [child.slice(start, offsets[length] ?? 0)]);
  }
  if (arrow.DataType.isUtf8(type) || arrow.DataType.isBinary(type)) {
    const { offsets, start } = copyOffsets(view, pointer(1), span);
    const bytes = view.buffer.slice(pointer(2) + start, pointer(2) + start + (offsets[length] ?? 0));
    return data({ 0: offsets, 1: new Uint8Array(bytes) });
  }
  return data({ 1: copyNumbers(view, type, { at: pointer(1), ...span }) });
}

interface Span {
  readonly offset: number;
  readonly length: number;
}

/** Bits are copied by whole bytes: their first one may be any of the first eight. */
function copyBits(view: DataView, at: number, { offset, length }: Span): Uint8Array {
  const start = at + (offset >> 3);
  return new Uint8Array(view.buffer.slice(start, start + (((offset & 7) + length + 7) >> 3)));
}

/** Offsets that begin with 0, and where the first one began. */
function copyOffsets(view: DataView, at: number, { offset, length }: Span): { offsets: Int32Array; start: number } {
  // An array without items may have no buffer for its one offset.
  if (length === 0) return { offsets: new Int32Array(1), start: 0 };
  const offsets = new Int32Array(view.buffer.slice(at + offset * 4, at + (offset + length + 1) * 4));
  const start = offsets[0] ?? 0;
  if (start !== 0) for (let index = 0; index <= length; index += 1) offsets[index] = (offsets[index] ?? 0) - start;
  return { offsets, start };
}

function copyNumbers(view: DataView, type: DataType, { at, offset, length }: Span & { readonly at: number }) {
  const numbers = type.ArrayType;
  const bytes: number = numbers.BYTES_PER_ELEMENT;
  return new numbers(view.buffer.slice(at + offset * bytes, at + (offset + length) * bytes));
}
