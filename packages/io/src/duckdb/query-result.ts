import { HeddleError } from "@heddle/core";
import type { RecordBatch } from "apache-arrow";
import { setImmediate } from "node:timers/promises";
import { arrowSchema, recordBatch } from "../table/arrow-types.ts";
import { columnDecoder } from "../table/decode-column.ts";
import { encodeColumn } from "../table/encode-column.ts";
import { loadArrow } from "../table/load-arrow.ts";
import { rowBuilder } from "../table/row-builder.ts";
import { CHUNK_ROWS } from "../table/row-chunks.ts";
import { columnsOf, type TableSchema } from "../table/schema.ts";
import { subjectOf, type QuerySubject } from "./query-error.ts";
import { readResultBatches } from "./result-batches.ts";

/** The result of a query: it lies in a temporary file until it is disposed of, and can be read any number of times. */
export interface QueryResult extends AsyncDisposable {
  readonly schema: TableSchema;
  readonly count: number;
  /** The rows, typed as the schema says. */
  rows(): AsyncGenerator<object, void>;
  /** The rows as record batches of Arrow, at least one of them. */
  batches(): AsyncGenerator<RecordBatch, void>;
}

/** Where a result lies. */
export interface ResultFile {
  /** A Parquet file with the columns that {@link selectDeclared} makes for it. */
  readonly path: string;
  /** How many rows were written into it. */
  readonly count: number;
  readonly schema: TableSchema;
  readonly subject: QuerySubject;
  readonly signal: AbortSignal;
  /** Removes the file. */
  readonly dispose: () => Promise<void>;
}

/** Rows of a row group of the file: a multiple of the rows of a record batch, so that these follow from the rows alone. */
export const RESULT_GROUP_ROWS = 2 * CHUNK_ROWS;

/** So many rows are decoded at a time, column by column: their cells then fit into the processor's cache. */
const SLICE_ROWS = 1024;

/** Reads the result of a query from its file. */
export function openResult(file: ResultFile): QueryResult {
  const { schema, count, signal } = file;
  const columns = columnsOf(schema);
  return {
    schema,
    count,
    async *rows() {
      const appendRows = rowBuilder(columns.map(({ name }) => name));
      const slices = columns.map((): unknown[] => []);
      for await (const batch of checkedBatches(file)) {
        const decoders = columns.map(({ column }, index) => {
          const data = batch.data.children[index];
          return data === undefined ? undefined : columnDecoder(column.type, data);
        });
        for (let from = 0; from < batch.numRows; from += SLICE_ROWS) {
          const to = Math.min(from + SLICE_ROWS, batch.numRows);
          slices.forEach((slice, index) => decoders[index]?.(from, to, slice));
          const rows: object[] = [];
          appendRows(rows, slices, to - from);
          yield* rows;
        }
        await setImmediate();
        signal.throwIfAborted();
      }
    },
    async *batches() {
      let isEmpty = true;
      for await (const batch of checkedBatches(file)) {
        isEmpty = false;
        yield batch;
      }
      // A table without rows still has columns.
      if (isEmpty) yield await emptyBatch(schema);
    },
    [Symbol.asyncDispose]: file.dispose,
  };
}

async function emptyBatch(schema: TableSchema): Promise<RecordBatch> {
  const arrow = await loadArrow();
  const refuse = (): never => {
    throw new RangeError("there is no cell to refuse");
  };
  const buffers = columnsOf(schema).map(({ column }) =>
    encodeColumn(column.type, { values: [], length: 0, nullCount: 0, refuse }),
  );
  return recordBatch(arrow, arrowSchema(arrow, schema), buffers);
}

/** The batches of a file, compared with what is known about it. @throws SQL_RESULT_MISMATCH, SQL_FAILED */
async function* checkedBatches(file: ResultFile): AsyncGenerator<RecordBatch, void> {
  const { path, schema, signal, subject, count } = file;
  const columns = columnsOf(schema);
  let from = 0;
  for await (const batch of readResultBatches(path, { schema, signal })) {
    for (const [index, { name, column }] of columns.entries()) {
      const data = batch.data.children[index];
      if (data === undefined) continue;
      if (!column.isNullable && data.nullCount > 0) {
        throw mismatch(
          subject,
          `row ${from + firstNull(data)}, column ${JSON.stringify(name)}: null, but the column is not nullable`,
        );
      }
      const [items] = data.children;
      if (column.type.kind === "list" && !column.type.hasNullItems && (items?.nullCount ?? 0) > 0) {
        throw mismatch(
          subject,
          `column ${JSON.stringify(name)}: a list has an item that is null, and the schema has no nullable items`,
        );
      }
    }
    from += batch.numRows;
    yield batch;
  }
  if (from === count) return;
  throw new HeddleError(
    "SQL_FAILED",
    `${subjectOf(subject)}: the result has ${count} rows, of which ${from} could be read`,
    {
      hint: "Look at the disk of the temporary directory, then retry.",
    },
  );
}

function firstNull(data: { readonly length: number; getValid(index: number): boolean }): number {
  let row = 0;
  while (row < data.length && data.getValid(row)) row += 1;
  return row;
}

function mismatch(subject: QuerySubject, problem: string): HeddleError {
  return new HeddleError(
    "SQL_RESULT_MISMATCH",
    `${subjectOf(subject)}: the result does not fit the schema: ${problem}`,
    {
      hint: "Change the query (coalesce() replaces nulls, where leaves rows out), or the column in the schema.",
      details: { asset: subject.assetKey, partition: subject.partitionKey },
    },
  );
}
