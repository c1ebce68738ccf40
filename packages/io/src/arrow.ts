import type { IoManager } from "@heddle/core";
import type { RecordBatch, Schema, Table } from "apache-arrow";
import { ARROW_BATCH_ROWS, encodeArrow, readArrowTables } from "./arrow-file.ts";
import type { InferRow, TableRows, TableSchema } from "./table/schema.ts";
import type { TableFormat } from "./table/table-io-manager.ts";
import { arrowTableIoManager, batchesIoManager, rowsIoManager } from "./table/table-kinds.ts";
import type { TableOptions, TableParts } from "./table/table-kinds.ts";

export { bool, date, float64, int32, int64, json, list, timestamp, utf8, type Column } from "./table/column.ts";
export { table, type InferRow, type TableRows, type TableSchema } from "./table/schema.ts";
export type { TableParts } from "./table/table-kinds.ts";

/** What {@link arrow} takes. */
export interface ArrowOptions<TSchema extends TableSchema> extends TableOptions {
  /** The columns of the rows. */
  readonly schema: TSchema;
}

/** What {@link arrowTable} takes. */
export interface ArrowTableOptions extends TableOptions {
  /** The columns that a table must have, as `table({ … })` or as a schema of `apache-arrow`. @default those of the first one */
  readonly schema?: TableSchema | Schema;
}

/**
 * Stores rows as an Arrow IPC file: larger than Parquet, and written and read without encoding. Takes what `parquet`
 * takes.
 *
 * @example
 * asset({ key: "weather/raw", io: arrow({ schema: weather }), materialize: () => fetchRows() });
 *
 * @throws CONFIG_INVALID
 */
export function arrow<TSchema extends TableSchema>(
  options: ArrowOptions<TSchema>,
): IoManager<TableRows<InferRow<TSchema>>, InferRow<TSchema>[]> {
  return rowsIoManager(ARROW_FORMAT, options);
}

/**
 * Stores an Arrow `Table` as an Arrow IPC file, and loads it without copying its columns. As for `parquetTable`, the
 * data version depends on how the table is cut into record batches.
 *
 * @throws CONFIG_INVALID
 */
export function arrowTable(options: ArrowTableOptions = {}): IoManager<Table, Table> {
  return arrowTableIoManager(ARROW_FORMAT, options);
}

/**
 * Stores what yields Arrow tables or record batches as an Arrow IPC file, and loads it as an iterable of record batches,
 * one at a time, as `parquetBatches` does: for partitions larger than memory.
 *
 * @throws CONFIG_INVALID
 */
export function arrowBatches<TSchema extends TableSchema>(
  options: ArrowTableOptions & { readonly schema: TSchema },
): IoManager<TableParts | TableRows<InferRow<TSchema>>, AsyncIterable<RecordBatch>>;
export function arrowBatches(options?: ArrowTableOptions): IoManager<TableParts, AsyncIterable<RecordBatch>>;
export function arrowBatches(options: ArrowTableOptions = {}): IoManager<TableParts, AsyncIterable<RecordBatch>> {
  return batchesIoManager<TableParts>(ARROW_FORMAT, options);
}

const ARROW_FORMAT: TableFormat = {
  name: "arrow",
  extension: "arrow",
  groupRows: ARROW_BATCH_ROWS,
  encode: encodeArrow,
  read: readArrowTables,
};
