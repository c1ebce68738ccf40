import {
  asset,
  dailyPartitions,
  dep,
  ioManager,
  monthlyPartitions,
  type AnyAsset,
  type ObjectStore,
} from "@heddle/core";
import { tableFromArrays } from "apache-arrow";
import { readFile, truncate, unlink, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { arrow, arrowBatches } from "../src/arrow.ts";
import { sql, sqlAsset } from "../src/duckdb.ts";
import { filesystemStore } from "../src/filesystem.ts";
import { jsonLines } from "../src/json.ts";
import { memoryStore } from "../src/memory.ts";
import { date, float64, int32, int64, list, parquet, table, timestamp, utf8 } from "../src/parquet.ts";
import { AssetBench } from "./support/asset-bench.ts";
import { useSqlBench } from "./support/sql-bench.ts";

const days = dailyPartitions({ start: "2012-01-01", end: "2012-03-01" });
const months = monthlyPartitions({ start: "2012-01", end: "2012-03" });

const weather = table({
  day: date(),
  station: utf8(),
  tempMax: float64().nullable(),
  readings: int64(),
  at: timestamp(),
});

function rowsOf(day: string) {
  const number = Number(day.slice(8));
  return ["SEA", "PDX"].map((station, index) => ({
    day,
    station,
    tempMax: number === 3 ? null : number + index,
    readings: BigInt(number),
    at: new Date(`${day}T12:00:00Z`),
  }));
}

const KEYS = ["2012-01-01", "2012-01-02", "2012-01-03"];

const code = (expected: string) => expect.objectContaining({ code: expected });

const { leftovers, limits, path: inTest } = useSqlBench();

describe.each(["memory", "filesystem"])("upstreams in a %s store", (kind) => {
  const open = (): ObjectStore =>
    kind === "memory" ? memoryStore() : filesystemStore({ directory: inTest("it's [a] store*") });

  const managers = {
    parquet: () => parquet({ schema: weather }),
    arrow: () => arrow({ schema: weather }),
    "JSON lines": () => jsonLines({ schema: weather }),
  };

  test.each(Object.keys(managers) as (keyof typeof managers)[])("stored as %s are read as tables", async (name) => {
    const raw = asset({
      key: "raw",
      partitions: days,
      io: managers[name](),
      materialize: ({ partition }) => rowsOf(partition.key),
    });
    const schema = table({
      month: utf8(),
      station: utf8(),
      warmth: float64(),
      readings: int64(),
      days: int32(),
      last: timestamp(),
    });
    const summary = sqlAsset({
      key: "summary",
      partitions: months,
      deps: { days: raw },
      schema,
      io: jsonLines({ schema }),
      database: limits(),
      sql: ({ deps, partition }) => sql`
        select ${partition.key} as month, station, avg(tempMax) as warmth, sum(readings) as readings,
               count(*) as days, max(${deps.days.column("at")}) as last
        from ${deps.days}
        where ${deps.days.column("at")} < ${new Date("2012-02-01")} and station in ${["SEA", "LAX"]}
        group by station order by station`,
    });
    const bench = new AssetBench(open());
    for (const partition of KEYS) await bench.make(raw, { partition });
    const stored = await bench.make(summary, { partition: "2012-01", reads: { days: KEYS } });
    expect(stored).toMatchObject({ io: "json-lines", rows: 1 });
    expect(await bench.value(summary, "2012-01")).toEqual([
      { month: "2012-01", station: "SEA", warmth: 1.5, readings: 6n, days: 3, last: new Date("2012-01-03T12:00:00Z") },
    ]);
    expect(await leftovers()).toEqual([]);
  });

  test("that are rows as JSON are read by the types of their properties", async () => {
    const raw = asset({
      key: "raw",
      partitions: days,
      materialize: ({ partition }) => [
        { day: partition.key, hours: [1, 2.5], nested: { a: partition.key }, flag: true, whole: 1, nothing: null },
      ],
    });
    const types = sqlAsset({
      key: "types",
      deps: { days: dep(raw, {}) },
      sql: () => sql`select typeof(day), typeof(hours), typeof(nested), typeof(flag), typeof(whole), nested ->> 'a' as a
                     from days order by day`,
    } as never) as AnyAsset;
    const bench = new AssetBench(open());
    for (const partition of KEYS) await bench.make(raw, { partition });
    await bench.make(types, { reads: { days: KEYS } });
    const rows = (await bench.value(types)) as object[];
    expect(rows.map((row) => Object.values(row))).toEqual(
      KEYS.map((key) => ["VARCHAR", "DOUBLE[]", "JSON", "BOOLEAN", "DOUBLE", key]),
    );
  });

  const at = new Date("2012-01-01T00:00:00Z");
  const values = {
    rows: [{ n: 1, big: 2n ** 60n, at, inf: Infinity, tags: ["a"] }],
    "rows that come later": (async function* () {
      yield { n: 1, big: 2n ** 60n, at, inf: Infinity, tags: ["a"] };
    })(),
  };

  test.each(Object.keys(values) as (keyof typeof values)[])(
    "of an I/O manager of one's own are read: %s",
    async (name) => {
      const own = ioManager<unknown, unknown>({
        name: "own",
        store: undefined,
        write: async () => ({ io: "own", objects: [], dataVersion: "1" }),
        load: async () => values[name],
      });
      const raw = asset({ key: "raw", io: own, materialize: () => 1 });
      const schema = table({ n: float64(), big: int64(), at: timestamp(), inf: float64(), tags: list(utf8()) });
      const all = sqlAsset({
        key: "all",
        deps: { raw } as never,
        schema,
        io: parquet({ schema }),
        database: limits(),
        sql: () => sql`select * from raw`,
      });
      const bench = new AssetBench(open());
      await bench.make(raw);
      await bench.make(all);
      expect(await bench.value(all)).toEqual([{ n: 1, big: 2n ** 60n, at, inf: Infinity, tags: ["a"] }]);
    },
  );

  const arrowValues = {
    "a table": () => tableFromArrays({ n: Int32Array.of(1, 2, 3) }),
    "record batches": () => tableFromArrays({ n: Int32Array.of(1, 2, 3) }).batches,
    "tables that come later": async function* () {
      yield tableFromArrays({ n: Int32Array.of(1) });
      yield tableFromArrays({ n: Int32Array.of(2, 3) });
    },
  };

  test.each(Object.keys(arrowValues) as (keyof typeof arrowValues)[])(
    "that load %s of Arrow are read",
    async (name) => {
      const stored = asset({
        key: "stored",
        io: arrowBatches(),
        materialize: () => tableFromArrays({ n: Int32Array.of(1, 2, 3) }),
      });
      const own = ioManager<unknown, unknown>({
        name: "own",
        store: undefined,
        write: async () => ({ io: "own", objects: [], dataVersion: "1" }),
        load: async () => arrowValues[name](),
      });
      const loaded = asset({ key: "loaded", io: own, materialize: () => 1 });
      const sum = sqlAsset({
        key: "sum",
        deps: { stored, loaded } as never,
        database: limits(),
        sql: () => sql`select sum(n) as s, count(*) as n from stored join loaded using (n)`,
      });
      const bench = new AssetBench(open());
      await bench.make(stored);
      await bench.make(loaded);
      await bench.make(sum);
      expect(await bench.value(sum)).toEqual([{ s: 6, n: 3 }]);
    },
  );

  test("give the columns and rows that the dependency asks for", async () => {
    const raw = asset({
      key: "raw",
      partitions: days,
      io: parquet({ schema: weather }),
      materialize: ({ partition }) => rowsOf(partition.key),
    });
    const picked = sqlAsset({
      key: "picked",
      partitions: months,
      deps: { days: dep(raw, { columns: ["day", "station"], where: { tempMax: { gte: 2 }, station: { eq: "SEA" } } }) },
      database: limits(),
      sql: ({ deps }) => sql`select * from ${deps.days} order by all`,
    });
    const bench = new AssetBench(open());
    for (const partition of KEYS) await bench.make(raw, { partition });
    await bench.make(picked, { partition: "2012-01", reads: { days: KEYS } });
    expect(await bench.value(picked, "2012-01")).toEqual([{ day: "2012-01-02", station: "SEA" }]);
  });

  test("are not filtered by what their columns cannot be compared with", async () => {
    const raw = asset({
      key: "raw",
      partitions: days,
      io: parquet({ schema: weather }),
      materialize: ({ partition }) => rowsOf(partition.key),
    });
    const warm = sqlAsset({
      key: "warm",
      partitions: months,
      deps: { days: dep(raw, { where: { tempMax: { gte: "warm" as never } } }) },
      database: limits(),
      sql: ({ deps }) => sql`select * from ${deps.days}`,
    });
    const bench = new AssetBench(open());
    for (const partition of KEYS) await bench.make(raw, { partition });
    await expect(bench.make(warm, { partition: "2012-01", reads: { days: KEYS } })).rejects.toMatchObject({
      code: "IO_COLUMN_UNKNOWN",
      message: expect.stringMatching(/column "tempMax" is DOUBLE, which cannot be compared with "warm"/u),
    });
  });

  test("have null in a column that was declared after a partition was stored", async () => {
    const before = table({ day: date(), rain: int32() });
    const after = table({ day: date(), rain: int64(), snow: float64().nullable() });
    const old = asset({
      key: "raw",
      partitions: days,
      io: parquet({ schema: before }),
      materialize: ({ partition }) => [{ day: partition.key, rain: 1 }],
    });
    const raw = asset({
      key: "raw",
      partitions: days,
      io: parquet({ schema: after }),
      materialize: ({ partition }) => [{ day: partition.key, rain: 2n, snow: 0.5 }],
    });
    const all = sqlAsset({
      key: "all",
      partitions: months,
      deps: { days: raw },
      schema: after,
      io: jsonLines({ schema: after }),
      database: limits(),
      sql: ({ deps }) => sql`select * from ${deps.days} order by day`,
    });
    const bench = new AssetBench(open());
    await bench.make(old, { partition: "2012-01-01" });
    await bench.make(raw, { partition: "2012-01-02" });
    await bench.make(all, { partition: "2012-01", reads: { days: KEYS.slice(0, 2) } });
    expect(await bench.value(all, "2012-01")).toEqual([
      { day: "2012-01-01", rain: 1n, snow: null },
      { day: "2012-01-02", rain: 2n, snow: 0.5 },
    ]);
    await bench.make(all, { partition: "2012-01", reads: { days: [] } });
    expect(await bench.value(all, "2012-01")).toEqual([]);
  });
});

test.each([
  { was: float64(), cell: 2.5, is: int32(), message: "it is stored as Float64, and the schema declares Int32" },
  { was: utf8(), cell: "7", is: int32(), message: "it is stored as Utf8, and the schema declares Int32" },
  {
    was: timestamp(),
    cell: new Date("2012-01-01T12:00:00Z"),
    is: date(),
    message: "it is stored as Timestamp<MILLISECOND, UTC>, and the schema declares Date32<DAY>",
  },
])("a column is not cast to another type that is declared now: $message", async ({ was, cell, is, message }) => {
  const old = asset({ key: "raw", io: parquet({ schema: table({ cell: was }) }), materialize: () => [{ cell }] });
  const raw = asset({ key: "raw", io: parquet({ schema: table({ cell: is }) }), materialize: () => [] });
  const all = sqlAsset({
    key: "all",
    deps: { raw },
    database: limits(),
    sql: ({ deps }) => sql`select * from ${deps.raw}`,
  });
  const bench = new AssetBench(memoryStore());
  await bench.make(old);
  const failed = await bench.make(all).catch((error: unknown) => error);
  expect(failed).toMatchObject({ code: "IO_SCHEMA_MISMATCH" });
  expect(String(failed)).toContain(`asset raw: column "cell": ${message}`);
});

describe("an upstream that cannot be read", () => {
  const raw = asset({
    key: "raw",
    partitions: days,
    io: parquet({ schema: weather }),
    materialize: ({ partition }) => rowsOf(partition.key),
  });
  const count = () =>
    sqlAsset({
      key: "count",
      partitions: months,
      deps: { days: raw },
      database: limits(),
      sql: ({ deps }) => sql`select count(*) as n from ${deps.days}`,
    });

  async function prepare() {
    const store = filesystemStore({ directory: inTest("store") });
    const bench = new AssetBench(store);
    const stored = await bench.make(raw, { partition: "2012-01-01" });
    const path = (await store.pathOf?.(stored.objects[0]!.key)) ?? "";
    const make = () => bench.make(count(), { partition: "2012-01", reads: { days: ["2012-01-01"] } });
    await make();
    return { path, make, bench };
  }

  test("because it was changed is corrupt, also when it was right a moment ago", async () => {
    const { path, make } = await prepare();
    // One byte of a cell, which Parquet itself does not notice.
    const content = await readFile(path);
    content[20]! ^= 1;
    await writeFile(path, content);
    await expect(make()).rejects.toEqual(code("IO_OBJECT_CORRUPT"));
    await truncate(path, 10);
    await expect(make()).rejects.toEqual(code("IO_OBJECT_CORRUPT"));
    expect(await leftovers()).toEqual([]);
  });

  test("because it was removed is missing", async () => {
    const { path, make } = await prepare();
    await unlink(path);
    const failed = await make().catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: "IO_OBJECT_MISSING", details: { asset: "raw", partition: "2012-01-01" } });
    expect(String(failed)).toContain(`asset raw, partition 2012-01-01: ${path} does not exist`);
  });

  test("because nothing tells its columns says what to do", async () => {
    const empty = asset({ key: "empty", materialize: (): { a: number }[] => [] });
    const all = sqlAsset({ key: "all", deps: { empty }, sql: ({ deps }) => sql`select * from ${deps.empty}` });
    const bench = new AssetBench(memoryStore());
    await bench.make(empty);
    await expect(bench.make(all)).rejects.toThrow(
      /empty has no rows in what is read, and nothing declares its columns/u,
    );
  });
});

test.each(["parquet", "arrow", "jsonLines"] as const)(
  "columns that differ in upper and lower case alone are refused, and never read for each other: %s",
  async (name) => {
    const schema = table({ A: int32(), a: int32() });
    const raw = asset({
      key: "raw",
      io: { parquet: parquet({ schema }), arrow: arrow({ schema }), jsonLines: jsonLines({ schema }) }[name],
      materialize: () => [{ A: 1, a: 2 }],
    });
    const all = sqlAsset({
      key: "all",
      deps: { raw },
      database: limits(),
      sql: ({ deps }) => sql`select "a" from ${deps.raw}`,
    });
    const bench = new AssetBench(memoryStore());
    await bench.make(raw);
    await expect(bench.make(all)).rejects.toThrow(
      'the columns "A" and "a" of raw differ in upper and lower case alone, and DuckDB takes them for one',
    );
  },
);
