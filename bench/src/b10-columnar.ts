import type { AnyIoManager, ObjectStore, StoredObject } from "@heddle/core";
import { arrow, arrowTable } from "@heddle/io/arrow";
import { parquet, parquetTable } from "@heddle/io/parquet";
import { tableFromIPC, tableToIPC, type Table } from "apache-arrow";
import * as parquetWasm from "parquet-wasm/node";
import { filesystemBenchStore, s3BenchStore } from "./bench-stores.ts";
import { median, round, type Benchmark } from "./benchmark.ts";
import { measureColdNode } from "./calibration.ts";
import { WEATHER, weatherRows, weatherTable, type Weather } from "./weather-tables.ts";

const DAYS = 1_000;
const ROWS_A_DAY = 1_000;
const ROUNDS = 7;
/** Rows take several times as long, and are no part of the value. */
const ROUNDS_OF_ROWS = 3;

/** B10: a million rows of six columns, written and read through the I/O managers and through the libraries themselves. */
export const columnarFormats: Benchmark = {
  name: "b10",
  description: "Parquet and Arrow: write and read 1,000,000 rows of 6 columns, against the libraries called directly",
  unit: "ratio",
  target: 1.15,
  async measure() {
    const rows = weatherRows({ firstDay: 0, days: DAYS, rowsADay: ROWS_A_DAY });
    const contents: Contents = { rows, table: await weatherTable(rows) };
    await using filesystem = await filesystemBenchStore();
    await using s3 = await s3BenchStore();
    const results: Record<string, Comparison> = {};
    for (const { name, store } of s3 === undefined ? [filesystem] : [filesystem, s3]) {
      results[`parquet on ${name}`] = await compare(store, contents, PARQUET);
      results[`arrow on ${name}`] = await compare(store, contents, ARROW);
    }
    return {
      value: Math.max(...Object.values(results).map(({ ratio }) => ratio)),
      parameters: { rows: rows.length, columns: 6, rounds: ROUNDS, withS3: s3 !== undefined, ...results },
      calibration: {
        coldNodeMs: measureColdNode(),
        durableWriteMs: await measureWrite(filesystem.store),
      },
    };
  },
};

interface Contents {
  readonly rows: readonly Weather[];
  readonly table: Table;
}

/** A format through its library alone, and through its I/O managers of tables and of rows. */
interface Format {
  encode(table: Table): Uint8Array;
  decode(body: Uint8Array): Table;
  readonly tables: AnyIoManager;
  readonly rows: AnyIoManager;
}

/** The same settings as the I/O manager's: the library's own take longer. */
const PARQUET: Format = {
  encode(table) {
    const properties = new parquetWasm.WriterPropertiesBuilder()
      .setCompression(parquetWasm.Compression.SNAPPY)
      .setMaxRowGroupSize(131_072)
      .setStatisticsEnabled(parquetWasm.EnabledStatistics.Chunk)
      .setDictionaryPageSizeLimit(64 * 1024)
      .build();
    return parquetWasm.writeParquet(parquetWasm.Table.fromIPCStream(tableToIPC(table, "stream")), properties);
  },
  decode: (body) => tableFromIPC(parquetWasm.readParquet(body, { batchSize: 131_072 }).intoIPCStream()),
  tables: parquetTable(),
  rows: parquet({ schema: WEATHER }),
};

const ARROW: Format = {
  encode: (table) => tableToIPC(table, "file"),
  decode: (body) => tableFromIPC(body),
  tables: arrowTable(),
  rows: arrow({ schema: WEATHER }),
};

interface Times {
  readonly write: number[];
  readonly read: number[];
}

interface Comparison {
  /** Of a table: the I/O manager over the library, written and read. */
  readonly ratio: number;
  readonly writeRatio: number;
  readonly readRatio: number;
  /** The same rows as objects, over the library's tables. */
  readonly rowsRatio: number;
  readonly ms: Readonly<Record<string, number>>;
}

/** All of them take turns, so that each meets the same neighbours; the first round is not counted. */
async function compare(store: ObjectStore, { rows, table }: Contents, format: Format): Promise<Comparison> {
  const times = { direct: newTimes(), tables: newTimes(), rows: newTimes() };
  for (let at = 0; at <= ROUNDS; at += 1) {
    const turns = [
      () => direct(store, table, { format, at, times: times.direct }),
      () => managed(store, table, { io: format.tables, at, times: times.tables }),
    ];
    if (at <= ROUNDS_OF_ROWS) turns.push(() => managed(store, rows, { io: format.rows, at, times: times.rows }));
    for (const turn of turns) await turn();
    if (at === 0) for (const { write, read } of Object.values(times)) write.length = read.length = 0;
  }
  const ms = Object.fromEntries(
    Object.entries(times).flatMap(([name, { write, read }]) => [
      [`${name}Write`, round(median(write), 1)],
      [`${name}Read`, round(median(read), 1)],
    ]),
  );
  const both = ({ write, read }: Times): number => median(write) + median(read);
  return {
    ratio: round(both(times.tables) / both(times.direct)),
    writeRatio: round(median(times.tables.write) / median(times.direct.write)),
    readRatio: round(median(times.tables.read) / median(times.direct.read)),
    rowsRatio: round(both(times.rows) / both(times.direct)),
    ms,
  };
}

const newTimes = (): Times => ({ write: [], read: [] });
const signal = new AbortController().signal;

async function direct(
  store: ObjectStore,
  table: Table,
  { format, at, times }: { format: Format; at: number; times: Times },
): Promise<void> {
  const object: StoredObject = await timed(times.write, () =>
    store.put(`direct/${at}`, format.encode(table), { signal }),
  );
  const read = await timed(times.read, async () => format.decode(await store.get(object, { signal })));
  assertRows(read.numRows, table.numRows);
  await store.delete(object.key);
}

async function managed(
  store: ObjectStore,
  value: Table | readonly Weather[],
  { io, at, times }: { io: AnyIoManager; at: number; times: Times },
): Promise<void> {
  const context = { assetKey: "weather", partitionKey: null, store, signal };
  const stored = await timed(times.write, () => io.write(value, { ...context, attemptId: `${at}`, fence: at }));
  const read: unknown = await timed(times.read, () => io.load({ ...context, stored }));
  const count = Array.isArray(read) ? read.length : (read as Table).numRows;
  assertRows(count, Array.isArray(value) ? value.length : (value as Table).numRows);
  await io.remove(stored, context);
}

function assertRows(found: number, expected: number): void {
  if (found !== expected) throw new Error(`${found} rows came back of ${expected}`);
}

async function timed<T>(times: number[], act: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await act();
  times.push(performance.now() - began);
  return result;
}

/** Milliseconds of a durable write of 20 MiB: what the disk allows. */
async function measureWrite(store: ObjectStore): Promise<number> {
  const times: number[] = [];
  const body = Buffer.alloc(20 * 1024 * 1024, "calibration ");
  for (let at = 0; at < 5; at += 1) {
    await timed(times, () => store.put(`calibration/${at}`, body, { signal }));
    await store.delete(`calibration/${at}`);
  }
  return round(median(times), 1);
}
