// Writes or reads one partition record batch by record batch, and prints what that took: see `b10-stream.ts`.
import type { StoredValue } from "@heddle/core";
import { arrowBatches } from "@heddle/io/arrow";
import { filesystemStore } from "@heddle/io/filesystem";
import { parquetBatches } from "@heddle/io/parquet";
import type { Table } from "apache-arrow";
import { weatherRows, weatherTable } from "./weather-tables.ts";

const [directory = "", format = "", half = "", argument = ""] = process.argv.slice(2);
const io = format === "arrow" ? arrowBatches() : parquetBatches();
const context = {
  assetKey: "weather",
  partitionKey: `${format}-${argument.length}`,
  store: filesystemStore({ directory }),
  signal: new AbortController().signal,
};
const MB = 1024 * 1024;
const ROWS = 65_536;
/** So many different tables are made: making all of them would take longer than what is measured. */
const TABLES = 16;

const began = performance.now();
const result = half === "write" ? await write(Number(argument)) : await read(JSON.parse(argument) as StoredValue);
const seconds = (performance.now() - began) / 1_000;
// In KiB.
const peakMB = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ ...result, seconds, peakMB }));

async function write(megabytes: number) {
  const tables: Table[] = [];
  for (let at = 0; at < TABLES; at += 1) {
    tables.push(await weatherTable(weatherRows({ firstDay: at, days: 1, rowsADay: ROWS })));
  }
  let bytes = 0;
  function* batches(): Generator<Table> {
    for (let at = 0; bytes < megabytes * MB; at += 1) {
      const table = tables[at % TABLES];
      if (table === undefined) return;
      bytes += table.data.reduce((sum, { byteLength }) => sum + byteLength, 0);
      yield table;
    }
  }
  const stored = await io.write(batches(), { ...context, attemptId: String(megabytes), fence: 1 });
  return { stored, rows: stored.rows, arrowMB: bytes / MB, fileMB: (stored.objects[0]?.bytes ?? 0) / MB };
}

async function read(stored: StoredValue) {
  let rows = 0;
  for await (const batch of await io.load({ ...context, stored })) rows += batch.numRows;
  return { rows };
}
