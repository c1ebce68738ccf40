import type { IoManager, ObjectStore, SchemaDrift } from "@heddle/core";
import type { RecordBatch, Schema, Table } from "apache-arrow";
import { naming } from "../encoded-io-manager.ts";
import { tablesToRows } from "./arrow-rows.ts";
import { assertArrowTable, selectColumns } from "./arrow-table.ts";
import { isRecordBatches } from "./record-batches.ts";
import { columnsOf, storedColumns, type InferRow, type TableRows, type TableSchema } from "./schema.ts";
import { tableIoManager, type TableFormat } from "./table-io-manager.ts";
import { declaredColumns, streamOfBatches, streamOfRows, type DeclaredSchema } from "./table-value.ts";

/** What the I/O managers of every format of tables take. */
export interface TableOptions {
  /** @default the deployment's store */
  readonly store?: ObjectStore;
  /**
   * Which changes of its columns an asset may make from one materialization to the next: new nullable columns and wider
   * types (`additive`), every change (`any`), or none (`refuse`).
   * @default "additive"
   */
  readonly drift?: SchemaDrift;
}

/** What record batches can come from: one table, or what yields tables or record batches, now or later. */
export type TableParts = Table | Iterable<Table | RecordBatch> | AsyncIterable<Table | RecordBatch>;

/** The I/O manager of rows with a schema. */
export function rowsIoManager<TSchema extends TableSchema>(
  format: TableFormat,
  { schema, store, drift }: TableOptions & { readonly schema: TSchema },
): IoManager<TableRows<InferRow<TSchema>>, InferRow<TSchema>[]> {
  return tableIoManager<TableRows<InferRow<TSchema>>, InferRow<TSchema>[]>({
    format,
    store,
    drift,
    columns: storedColumns(schema),
    unordered: jsonColumns(schema),
    pace: "together",
    stream: (rows, reading) =>
      isRecordBatches(rows) ? streamOfBatches(rows, schema, reading) : streamOfRows(rows, schema, reading),
    async load(tables, { context: { columns: names, signal } }) {
      // The rows have the schema's columns: that is what the type of a row was made from.
      return (await tablesToRows(tables(), { columns: columnsOf(schema, names), signal })) as InferRow<TSchema>[];
    },
    empty: () => [],
  });
}

/** The I/O manager of Arrow tables. */
export function arrowTableIoManager(
  format: TableFormat,
  { schema, store, drift }: TableOptions & { readonly schema?: DeclaredSchema },
): IoManager<Table, Table> {
  return tableIoManager<Table, Table>({
    format,
    store,
    drift,
    columns: schema === undefined ? null : declaredColumns(schema),
    unordered: jsonColumns(schema),
    pace: "together",
    stream(value, reading) {
      if (!isRecordBatches(value)) assertArrowTable(reading.arrow, value);
      return streamOfBatches(value, schema, reading);
    },
    async load(tables, { arrow, context: { columns } }) {
      let first: Schema | undefined;
      const batches: RecordBatch[] = [];
      for await (const table of tables()) {
        const selected = selectColumns(table, columns);
        first ??= selected.schema;
        batches.push(...selected.batches.filter(({ numRows }) => numRows > 0));
      }
      return new arrow.Table(first ?? new arrow.Schema([]), batches);
    },
  });
}

/** The I/O manager of values that come and go in record batches. */
export function batchesIoManager<TStorable>(
  format: TableFormat,
  { schema, store, drift }: TableOptions & { readonly schema?: DeclaredSchema },
): IoManager<TStorable, AsyncIterable<RecordBatch>> {
  return tableIoManager<TStorable, AsyncIterable<RecordBatch>>({
    format,
    store,
    drift,
    columns: schema === undefined ? null : declaredColumns(schema),
    unordered: jsonColumns(schema),
    pace: "streamed",
    stream: (value, reading) => streamOfBatches(value, schema, reading),
    load: (tables, { context }) => ({
      async *[Symbol.asyncIterator](): AsyncGenerator<RecordBatch, void> {
        const parts = tables()[Symbol.asyncIterator]();
        try {
          for (;;) {
            const next = await naming(context, () => parts.next());
            if (next.done === true) return;
            const { batches } = selectColumns(next.value, context.columns);
            yield* batches.filter(({ numRows }) => numRows > 0);
          }
        } finally {
          await parts.return?.();
        }
      },
    }),
    empty: () => ({ async *[Symbol.asyncIterator]() {} }),
  });
}

function jsonColumns(schema: DeclaredSchema | undefined): ReadonlySet<string> {
  const columns = schema !== undefined && "columns" in schema ? Object.entries(schema.columns) : [];
  return new Set(columns.filter(([, { type }]) => type.kind === "json").map(([name]) => name));
}
