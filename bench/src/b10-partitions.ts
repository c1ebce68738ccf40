import type { AnyIoManager, ObjectStore, StoredValue } from "@heddle/core";
import { createPartitionedInput } from "@heddle/engine/step";
import { parquet, parquetTable } from "@heddle/io/parquet";
import { Table } from "apache-arrow";
import { filesystemBenchStore } from "./bench-stores.ts";
import { median, round, type Benchmark } from "./benchmark.ts";
import { measureColdNode } from "./calibration.ts";
import { WEATHER, weatherRows, weatherTable } from "./weather-tables.ts";

const DAYS = 365;
/** A partition costs some tenths of a millisecond more than its rows do; rows as objects take ten times as long as tables. */
const ROWS_A_DAY = { tables: 25_000, rows: 2_000 };
/** So many days differ: making all of them would take longer than what is measured. */
const DIFFERENT_DAYS = 8;
const ROUNDS = 5;

/** B10, many partitions: a year of daily Parquet files joined into one value, against one file of the same rows. */
export const manyPartitions: Benchmark = {
  name: "b10-partitions",
  description: `${DAYS} daily Parquet partitions joined into one value, against one file of the same rows`,
  unit: "ratio",
  target: 1.3,
  async measure() {
    await using filesystem = await filesystemBenchStore();
    const { store } = filesystem;
    const tables = await compare(store, await writeYear(store, ROWS_A_DAY.tables), parquetTable());
    const rows = await compare(store, await writeYear(store, ROWS_A_DAY.rows), parquet({ schema: WEATHER }));
    return {
      value: Math.max(tables.ratio, rows.ratio),
      parameters: { days: DAYS, rowsADay: ROWS_A_DAY, rounds: ROUNDS, tables, rows },
      calibration: { coldNodeMs: measureColdNode() },
    };
  },
};

const signal = new AbortController().signal;
const WHERE = { assetKey: "weather", signal };

interface Files {
  readonly days: readonly StoredValue[];
  readonly year: StoredValue;
}

async function writeYear(store: ObjectStore, rowsADay: number): Promise<Files> {
  const io = parquetTable();
  const made: Table[] = [];
  for (let day = 0; day < DIFFERENT_DAYS; day += 1) {
    made.push(await weatherTable(weatherRows({ firstDay: day, days: 1, rowsADay })));
  }
  const tables = Array.from({ length: DAYS }, (_, day) => made[day % DIFFERENT_DAYS] ?? new Table());
  const days: StoredValue[] = [];
  for (const [day, table] of tables.entries()) {
    const target = { partitionKey: keyOf(day), attemptId: String(rowsADay), fence: 1 };
    days.push(await io.write(table, { ...WHERE, ...target, store }));
  }
  const year = tables[0]?.concat(...tables.slice(1));
  if (year === undefined) throw new Error("a year without days");
  return {
    days,
    year: await io.write(year, { ...WHERE, partitionKey: null, attemptId: String(rowsADay), fence: 1, store }),
  };
}

const keyOf = (day: number): string => new Date(Date.UTC(2011, 0, 1 + day)).toISOString().slice(0, 10);

/** Both take turns; the first round is not counted. */
async function compare(store: ObjectStore, { days, year }: Files, io: AnyIoManager) {
  const [many, one]: [number[], number[]] = [[], []];
  const input = createPartitionedInput<readonly unknown[]>({
    upstream: "weather",
    keys: days.map((_, day) => keyOf(day)),
    signal,
    load: (day) => io.load({ ...WHERE, partitionKey: keyOf(day), store, stored: days[day] ?? year }),
  });
  for (let at = 0; at <= ROUNDS; at += 1) {
    const joined = await timed(many, () => input.concat());
    const whole = await timed(one, () => io.load({ ...WHERE, partitionKey: null, store, stored: year }));
    if (countOf(joined) !== countOf(whole)) throw new Error(`${countOf(joined)} rows of ${countOf(whole)}`);
    if (at === 0) many.length = one.length = 0;
  }
  return {
    ratio: round(median(many) / median(one)),
    partitionsMs: round(median(many), 1),
    oneFileMs: round(median(one), 1),
    msMoreForAPartition: round((median(many) - median(one)) / DAYS),
  };
}

/** Of a list or of a table. */
function countOf(value: unknown): number {
  return Array.isArray(value) ? value.length : (value as Table).numRows;
}

async function timed<T>(times: number[], act: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await act();
  times.push(performance.now() - began);
  return result;
}
