import { join } from "node:path";
import { readdir } from "node:fs/promises";
import { afterEach, beforeEach } from "vitest";
import { sqlAsset, type SqlFragment } from "../../src/duckdb.ts";
import { memoryStore } from "../../src/memory.ts";
import type { TableSchema } from "../../src/parquet.ts";
import { temporaryDirectory } from "../temporary-directory.ts";
import { AssetBench } from "./asset-bench.ts";

/** What tests of queries share. */
export interface SqlBench {
  /** Path of a file or directory that goes with the test. */
  path(name?: string): string;
  /** Limits whose temporary files lie in the test's own directory. */
  limits(): { readonly temporaryDirectory: string; readonly threads: number; readonly memoryMiB: number };
  /** What lies in the temporary directory besides that of the database itself. */
  leftovers(): Promise<string[]>;
  /** Makes an asset of a query without upstream, and gives what it stored. */
  run(query: SqlFragment, schema?: TableSchema): Promise<unknown>;
}

/** A directory of its own for each test, and queries whose temporary files lie in it. */
export function useSqlBench(): SqlBench {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  beforeEach(async () => {
    directory = await temporaryDirectory();
  });
  afterEach(() => directory[Symbol.asyncDispose]());

  const path = (name = ""): string => join(directory.path, name);
  const limits = () => ({ temporaryDirectory: path("temporary"), threads: 2, memoryMiB: 256 });
  return {
    path,
    limits,
    async leftovers() {
      const found = await readdir(path("temporary"), { recursive: true });
      return found.filter((name) => name.includes("/"));
    },
    async run(query, schema) {
      const made = sqlAsset({ key: "result", ...(schema && { schema }), database: limits(), sql: () => query });
      const bench = new AssetBench(memoryStore());
      await bench.make(made);
      return bench.value(made);
    },
  };
}
