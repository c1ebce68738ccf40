import type { Data, Field, RecordBatch, Schema } from "apache-arrow";
import { open, type FileHandle } from "node:fs/promises";
import { readParquetTables } from "../parquet/read-parquet.ts";
import { arrowData, arrowSchema } from "../table/arrow-types.ts";
import type { Column } from "../table/column.ts";
import { columnDecoder } from "../table/decode-column.ts";
import { encodeColumn } from "../table/encode-column.ts";
import { loadArrow, type Arrow } from "../table/load-arrow.ts";
import { CHUNK_ROWS } from "../table/row-chunks.ts";
import { columnsOf, type TableSchema } from "../table/schema.ts";
import type { StoredFile } from "../table/stored-file.ts";

/**
 * Reads the Parquet file of a result as record batches of a schema, at most {@link CHUNK_ROWS} rows each: the file's row
 * groups are a multiple of that, so that the same rows give the same batches as rows that an asset returns do. The
 * columns are used as they are, under their declared types; only JSON is written anew, because equal values have to have
 * equal texts.
 */
export async function* readResultBatches(
  path: string,
  { schema, signal }: { schema: TableSchema; signal: AbortSignal },
): AsyncGenerator<RecordBatch, void> {
  const arrow = await loadArrow();
  const target = arrowSchema(arrow, schema);
  const handle = await open(path, "r");
  try {
    const wish = { columns: undefined, where: undefined, pace: "streamed" } as const;
    for await (const table of readParquetTables(await localFile(handle), wish)) {
      for (const batch of table.batches.flatMap(cutBatch)) {
        signal.throwIfAborted();
        const children = columnsOf(schema).map(({ column }, index) =>
          declaredData(arrow, column, { field: fieldOf(target, index), batch }),
        );
        const type = new arrow.Struct(target.fields);
        yield new arrow.RecordBatch(target, arrow.makeData({ type, length: batch.numRows, nullCount: 0, children }));
      }
    }
  } finally {
    await handle.close();
  }
}

function cutBatch(batch: RecordBatch): RecordBatch[] {
  if (batch.numRows <= CHUNK_ROWS) return [batch];
  const parts = Array.from({ length: Math.ceil(batch.numRows / CHUNK_ROWS) });
  return parts.map((_, index) => batch.slice(index * CHUNK_ROWS, (index + 1) * CHUNK_ROWS));
}

function fieldOf({ fields }: Schema, index: number): Field {
  const field = fields[index];
  if (field === undefined) throw new RangeError(`a schema has no column ${index}`);
  return field;
}

/** One column of a batch, as it is declared. */
function declaredData(arrow: Arrow, { type }: Column, { field, batch }: { field: Field; batch: RecordBatch }): Data {
  const data = batch.getChild(field.name)?.data[0];
  if (data === undefined) throw new TypeError(`the result has no column ${field.name}`);
  return type.kind === "json" ? canonicalJson(arrow, field, data) : relabel(arrow, field, data);
}

async function localFile(handle: FileHandle): Promise<StoredFile> {
  const { size } = await handle.stat();
  const read = async (start: number, end: number): Promise<Uint8Array> => {
    const bytes = new Uint8Array(end - start);
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled);
      if (bytesRead === 0) throw new RangeError("a temporary file ends too early");
      filled += bytesRead;
    }
    return bytes;
  };
  return {
    bytes: size,
    blockBytes: Math.max(1, Math.min(size, 1024 * 1024)),
    read,
    readWhole: () => read(0, size),
    async *stream() {
      yield await read(0, size);
    },
  };
}

/** The same buffers under a declared type: DuckDB's file has instants as their milliseconds. */
function relabel(arrow: Arrow, field: Field, data: Data): Data {
  const itemField: Field | undefined = field.type.children?.[0];
  const children = data.children.map((child) => (itemField === undefined ? child : relabel(arrow, itemField, child)));
  // Which buffers there are follows from the type at run time; the compiler wants to know it beforehand.
  const parts = { 0: data.valueOffsets, 1: data.values, 2: data.nullCount > 0 ? data.nullBitmap : undefined } as never;
  return new arrow.Data(field.type, data.offset, data.length, data.nullCount, parts, children);
}

function canonicalJson(arrow: Arrow, field: Field, data: Data): Data {
  const type = { kind: "json" } as const;
  const values: unknown[] = [];
  columnDecoder(type, data)(0, data.length, values);
  const refuse = (index: number, problem: string): never => {
    throw new TypeError(`row ${index}, column ${field.name}: ${problem}`);
  };
  const buffers = encodeColumn(type, { values, length: data.length, nullCount: data.nullCount, refuse });
  return arrowData(arrow, field, buffers);
}
