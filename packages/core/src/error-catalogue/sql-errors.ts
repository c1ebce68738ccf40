import type { ErrorCatalogueEntry } from "./error-catalogue-entry.ts";

/** SQL assets, and tables in files of DuckDB. */
export const SQL_ERRORS = {
  SQL_INVALID: {
    summary: "A SQL asset made something that cannot be run as one query.",
    remedy:
      "Return one query that gives rows, made with the tag sql; give its values as text, numbers, dates or lists.",
  },
  SQL_FAILED: {
    summary: "The database refused the query of a SQL asset, or failed while it ran.",
    remedy: "The message shows the query and marks the place; correct it there.",
  },
  SQL_INPUT_UNREADABLE: {
    summary: "What an upstream asset stores cannot be read as a table.",
    remedy: "Give the upstream an I/O manager of tables with a schema, or let it return a list of rows.",
  },
  SQL_RESULT_MISMATCH: {
    summary: "The result of a SQL asset does not have the columns that its schema declares.",
    remedy: "Name the columns as the schema does, cast them to its types, or change the schema.",
  },
  IO_FILE_LOCKED: {
    summary: "A file that one process at a time may open was in use for longer than the deadline.",
    remedy: "The message names the process that holds it: let it end, or raise the deadline.",
  },
} as const satisfies Record<string, ErrorCatalogueEntry>;
