import { memoryStore } from "@heddle/io/memory";
import { postgres } from "@heddle/io/postgres";
import { startEmbeddedServer } from "@heddle/storage/embedded";
import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { median, round, type Benchmark } from "./benchmark.ts";
import { measureColdNode } from "./calibration.ts";
import { WEATHER, weatherRows, type Weather } from "./weather-tables.ts";

const DAYS = 1_000;
const ROWS_A_DAY = 1_000;
const ROUNDS = 5;

/** B10 in PostgreSQL: a million rows of six columns, written and read, against `COPY` through psql. */
export const postgresTables: Benchmark = {
  name: "b10-postgres",
  description: "PostgreSQL: write and read 1,000,000 rows of 6 columns, against COPY through psql",
  unit: "ratio",
  target: 1.15,
  async measure() {
    if (spawnSync("psql", ["--version"]).status !== 0) throw new Error("psql is not there: install postgresql-client");
    const rows = weatherRows({ firstDay: 0, days: DAYS, rowsADay: ROWS_A_DAY });
    const directory = await mkdtemp(join(tmpdir(), "heddle-bench-postgres-"));
    try {
      await using server = await startEmbeddedServer({ directory });
      const times = await compare(server.url, rows, directory);
      const ms = Object.fromEntries(Object.entries(times).map(([name, all]) => [name, round(median(all), 1)]));
      const [write = 0, read = 0, psqlWrite = 0, psqlRead = 0] = NAMES.map((name) => ms[name] ?? 0);
      return {
        value: (write + read) / (psqlWrite + psqlRead),
        parameters: {
          rows: rows.length,
          columns: 6,
          rounds: ROUNDS,
          writeRatio: round(write / psqlWrite),
          readRatio: round(read / psqlRead),
          ms,
        },
        calibration: { coldNodeMs: measureColdNode() },
      };
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  },
};

/** Rows as objects through the I/O manager; text, as psql's COPY has it by default; and the binary format of COPY. */
const NAMES = ["write", "read", "psqlWrite", "psqlRead", "psqlBinaryWrite", "psqlBinaryRead"] as const;
type Times = Record<(typeof NAMES)[number], number[]>;

const COLUMNS = "day date, at timestamptz, station text, temperature float8, readings int4, total int8";

/** All take turns, so that each meets the same neighbours; the first round is not counted. */
async function compare(url: string, rows: readonly Weather[], directory: string): Promise<Times> {
  const times: Times = { write: [], read: [], psqlWrite: [], psqlRead: [], psqlBinaryWrite: [], psqlBinaryRead: [] };
  const [text, binary, out] = ["rows.txt", "rows.bin", "out"].map((name) => join(directory, name));
  const io = postgres({ url, schema: WEATHER });
  const context = {
    assetKey: "weather/raw",
    partitionKey: null,
    store: memoryStore(),
    signal: new AbortController().signal,
  };
  await psql(url, `create table plain (${COLUMNS})`);
  const first = await io.write(rows, { ...context, attemptId: "first", fence: 1 });
  await io.publish?.(first, { ...context, attemptId: "first", fence: 1 });
  await psql(url, `\\copy (select * from weather.raw) to '${text}'`);
  await psql(url, `\\copy (select * from weather.raw) to '${binary}' (format binary)`);

  const timed = async <T>(name: keyof Times, act: () => Promise<T>): Promise<T> => {
    const began = performance.now();
    const result = await act();
    times[name].push(performance.now() - began);
    return result;
  };
  const copies = [
    ["psqlWrite", "psqlRead", text, ""],
    ["psqlBinaryWrite", "psqlBinaryRead", binary, "(format binary)"],
  ] as const;
  for (let at = 0; at <= ROUNDS; at += 1) {
    const attempt = { ...context, attemptId: String(at), fence: at + 2 };
    const stored = await timed("write", () => io.write(rows, attempt));
    const loaded = await timed("read", () => io.load({ ...context, stored }));
    if (loaded.length !== rows.length) throw new Error(`${loaded.length} rows came back`);
    await io.remove(stored, context);
    await psql(url, 'vacuum weather."raw__versions"');
    for (const [write, read, file, format] of copies) {
      await timed(write, () => psql(url, `\\copy plain from '${file}' ${format}`));
      await timed(read, () => psql(url, `\\copy plain to '${out}' ${format}`));
      await psql(url, "truncate plain");
    }
    if (at === 0) for (const all of Object.values(times)) all.length = 0;
  }
  return times;
}

async function psql(url: string, command: string): Promise<void> {
  await promisify(execFile)("psql", ["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", url, "--command", command]);
}
