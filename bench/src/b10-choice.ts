import type { AnyIoManager, JsonValue, StoredValue } from "@heddle/core";
import { arrow } from "@heddle/io/arrow";
import { duckdbTable } from "@heddle/io/duckdb";
import { json, jsonLines } from "@heddle/io/json";
import { parquet } from "@heddle/io/parquet";
import { postgres } from "@heddle/io/postgres";
import { startEmbeddedServer } from "@heddle/storage/embedded";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { filesystemBenchStore } from "./bench-stores.ts";
import { round, type Benchmark } from "./benchmark.ts";
import { measureColdNode } from "./calibration.ts";
import { WEATHER, weatherRows, type Weather } from "./weather-tables.ts";

const DAYS = 200;
const ROWS_A_DAY = 1_000;
const ROUNDS = 3;

/** The same table through every I/O manager: the figures of the guide "Choose an I/O manager". */
export const choiceOfIoManager: Benchmark = {
  name: "b10-choice",
  description: "200,000 rows of 6 columns through every I/O manager: write, read, read one column, bytes",
  unit: "ratio",
  // What is found by value is not judged: the guide shows the parameters.
  target: Infinity,
  async measure() {
    const rows = weatherRows({ firstDay: 0, days: DAYS, rowsADay: ROWS_A_DAY });
    const directory = await mkdtemp(join(tmpdir(), "heddle-bench-choice-"));
    try {
      await using server = await startEmbeddedServer({ directory: join(directory, "server") });
      const file = join(directory, "weather.duckdb");
      const tables: readonly (readonly [string, AnyIoManager])[] = [
        ["json", json()],
        ["jsonLines", jsonLines({ schema: WEATHER })],
        ["parquet", parquet({ schema: WEATHER })],
        ["arrow", arrow({ schema: WEATHER })],
        ["postgres", postgres({ url: server.url, schema: WEATHER })],
        ["duckdbTable", duckdbTable({ file, schema: WEATHER })],
      ];
      const found: Record<string, Figures> = {};
      for (const [name, io] of tables) {
        found[name] = await measureOne(io, name === "json" ? rows.map(toJson) : rows, name !== "json");
      }
      const { parquet: chosen, json: plain } = found;
      if (found["duckdbTable"] !== undefined) found["duckdbTable"].megabytes = round((await stat(file)).size / 1e6, 1);
      return {
        value: (chosen?.readMs ?? Number.NaN) / (plain?.readMs ?? Number.NaN),
        parameters: { rows: rows.length, columns: 6, bestOf: ROUNDS, store: "filesystem", ...found },
        calibration: { coldNodeMs: measureColdNode() },
      };
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  },
};

interface Figures {
  writeMs: number;
  readMs: number;
  /** Null where all columns have to be read. */
  oneColumnMs: number | null;
  /** Of what lies in objects; null for tables of a database. */
  megabytes: number | null;
}

async function measureOne(io: AnyIoManager, rows: unknown, hasColumns: boolean): Promise<Figures> {
  await using opened = await filesystemBenchStore();
  const context = {
    assetKey: "weather/raw",
    partitionKey: null,
    store: opened.store,
    signal: new AbortController().signal,
  };
  const times: { write: number[]; read: number[]; column: number[] } = { write: [], read: [], column: [] };
  let megabytes: number | null = null;
  for (let at = 0; at <= ROUNDS; at += 1) {
    const attempt = { ...context, attemptId: `${at}-1`, fence: at + 1 };
    const stored = await timed(times.write, () => io.write(rows, attempt) as Promise<StoredValue>);
    await timed(times.read, () => io.load({ ...context, stored }));
    if (hasColumns) await timed(times.column, () => io.load({ ...context, stored, columns: ["temperature"] }));
    if (stored.objects.length > 0)
      megabytes = round(stored.objects.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6, 1);
    await io.remove(stored, context);
    // The first round warms up.
    if (at === 0) for (const all of Object.values(times)) all.length = 0;
  }
  const best = (all: readonly number[]): number => round(Math.min(...all), 0);
  return {
    writeMs: best(times.write),
    readMs: best(times.read),
    oneColumnMs: hasColumns ? best(times.column) : null,
    megabytes,
  };
}

async function timed<T>(times: number[], act: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await act();
  times.push(performance.now() - began);
  return result;
}

/** What JSON cannot hold as it is. */
function toJson({ at, total, ...rest }: Weather): JsonValue {
  return { ...rest, at: at.toISOString(), total: String(total) };
}
