import { HeddleError, type IoManager, type ObjectStore } from "@heddle/core";
import type { Table } from "apache-arrow";
import { encodedIoManager } from "./encoded-io-manager.ts";
import { rowsToTable, tableToRows } from "./table/arrow-rows.ts";
import { assertArrowTable, selectColumns, storedTableColumns } from "./table/arrow-table.ts";
import { loadArrow } from "./table/load-arrow.ts";
import { columnsOf, storedColumns, type InferRow, type TableRows, type TableSchema } from "./table/schema.ts";

export { bool, date, float64, int32, int64, json, list, timestamp, utf8, type Column } from "./table/column.ts";
export { table, type InferRow, type TableRows, type TableSchema } from "./table/schema.ts";

/** What {@link arrow} takes. */
export interface ArrowOptions<TSchema extends TableSchema> {
  /** The columns of the rows. */
  readonly schema: TSchema;
  /** @default the deployment's store */
  readonly store?: ObjectStore;
}

/**
 * Stores rows as an Arrow IPC file: larger than Parquet, and read without decoding. Takes what `parquet` takes.
 *
 * @example
 * asset({ key: "weather/raw", io: arrow({ schema: weather }), materialize: () => fetchRows() });
 */
export function arrow<TSchema extends TableSchema>(
  options: ArrowOptions<TSchema>,
): IoManager<TableRows<InferRow<TSchema>>, InferRow<TSchema>[]> {
  const { schema, store } = options;
  return encodedIoManager<TableRows<InferRow<TSchema>>, InferRow<TSchema>[]>({
    name: "arrow",
    extension: "arrow",
    store,
    async encode(rows, { signal }) {
      const module = await loadArrow();
      const made = await rowsToTable(rows, { arrow: module, schema, signal });
      return { body: module.tableToIPC(made, "file"), rows: made.numRows, columns: storedColumns(schema) };
    },
    async decode(body, { columns: names, signal }) {
      const { tableFromIPC } = await loadArrow();
      const columns = columnsOf(schema, names);
      // The rows have the schema's columns: that is what the type of a row was made from.
      return (await tableToRows(tableFromIPC(body), { columns, signal })) as InferRow<TSchema>[];
    },
  });
}

/** What {@link arrowTable} takes. */
export interface ArrowTableOptions {
  /** @default the deployment's store */
  readonly store?: ObjectStore;
}

/**
 * Stores an Arrow `Table` as an Arrow IPC file, and loads it without copying its columns. As for `parquetTable`, the
 * data version depends on how the table is cut into record batches.
 */
export function arrowTable(options: ArrowTableOptions = {}): IoManager<Table, Table> {
  return encodedIoManager<Table, Table>({
    name: "arrow",
    extension: "arrow",
    store: options.store,
    async encode(value) {
      const module = await loadArrow();
      assertArrowTable(module, value);
      try {
        return { body: module.tableToIPC(value, "file"), rows: value.numRows, columns: storedTableColumns(value) };
      } catch (cause) {
        throw new HeddleError("IO_VALUE_NOT_STORABLE", "the table cannot be written as Arrow IPC", {
          hint: "Look at the cause; a column may have a type that Arrow IPC does not have.",
          cause,
        });
      }
    },
    async decode(body, { columns }) {
      const { tableFromIPC } = await loadArrow();
      return selectColumns(tableFromIPC(body), columns);
    },
  });
}
