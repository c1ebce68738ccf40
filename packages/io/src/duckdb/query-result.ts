import { HeddleError } from "@heddle/core";
import type { RecordBatch } from "apache-arrow";
import { arrowSchema, recordBatch } from "../table/arrow-types.ts";
import { encodeColumn } from "../table/encode-column.ts";
import { loadArrow } from "../table/load-arrow.ts";
import { rowBuilder } from "../table/row-builder.ts";
import { columnsOf, type NamedColumn, type TableSchema } from "../table/schema.ts";
import { parquetSource } from "./input-rows.ts";
import { subjectOf, type QuerySubject } from "./query-error.ts";
import { appendCells, cellReader } from "./result-cells.ts";
import type { Session } from "./session.ts";

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
  readonly session: Session;
  readonly path: string;
  /** How many rows were written into it. */
  readonly count: number;
  readonly schema: TableSchema;
  readonly subject: QuerySubject;
  /** Ends the session and removes the file. */
  readonly dispose: () => Promise<void>;
}

/** Rows of a record batch: the same rows give the same batches. */
const BATCH_ROWS = 65_536;

/** Reads the result of a query from its file. */
export function openResult(file: ResultFile): QueryResult {
  const { schema, count } = file;
  const columns = columnsOf(schema);
  return {
    schema,
    count,
    async *rows() {
      const appendRows = rowBuilder(columns.map(({ name }) => name));
      for await (const { cells, length } of readCells(file, columns)) {
        const rows: object[] = [];
        appendRows(rows, cells, length);
        yield* rows;
      }
    },
    async *batches() {
      const arrow = await loadArrow();
      const target = arrowSchema(arrow, schema);
      for await (const { cells, nulls, length, from } of readCells(file, columns)) {
        const buffers = columns.map(({ name, column }, index) => {
          const refuse = (at: number, problem: string): never => {
            throw mismatch(file.subject, `row ${from + at}, column ${JSON.stringify(name)}: ${problem}`);
          };
          const values = cells[index] ?? [];
          return encodeColumn(column.type, { values, length, nullCount: nulls[index] ?? 0, refuse });
        });
        yield recordBatch(arrow, target, buffers);
      }
    },
    [Symbol.asyncDispose]: file.dispose,
  };
}

interface CellBlock {
  /** For each column the cells of the block's rows. */
  readonly cells: readonly (readonly unknown[])[];
  readonly nulls: readonly number[];
  readonly length: number;
  /** Number of the first row. */
  readonly from: number;
}

/**
 * Reads the cells in blocks of {@link BATCH_ROWS}. DuckDB ends a result that is read in pieces without a word when an
 * error comes or it is interrupted; how many rows there have to be is known, and is compared.
 */
async function* readCells(file: ResultFile, columns: readonly NamedColumn[]): AsyncGenerator<CellBlock, void> {
  const { session, path, subject } = file;
  const readers = columns.map(({ column }, index) => ({ index, read: cellReader(session.duckdb, column.type) }));
  const stream = await session.during(() =>
    session.connection.stream(`select * from ${parquetSource([path], { unite: false })}`),
  );
  let cells = columns.map((): unknown[] => []);
  let [from, length] = [0, 0];
  const block = (): CellBlock => ({ cells, nulls: countNulls(cells, { columns, from, subject }), length, from });
  for (;;) {
    const chunk = await session.during(() => stream.fetchChunk());
    if (chunk === null || chunk.rowCount === 0) break;
    for (const reader of readers) {
      try {
        appendCells(chunk, reader, cells[reader.index] ?? []);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        throw mismatch(subject, `column ${JSON.stringify(columns[reader.index]?.name)}: ${error.message}`);
      }
    }
    length += chunk.rowCount;
    if (length < BATCH_ROWS) continue;
    yield block();
    from += length;
    length = 0;
    cells = columns.map(() => []);
  }
  // A table without rows still has columns.
  if (length > 0 || file.count === 0) yield block();
  if (from + length === file.count) return;
  throw new HeddleError(
    "SQL_FAILED",
    `${subjectOf(subject)}: the result has ${file.count} rows, of which ${from + length} could be read`,
    { hint: "Look at the disk of the temporary directory, then retry." },
  );
}

function countNulls(
  cells: readonly (readonly unknown[])[],
  { columns, from, subject }: { columns: readonly NamedColumn[]; from: number; subject: QuerySubject },
): number[] {
  return columns.map(({ name, column }, index) => {
    const values = cells[index] ?? [];
    let nulls = 0;
    for (const value of values) if (value === null) nulls += 1;
    // A JSON null that is there is a value.
    if (nulls === 0 || column.isNullable || column.type.kind === "json") return column.isNullable ? nulls : 0;
    throw mismatch(
      subject,
      `row ${from + values.indexOf(null)}, column ${JSON.stringify(name)}: null, but the column is not nullable`,
    );
  });
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
