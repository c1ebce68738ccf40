import type { IoManager } from "@heddle/core";
import type { RecordBatch, Schema, Table } from "apache-arrow";
import { encodeParquet, parquetLayout, type ParquetLayout } from "./parquet-file.ts";
import { readParquetTables } from "./parquet/read-parquet.ts";
import type { InferRow, TableRows, TableSchema } from "./table/schema.ts";
import type { TableFormat } from "./table/table-io-manager.ts";
import { arrowTableIoManager, batchesIoManager, rowsIoManager } from "./table/table-kinds.ts";
import type { TableOptions, TableParts } from "./table/table-kinds.ts";

export { PARQUET_COMPRESSIONS, type ParquetCompression } from "./parquet-file.ts";
export { bool, date, float64, int32, int64, json, list, timestamp, utf8, type Column } from "./table/column.ts";
export { table, type InferRow, type TableRows, type TableSchema } from "./table/schema.ts";
export type { TableParts } from "./table/table-kinds.ts";

/** What {@link parquet} takes. */
export interface ParquetOptions<TSchema extends TableSchema> extends Partial<ParquetLayout>, TableOptions {
  /** The columns of the rows. */
  readonly schema: TSchema;
}

/** What {@link parquetTable} takes. */
export interface ParquetTableOptions extends Partial<ParquetLayout>, TableOptions {
  /** The columns that a table must have, as `table({ … })` or as a schema of `apache-arrow`. @default those of the first one */
  readonly schema?: TableSchema | Schema;
}

/**
 * Stores rows as a Parquet file. An asset returns an array of rows, or yields rows or arrays of rows, which then never
 * are in memory together; consumers get an array, with the needed columns and rows alone where they name them. Every cell
 * is validated against the schema before anything can be seen.
 *
 * @example
 * const weather = table({ day: date(), station: utf8(), tempMax: float64().nullable() });
 * asset({ key: "weather/raw", io: parquet({ schema: weather }), materialize: () => fetchRows() });
 *
 * @throws CONFIG_INVALID
 */
export function parquet<TSchema extends TableSchema>(
  options: ParquetOptions<TSchema>,
): IoManager<TableRows<InferRow<TSchema>>, InferRow<TSchema>[]> {
  return rowsIoManager(parquetFormat(options), options);
}

/**
 * Stores an Arrow `Table` as a Parquet file and loads it as one: for tables that never become rows. The data version
 * follows from the bytes, which also depend on where one record batch ends and the next begins: cut a table into
 * batches by its content, not by the time at which its parts came, or return `output({ value, dataVersion })`.
 *
 * @throws CONFIG_INVALID
 */
export function parquetTable(options: ParquetTableOptions = {}): IoManager<Table, Table> {
  return arrowTableIoManager(parquetFormat(options), options);
}

/**
 * Stores what yields Arrow tables or record batches as a Parquet file, and loads it as an iterable of record batches, a
 * row group at a time: for partitions larger than memory, in both directions. The iterable can be looped over more than
 * once; each loop reads the file again. With a `table({ … })` as schema, what yields rows is taken as well.
 *
 * @example
 * asset({ key: "weather/all", io: parquetBatches(), materialize: ({ deps }) => deps.days.concat() });
 *
 * @throws CONFIG_INVALID
 */
export function parquetBatches<TSchema extends TableSchema>(
  options: ParquetTableOptions & { readonly schema: TSchema },
): IoManager<TableParts | TableRows<InferRow<TSchema>>, AsyncIterable<RecordBatch>>;
export function parquetBatches(options?: ParquetTableOptions): IoManager<TableParts, AsyncIterable<RecordBatch>>;
export function parquetBatches(options: ParquetTableOptions = {}): IoManager<TableParts, AsyncIterable<RecordBatch>> {
  return batchesIoManager<TableParts>(parquetFormat(options), options);
}

function parquetFormat(options: Partial<ParquetLayout>): TableFormat {
  const layout = parquetLayout(options);
  return {
    name: "parquet",
    extension: "parquet",
    groupRows: layout.rowGroupRows,
    encode: (groups, { schema, signal }) => encodeParquet(groups, { schema, layout, signal }),
    read: readParquetTables,
  };
}
