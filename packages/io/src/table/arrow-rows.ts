import type { RecordBatch, Schema, Table } from "apache-arrow";
import { setImmediate } from "node:timers/promises";
import { recordBatch } from "./arrow-types.ts";
import { columnDecoder, type DecodeCells } from "./decode-column.ts";
import { encodeColumn } from "./encode-column.ts";
import { assertRowShapes, extractCells } from "./extract-cells.ts";
import type { Arrow } from "./load-arrow.ts";
import { rowBuilder } from "./row-builder.ts";
import { rowChunks } from "./row-chunks.ts";
import { assertStoredAs, schemaMismatch } from "./schema-mismatch.ts";
import { columnsOf, type NamedColumn, type TableSchema } from "./schema.ts";

/**
 * Turns rows into record batches of at most `chunkRows` rows and validates every cell.
 *
 * @throws IO_VALUE_NOT_STORABLE naming row, column and value
 */
export async function* rowBatches(
  rows: unknown,
  { arrow, schema, target, signal, chunkRows }: RowBatches,
): AsyncGenerator<RecordBatch> {
  const columns = columnsOf(schema);
  // Used again for every column and chunk; its cells live no longer than the conversion of one column.
  const values: unknown[] = [];
  for await (const chunk of rowChunks(rows, signal, { chunkRows })) {
    assertRowShapes(chunk, columns);
    const buffers = columns.map((named) =>
      encodeColumn(named.column.type, extractCells(chunk, { ...named, columns }, values)),
    );
    yield recordBatch(arrow, target, buffers);
  }
}

interface RowBatches {
  readonly arrow: Arrow;
  readonly schema: TableSchema;
  /** The schema as Arrow has it. */
  readonly target: Schema;
  readonly signal: AbortSignal;
  readonly chunkRows: number;
}

/** So many rows are decoded at a time, column by column: their cells then fit into the processor's cache. */
const SLICE_ROWS = 1024;

/** Turns Arrow tables into rows with the given columns of a schema. @throws IO_SCHEMA_MISMATCH */
export async function tablesToRows(
  tables: AsyncIterable<Table>,
  { columns, signal }: { columns: readonly NamedColumn[]; signal: AbortSignal },
): Promise<object[]> {
  const appendRows = rowBuilder(columns.map(({ name }) => name));
  const rows: object[] = [];
  const slices = columns.map((): unknown[] => []);
  for await (const { schema, batches } of tables) {
    assertStoredAs(
      schema.fields.map(({ name, type }) => ({ name, type: String(type) })),
      columns,
    );
    for (const batch of batches) {
      // The one batch of an empty table may have no columns.
      if (batch.numRows === 0) continue;
      const decoders = columns.map((named) => batchDecoder(batch, named));
      for (let from = 0; from < batch.numRows; from += SLICE_ROWS) {
        const to = Math.min(from + SLICE_ROWS, batch.numRows);
        slices.forEach((slice, index) => decoders[index]?.(from, to, slice));
        appendRows(rows, slices, to - from);
      }
      await setImmediate();
      signal.throwIfAborted();
    }
  }
  return rows;
}

function batchDecoder(batch: RecordBatch, { name, column }: NamedColumn): DecodeCells {
  const data = batch.getChild(name)?.data[0];
  if (data === undefined) return decodeNothing;
  if (!column.isNullable && data.nullCount > 0)
    throw schemaMismatch(name, "it holds nulls, and the schema does not allow them");
  return columnDecoder(column.type, data);
}

function decodeNothing(from: number, to: number, into: unknown[]): void {
  for (let index = 0; index < to - from; index += 1) into[index] = null;
}
