import { asset, dailyPartitions, type InputContext, type StoredValue } from "@heddle/core";
import { createPartitionedInput } from "@heddle/engine/step";
import { sql, sqlAsset } from "@heddle/io/duckdb";
import { float64, int64, parquet, parquetTable, table, utf8 } from "@heddle/io/parquet";
import { utimes } from "node:fs/promises";
import { createRequire } from "node:module";
import { filesystemBenchStore } from "./bench-stores.ts";
import { median, round, type Benchmark } from "./benchmark.ts";
import { measureColdNode } from "./calibration.ts";
import { WEATHER, weatherRows, weatherTable } from "./weather-tables.ts";

const DAYS = 365;
const ROWS_A_DAY = 5_000;
const ROUNDS = 7;

/** B10, SQL: a query over a year of daily Parquet files, as an asset with its result stored, against DuckDB called directly. */
export const sqlOverManyFiles: Benchmark = {
  name: "b10-sql",
  description: `a SQL asset over ${DAYS} daily Parquet files of ${ROWS_A_DAY} rows, against DuckDB called directly`,
  unit: "ratio",
  target: 1.5,
  async measure() {
    await using filesystem = await filesystemBenchStore();
    const { store } = filesystem;
    const stored: StoredValue[] = [];
    for (let day = 0; day < DAYS; day += 1) {
      const rows = await weatherTable(weatherRows({ firstDay: day, days: 1, rowsADay: ROWS_A_DAY }));
      const target = { assetKey: "weather", partitionKey: keyOf(day), attemptId: "1", fence: 1, store, signal };
      stored.push(await parquetTable().write(rows, target));
    }
    const paths = await Promise.all(
      stored.map(async ({ objects: [object] }) => store.pathOf?.(object?.key ?? "") ?? ""),
    );
    const make = assetOver(stored, (context) => ({ ...context, store }));
    const direct = await directly(paths);
    const times = { asset: [] as number[], unverified: [] as number[], direct: [] as number[] };
    for (let at = 0; at <= ROUNDS; at += 1) {
      // A file that was touched is compared with its checksums again.
      for (const path of paths) await utimes(path, new Date(), new Date());
      const rows = [
        await timed(times.unverified, () => make(`touched-${at}`)),
        await timed(times.asset, () => make(`known-${at}`)),
        await timed(times.direct, direct),
      ];
      if (new Set(rows).size !== 1) throw new Error(`different results: ${rows.join(", ")} rows`);
      if (at === 0) times.asset.length = times.unverified.length = times.direct.length = 0;
    }
    return {
      value: median(times.asset) / median(times.direct),
      parameters: {
        days: DAYS,
        rowsADay: ROWS_A_DAY,
        rounds: ROUNDS,
        assetMs: round(median(times.asset), 1),
        assetThatVerifiesMs: round(median(times.unverified), 1),
        directMs: round(median(times.direct), 1),
      },
      calibration: { coldNodeMs: measureColdNode() },
    };
  },
};

const signal = new AbortController().signal;
const keyOf = (day: number): string => new Date(Date.UTC(2011, 0, 1 + day)).toISOString().slice(0, 10);

const RESULT = table({ station: utf8(), warmth: float64().nullable(), readings: int64(), hours: int64() });
const SELECT = `select station, avg(temperature) as warmth, sum(readings) as readings, count(*) as hours`;

/** Makes the asset once, as a step does: inputs, query, result stored. Gives the number of its rows. */
function assetOver(stored: readonly StoredValue[], complete: (context: Omit<InputContext, "store">) => InputContext) {
  const days = asset({
    key: "weather",
    partitions: dailyPartitions({ start: "2011-01-01", end: "2012-01-01" }),
    io: parquet({ schema: WEATHER }),
    materialize: () => [],
  });
  const year = sqlAsset({
    key: "year",
    deps: { days },
    schema: RESULT,
    io: parquet({ schema: RESULT }),
    sql: ({ deps }) => sql`
      select station, avg(temperature) as warmth, sum(readings) as readings, count(*) as hours
      from ${deps.days} group by station order by station`,
  });
  const io = year.deps["days"]?.io;
  return async (attemptId: string): Promise<number> => {
    const input = createPartitionedInput({
      upstream: "weather",
      keys: stored.map((_, day) => keyOf(day)),
      signal,
      async load(day) {
        const value = stored[day];
        if (value === undefined) throw new RangeError(`no day ${day}`);
        return io?.load(complete({ assetKey: "weather", partitionKey: keyOf(day), stored: value, signal }));
      },
    });
    const ignore = (): void => undefined;
    const log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
    // What is left out of the context has no part in a query.
    const made = await year.materialize({ deps: { days: input }, signal, log, metadata: ignore } as never);
    const { store } = complete({
      assetKey: "year",
      partitionKey: null,
      stored: { io: "", objects: [], dataVersion: "" },
      signal,
    });
    const result = await year.io?.write(made, {
      assetKey: "year",
      partitionKey: null,
      attemptId,
      fence: 1,
      store,
      signal,
    });
    return result?.rows ?? 0;
  };
}

/** What is used of DuckDB's client. */
interface Client {
  readonly DuckDBInstance: {
    create(
      path: string,
      options: Record<string, string>,
    ): Promise<{
      connect(): Promise<{ run(text: string): Promise<{ getRowObjectsJS(): Promise<object[]> }> }>;
    }>;
  };
}

/** The same query by the client that the I/O manager uses, with its defaults, to rows in memory. */
async function directly(paths: readonly string[]): Promise<() => Promise<number>> {
  const client = createRequire(import.meta.resolve("@heddle/io/duckdb"))("@duckdb/node-api") as Client;
  const instance = await client.DuckDBInstance.create(":memory:", {});
  const list = paths.map((path) => `'${path}'`).join(", ");
  const text = `${SELECT} from read_parquet([${list}]) group by station order by station`;
  return async () => {
    const connection = await instance.connect();
    return (await (await connection.run(text)).getRowObjectsJS()).length;
  };
}

async function timed<T>(times: number[], act: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await act();
  times.push(performance.now() - began);
  return result;
}
