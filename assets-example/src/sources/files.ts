import type { Observed } from "@heddle/core";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { findPackageJSON } from "node:module";
import { dirname, join } from "node:path";
import { parseCsv, type CsvRow } from "./csv.ts";

/** The files of the npm package `vega-datasets` that this project reads. */
export type SourceFile = "airports.csv" | "birdstrikes.csv" | "flights-3m.parquet" | "weather.csv";

/** Where a source file lies on this machine. */
export function pathOfSource(file: SourceFile): string {
  // The package exports no paths into its data folder, so `import.meta.resolve` could not name them.
  const manifest = findPackageJSON("vega-datasets", import.meta.url);
  if (manifest === undefined)
    throw new Error("the npm package vega-datasets is not installed; run the install of the workspace");
  return join(dirname(manifest), "data", file);
}

/** Which version of a source file there is: another release of the package may well have the same file. */
export async function lookAtSource(file: SourceFile, signal: AbortSignal): Promise<Observed> {
  const bytes = await readFile(pathOfSource(file), { signal });
  return { dataVersion: createHash("sha256").update(bytes).digest("hex"), metadata: { bytes: bytes.length } };
}

/** Reads a CSV source whole; the largest has 10,000 rows. */
export async function readCsvSource<TColumn extends string>(
  file: SourceFile,
  columns: readonly TColumn[],
): Promise<CsvRow<TColumn>[]> {
  return parseCsv(await readFile(pathOfSource(file), "utf8"), columns);
}
