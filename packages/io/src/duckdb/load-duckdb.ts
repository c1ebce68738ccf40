import { HeddleError } from "@heddle/core";
import type * as duckdb from "@duckdb/node-api";
import { systemErrorCode } from "../filesystem/file-error.ts";

/** The module `@duckdb/node-api`. */
export type DuckDB = typeof duckdb;

/** Loads DuckDB when it is needed first: that takes as long as starting a process. @throws CONFIG_INVALID */
export async function loadDuckDB(): Promise<DuckDB> {
  try {
    return await import("@duckdb/node-api");
  } catch (error) {
    if (systemErrorCode(error) !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new HeddleError("CONFIG_INVALID", "SQL assets need the package @duckdb/node-api, which is not installed", {
      hint: "Install it in the project: npm install @duckdb/node-api",
      cause: error,
    });
  }
}
