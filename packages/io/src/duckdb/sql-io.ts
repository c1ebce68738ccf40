import { ioManager, type AnyIoManager } from "@heddle/core";
import { declaredSchema, withSchema } from "../table/declared-schema.ts";
import { recordBatches } from "../table/record-batches.ts";
import type { QueryResult } from "./query-result.ts";

/** The forms in which a result can be given to an I/O manager. */
type ResultForm = "json" | "rows" | "batches";

/** Formats that are columns themselves: rows would only be turned into columns again. */
const COLUMNAR = new Set(["arrow", "duckdb", "parquet"]);

/** How an I/O manager takes a result. */
export function resultForm({ name, table }: AnyIoManager): ResultForm {
  if (table === undefined) return "json";
  return table.columns === null || COLUMNAR.has(name) ? "batches" : "rows";
}

/**
 * The I/O manager of a SQL asset: the declared one, which stores the result of a query row by row or batch by batch
 * from its temporary file, and afterwards removes the file, whatever came of it.
 */
export function sqlIo(io: AnyIoManager): AnyIoManager {
  const { name, store, table, filters, reads } = io;
  return ioManager<QueryResult, unknown>({
    name,
    store,
    ...withSchema(declaredSchema(io)),
    ...(table !== undefined && { table }),
    ...(filters !== undefined && { filters }),
    ...(reads !== undefined && { reads }),
    async write(result, context) {
      try {
        return await io.write(resultForm(io) === "batches" ? recordBatches(result.batches()) : result.rows(), context);
      } finally {
        await result[Symbol.asyncDispose]();
      }
    },
    load: (context) => io.load(context),
    remove: (stored, context) => io.remove(stored, context),
    ...(io.publish !== undefined && { publish: io.publish.bind(io) }),
    ...(io.preview !== undefined && { preview: io.preview.bind(io) }),
    ...(io.empty !== undefined && { empty: io.empty.bind(io) }),
  });
}
