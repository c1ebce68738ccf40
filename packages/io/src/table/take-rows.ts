import type { Data, RecordBatch } from "apache-arrow";
import type { Arrow } from "./load-arrow.ts";

/** The rows with these indexes as a batch of their own. */
export function takeRows(arrow: Arrow, batch: RecordBatch, rows: Int32Array): RecordBatch {
  const children = batch.data.children.map((child) => takeData(arrow, child, rows));
  const type = new arrow.Struct(batch.schema.fields);
  return new arrow.RecordBatch(batch.schema, arrow.makeData({ type, length: rows.length, nullCount: 0, children }));
}

/** The cells with these indexes. */
function takeData(arrow: Arrow, data: Data, rows: Int32Array): Data {
  const { DataType } = arrow;
  const { type } = data;
  // It has neither cells nor a bitmap.
  if (DataType.isNull(type)) return arrow.makeData({ type, length: rows.length });
  const nulls = takeNulls(data, rows);
  const made = (parts: object, children: Data[] = []): Data =>
    // Which buffers there are follows from the type at run time; the compiler wants to know it beforehand.
    new arrow.Data(
      type,
      0,
      rows.length,
      nulls.count,
      { ...parts, 2: nulls.bitmap } as never,
      children,
      data.dictionary,
    );
  if (DataType.isStruct(type))
    return made(
      {},
      data.children.map((child) => takeData(arrow, child, rows)),
    );
  if (DataType.isBool(type)) return made({ 1: takeBits(data.values, data.offset, rows) });
  if (DataType.isUtf8(type) || DataType.isBinary(type)) return made(takeBytes(data, rows));
  if (DataType.isList(type)) {
    const { offsets, items } = takeItems(data.valueOffsets, rows);
    return made(
      { 0: offsets },
      data.children.map((child) => takeData(arrow, child, items)),
    );
  }
  if (DataType.isFixedSizeList(type)) {
    const size = type.listSize;
    const items = Int32Array.from({ length: rows.length * size }, (_, at) => {
      return (rows[Math.floor(at / size)] ?? 0) * size + (at % size);
    });
    return made(
      {},
      data.children.map((child) => takeData(arrow, child, items)),
    );
  }
  if (ArrayBuffer.isView(data.values) && isFixedWidth(arrow, data)) return made({ 1: takeFixed(data, rows) });
  return takeCells(arrow, data, rows);
}

function isFixedWidth({ DataType }: Arrow, { type }: Data): boolean {
  return (
    DataType.isInt(type) ||
    DataType.isFloat(type) ||
    DataType.isDecimal(type) ||
    DataType.isDate(type) ||
    DataType.isTime(type) ||
    DataType.isTimestamp(type) ||
    DataType.isDuration(type) ||
    DataType.isInterval(type) ||
    DataType.isFixedSizeBinary(type) ||
    DataType.isDictionary(type)
  );
}

function takeNulls(data: Data, rows: Int32Array): { bitmap: Uint8Array | undefined; count: number } {
  if (data.nullCount === 0) return { bitmap: undefined, count: 0 };
  const bitmap = takeBits(data.nullBitmap, data.offset, rows);
  let valid = 0;
  for (let byte of bitmap) for (; byte > 0; byte &= byte - 1) valid += 1;
  return { bitmap, count: rows.length - valid };
}

function takeBits(bits: Uint8Array, offset: number, rows: Int32Array): Uint8Array {
  const taken = new Uint8Array((rows.length + 7) >> 3);
  for (let index = 0; index < rows.length; index += 1) {
    const row = offset + (rows[index] ?? 0);
    const isSet = ((bits[row >> 3] ?? 0) >> (row & 7)) & 1;
    taken[index >> 3] = (taken[index >> 3] ?? 0) | (isSet << (index & 7));
  }
  return taken;
}

function takeFixed(data: Data, rows: Int32Array): unknown {
  const { values, stride } = data;
  const taken = new values.constructor(rows.length * stride);
  for (let index = 0; index < rows.length; index += 1) {
    const from = (rows[index] ?? 0) * stride;
    for (let part = 0; part < stride; part += 1) taken[index * stride + part] = values[from + part];
  }
  return taken;
}

function takeBytes(data: Data, rows: Int32Array): { 0: Int32Array; 1: Uint8Array } {
  const values: Uint8Array = data.values;
  const from: Int32Array = data.valueOffsets;
  const offsets = new Int32Array(rows.length + 1);
  let length = 0;
  for (let index = 0; index < rows.length; index += 1) {
    const row = rows[index] ?? 0;
    length += (from[row + 1] ?? 0) - (from[row] ?? 0);
    offsets[index + 1] = length;
  }
  const taken = new Uint8Array(length);
  for (let index = 0; index < rows.length; index += 1) {
    const row = rows[index] ?? 0;
    taken.set(values.subarray(from[row], from[row + 1]), offsets[index]);
  }
  return { 0: offsets, 1: taken };
}

/** The indexes of all items of some lists, and where each list begins among them. */
function takeItems(from: Int32Array, rows: Int32Array): { offsets: Int32Array; items: Int32Array } {
  const offsets = new Int32Array(rows.length + 1);
  const items: number[] = [];
  rows.forEach((row, index) => {
    for (let item = from[row] ?? 0; item < (from[row + 1] ?? 0); item += 1) items.push(item);
    offsets[index + 1] = items.length;
  });
  return { offsets, items: Int32Array.from(items) };
}

/** For the rare types: Arrow's builder makes a column of their cells. */
function takeCells(arrow: Arrow, data: Data, rows: Int32Array): Data {
  const vector = arrow.makeVector(data);
  const cells = Array.from(rows, (row): unknown => vector.get(row));
  const made = arrow.vectorFromArray(cells, data.type).data[0];
  if (made === undefined) throw new TypeError("a column without cells");
  return made;
}
