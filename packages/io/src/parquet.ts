import type { InputContext, IoManager, ObjectStore } from "@heddle/core";
import type { Table } from "apache-arrow";
import { encodedIoManager } from "./encoded-io-manager.ts";
import { parquetLayout, readParquetFile, writeParquetFile, type ParquetLayout } from "./parquet-file.ts";
import { rowsToTable, tableToRows } from "./table/arrow-rows.ts";
import { assertArrowTable, selectColumns, storedTableColumns } from "./table/arrow-table.ts";
import { loadArrow } from "./table/load-arrow.ts";
import {
  assertColumnsKnown,
  columnsOf,
  storedColumns,
  type InferRow,
  type TableRows,
  type TableSchema,
} from "./table/schema.ts";

export { PARQUET_COMPRESSIONS, type ParquetCompression } from "./parquet-file.ts";
export { bool, date, float64, int32, int64, json, list, timestamp, utf8, type Column } from "./table/column.ts";
export { table, type InferRow, type TableRows, type TableSchema } from "./table/schema.ts";

/** What {@link parquetTable} takes, and part of what {@link parquet} takes. */
export interface ParquetTableOptions extends Partial<ParquetLayout> {
  /** @default the deployment's store */
  readonly store?: ObjectStore;
}

/** What {@link parquet} takes. */
export interface ParquetOptions<TSchema extends TableSchema> extends ParquetTableOptions {
  /** The columns of the rows. */
  readonly schema: TSchema;
}

/**
 * Stores rows as a Parquet file. An asset returns an array of rows, or yields them; consumers get an array, with the
 * needed columns alone where they name them. Every cell is validated against the schema before anything is stored.
 *
 * @example
 * const weather = table({ day: date(), station: utf8(), tempMax: float64().nullable() });
 * asset({ key: "weather/raw", io: parquet({ schema: weather }), materialize: () => fetchRows() });
 */
export function parquet<TSchema extends TableSchema>(
  options: ParquetOptions<TSchema>,
): IoManager<TableRows<InferRow<TSchema>>, InferRow<TSchema>[]> {
  const { schema } = options;
  const layout = parquetLayout(options);
  return encodedIoManager<TableRows<InferRow<TSchema>>, InferRow<TSchema>[]>({
    name: "parquet",
    extension: "parquet",
    store: options.store,
    async encode(rows, { signal }) {
      const arrow = await loadArrow();
      const made = await rowsToTable(rows, { arrow, schema, signal });
      return { body: await writeParquetFile(made, layout), rows: made.numRows, columns: storedColumns(schema) };
    },
    async decode(body, { stored, columns: names, signal }) {
      const columns = columnsOf(schema, names);
      const read = await readParquetFile(
        body,
        presentColumns(
          stored,
          columns.map(({ name }) => name),
        ),
      );
      // The rows have the schema's columns: that is what the type of a row was made from.
      return (await tableToRows(read, { columns, signal })) as InferRow<TSchema>[];
    },
  });
}

/**
 * Stores an Arrow `Table` as a Parquet file and loads it as one: for tables that never become rows. The data version
 * follows from the bytes, which also depend on where one record batch ends and the next begins: cut a table into
 * batches by its content, not by the time at which its parts came, or return `output({ value, dataVersion })`.
 */
export function parquetTable(options: ParquetTableOptions = {}): IoManager<Table, Table> {
  const layout = parquetLayout(options);
  return encodedIoManager<Table, Table>({
    name: "parquet",
    extension: "parquet",
    store: options.store,
    async encode(value) {
      assertArrowTable(await loadArrow(), value);
      return { body: await writeParquetFile(value, layout), rows: value.numRows, columns: storedTableColumns(value) };
    },
    async decode(body, { stored, columns: names }) {
      const known = stored.columns?.map(({ name }) => name);
      if (names !== undefined && known !== undefined) assertColumnsKnown(names, known);
      return selectColumns(await readParquetFile(body, names), names);
    },
  });
}

/** Those of the columns that the file has; the others were declared later. One is read in any case: it has the count. */
function presentColumns({ columns }: InputContext["stored"], wanted: readonly string[]): readonly string[] | undefined {
  const present = columns?.map(({ name }) => name).filter((name) => wanted.includes(name));
  return present === undefined || present.length > 0 ? present : columns?.slice(0, 1).map(({ name }) => name);
}
