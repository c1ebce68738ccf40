import type { ErrorCatalogueEntry } from "./error-catalogue-entry.ts";

/** I/O managers and stores. */
export const IO_ERRORS = {
  IO_VALUE_NOT_STORABLE: {
    summary: "An asset returned a value that its I/O manager cannot store.",
    remedy: "Return what the I/O manager takes, or give the asset another I/O manager.",
  },
  IO_OBJECT_MISSING: {
    summary: "A stored object that a materialization names is not in its store.",
    remedy: "Materialize the partition again, or restore the object.",
  },
  IO_OBJECT_CORRUPT: {
    summary: "A stored object is not the one that was written: its length or its checksum differs.",
    remedy: "Materialize the partition again, and look for what changes objects in the store.",
  },
  IO_OBJECT_EXISTS: {
    summary: "Another object already lies under the key that was to be written.",
    remedy: "Keys are unique for each attempt: look for something else that writes into the store.",
  },
  IO_KEY_INVALID: {
    summary: "An asset key, a partition key or an object key cannot be part of an address in a store.",
    remedy: "Leave out control characters and broken Unicode; the message names the part.",
  },
  IO_MANAGER_MISMATCH: {
    summary: "A stored value was written by another I/O manager than the one that is to load it.",
    remedy: "Materialize the partition again with the present I/O manager, or go back to the one that wrote it.",
  },
  IO_SCHEMA_INVALID: {
    summary: "The schema of a table cannot be used.",
    remedy: "Correct the column that the message names.",
  },
  IO_SCHEMA_MISMATCH: {
    summary: "A stored table does not have the columns that the schema declares.",
    remedy: "Materialize the partition again, or declare the columns as they were stored.",
  },
  IO_SCHEMA_DRIFT: {
    summary:
      "The columns of an asset changed in a way that its consumers may not stand: one is gone, narrower or newly required.",
    remedy:
      'Keep the column as it was, allow the change with `drift: "any"` of the I/O manager, or give the asset another key.',
  },
  IO_COLUMN_UNKNOWN: {
    summary: "A column was asked for that the table does not have.",
    remedy: "Correct the name in `dep(asset, { columns: [...] })`; the message names the table's columns.",
  },
  IO_CSV_INVALID: {
    summary: "A CSV file is not what its schema and its format say.",
    remedy: "Correct the file, or the options with which it is read; the message names the line and the column.",
  },
  IO_STORE_FULL: {
    summary: "The store has no space left.",
    remedy: "Free space or enlarge the store, then retry what failed.",
  },
  IO_STORE_FAILED: {
    summary: "The store refused or lost an operation.",
    remedy: "Look at the cause; when the store works again, retry what failed.",
  },
} as const satisfies Record<string, ErrorCatalogueEntry>;
