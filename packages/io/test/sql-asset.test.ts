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
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, truncate, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { arrow, arrowBatches, arrowTable } from "../src/arrow.ts";
import { sql, sqlAsset, type SqlFragment } from "../src/duckdb.ts";
import { filesystemStore } from "../src/filesystem.ts";
import { jsonLines } from "../src/json.ts";
import { memoryStore } from "../src/memory.ts";
import {
  date,
  float64,
  int32,
  int64,
  json as jsonColumn,
  list,
  parquet,
  parquetBatches,
  parquetTable,
  table,
  timestamp,
  utf8,
  type TableSchema,
} from "../src/parquet.ts";
import { runModule, startModule } from "./child-process.ts";
import { collect } from "./collect.ts";
import { AssetBench } from "./support/asset-bench.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

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

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(() => directory[Symbol.asyncDispose]());

/** Limits whose temporary files lie in the test's own directory. */
const limits = () => ({ temporaryDirectory: join(directory.path, "temporary"), threads: 2, memoryMiB: 256 });

/** What lies in the temporary directory besides that of the database itself. */
async function leftovers(): Promise<string[]> {
  const found = await readdir(join(directory.path, "temporary"), { recursive: true });
  return found.filter((name) => name.includes("/"));
}

/** Makes an asset of a query without upstream, and gives what it stored. */
async function run(query: SqlFragment, schema?: TableSchema): Promise<unknown> {
  const made = sqlAsset({ key: "result", ...(schema && { schema }), database: limits(), sql: () => query });
  const bench = new AssetBench(memoryStore());
  await bench.make(made);
  return bench.value(made);
}

describe.each(["memory", "filesystem"])("upstreams in a %s store", (kind) => {
  const open = (): ObjectStore =>
    kind === "memory" ? memoryStore() : filesystemStore({ directory: join(directory.path, "it's [a] store*") });

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
    const store = filesystemStore({ directory: join(directory.path, "store") });
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

describe("values in a query", () => {
  test.each([
    ["text", 'o\'clock "x" -- $1 ; drop table days'],
    ["text that ends a comment", "*/ ' /*"],
    ["a number", 0.1],
    ["a whole number", 42],
    ["a large whole number", 9_007_199_254_740_991],
    ["true", true],
    ["null", null],
  ])("come back as they are: %s", async (_name, value) => {
    expect(await run(sql`select ${value} as v`)).toEqual([{ v: value }]);
  });

  test("may be instants and integers of 64 bits", async () => {
    const schema = table({ at: timestamp(), big: int64() });
    const made = sqlAsset({
      key: "result",
      schema,
      io: jsonLines({ schema }),
      sql: () => sql`select ${new Date("2012-02-29T12:34:56.789Z")} as at, ${-(2n ** 63n)} as big`,
    });
    const bench = new AssetBench(memoryStore());
    await bench.make(made);
    expect(await bench.value(made)).toEqual([{ at: new Date("2012-02-29T12:34:56.789Z"), big: -(2n ** 63n) }]);
  });

  test("may be lists, also empty ones", async () => {
    const none: string[] = [];
    expect(
      await run(sql`select 1 as n where 'a' in ${["a", "b"]} and 'a' not in ${none} and not ('a' in ${none})`),
    ).toEqual([{ n: 1 }]);
  });

  test("never are SQL, however they look", async () => {
    const looksLikeSql = { texts: ["1; drop table x"], parts: [] };
    await expect(run(sql`select ${looksLikeSql as never} as v`)).rejects.toEqual(code("SQL_INVALID"));
    await expect(run("select 1" as never)).rejects.toEqual(code("SQL_INVALID"));
  });

  test.each([
    ["undefined", undefined],
    ["an object", { a: 1 }],
    ["an invalid date", new Date(Number.NaN)],
    ["an integer beyond 64 bits", 2n ** 63n],
    ["text with NUL", "a\0b"],
    ["a list of lists", [[1]]],
    ["a function", () => 1],
  ])("are refused when they are %s", async (_name, value) => {
    await expect(run(sql`select ${value as never} as v`)).rejects.toEqual(code("SQL_INVALID"));
  });

  test("and names that are only known at run time", async () => {
    const name = 'we"ird; drop table x --';
    expect(await run(sql`select 1 as ${sql.identifier(name)}`)).toEqual([{ [name]: 1 }]);
    const columns = ["a", "b"].map((column) => sql`${column.length} as ${sql.identifier(column)}`);
    expect(await run(sql`select ${sql.join(columns)}`)).toEqual([{ a: 1, b: 1 }]);
  });

  test("and names of dependencies that are hostile", async () => {
    const name = 'a"; drop schema x; --';
    const rows = asset({ key: "rows", materialize: () => [{ n: 1 }] });
    const all = sqlAsset({ key: "all", deps: { [name]: rows }, sql: ({ deps }) => sql`select * from ${deps[name]!}` });
    const bench = new AssetBench(memoryStore());
    await bench.make(rows);
    await bench.make(all);
    expect(await bench.value(all)).toEqual([{ n: 1 }]);
  });
});

describe("a query that is wrong", () => {
  test("is shown with a mark at the place", async () => {
    const query = sql`select 1 as a,
      tempMax
    from range(${3})`;
    const error = await run(query).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({
      code: "SQL_FAILED",
      message: [
        'asset result: Binder Error: Referenced column "tempMax" not found in FROM clause!',
        'Candidate bindings: "range" (line 2)',
        "  select 1 as a,",
        "        tempMax",
        "        ^",
        "      from range($1)",
      ].join("\n"),
      details: { asset: "result", line: 2 },
    });
  });

  test("only for some rows names the place, too, and stores nothing", async () => {
    const query = sql`select
      ('x' || i)::int as n
    from range(3) t(i)`;
    await expect(run(query)).rejects.toThrow(
      /Could not convert string 'x0' to INT32.*\(line 2\)\n.*\n.*::int as n\n +\^/su,
    );
    expect(await leftovers()).toEqual([]);
  });

  test.each([
    ["is empty", sql` `],
    ["is nothing but a comment", sql`-- nothing`],
    ["has several statements", sql`select 1 as a; select 2 as a`],
  ])("because it %s", async (_name, query) => {
    await expect(run(query)).rejects.toEqual(code("SQL_INVALID"));
  });

  test.each([
    ["writes a table", sql`create table x as select 1 as a`],
    ["changes a setting", sql`set threads = 1`],
    ["is no SQL", sql`selekt 1`],
    ["ends the query that it is part of", sql`select 1 as a) to '/tmp/x'; --`],
  ])("because it %s", async (_name, query) => {
    await expect(run(query)).rejects.toEqual(code("SQL_FAILED"));
  });

  test("may end with a semicolon or a comment, and begin with `with`", async () => {
    expect(await run(sql`select 1 as a;`)).toEqual([{ a: 1 }]);
    expect(await run(sql`with t as (select 2 as a) from t -- so`)).toEqual([{ a: 2 }]);
  });
});

describe("the declared columns of a result", () => {
  const schema = table({ name: utf8(), n: int32(), at: timestamp().nullable() });

  test("are all checked at once", async () => {
    const query = sql`select 'x' as Name, 1.5::double as n, 'x' as at, 1 as extra`;
    await expect(run(query, schema)).rejects.toThrow(
      [
        "asset result: the result does not have the columns of the schema:",
        '  "name" is missing; there is "Name", in other letters',
        '  "at" is VARCHAR, and the schema declares timestamp(): cast it, for example at::TIMESTAMPTZ',
        '  "Name", "extra": not declared',
      ].join("\n"),
    );
  });

  test("differ in more than upper and lower case", async () => {
    const cased = table({ A: int32(), a: int32() });
    const message = '"A" and "a" differ in upper and lower case alone';
    await expect(run(sql`select 1 as "A", 2 as "a"`, cased)).rejects.toThrow(message);
    await expect(run(sql`select 1 as "A", 2 as "a"`)).rejects.toThrow(message);
  });

  test("have a value where one has to be", async () => {
    const query = sql`select case when i < 2 then 'x' end as name, i as n, null::timestamptz as at from range(3) t(i)`;
    await expect(run(query, schema)).rejects.toThrow(/row 2, column "name": null, but the column is not nullable/u);
  });

  test("hold only what they can hold", async () => {
    const one = (column: string, declared: TableSchema) =>
      run(sql.join([sql`select`, parse(column), sql`as x`], sql` `), declared);
    await expect(one("3000000000", table({ x: int32() }))).rejects.toThrow(/out of range/u);
    await expect(one("1.5::double", table({ x: int64() }))).rejects.toThrow(/is no whole number: 1.5/u);
    await expect(one("1.5", table({ x: int32() }))).rejects.toThrow(/is no whole number: 1.5/u);
    await expect(one("9007199254740993", table({ x: float64() }))).rejects.toThrow(/is no number that float64 holds/u);
    await expect(one("'infinity'::date", table({ x: date() }))).rejects.toThrow(
      /a value of DATE is no day of the years 0000 to 9999: infinity/u,
    );
    await expect(one("'infinity'::timestamptz", table({ x: timestamp() }))).rejects.toThrow(/is no instant: infinity/u);
    await expect(one("[1, null]", table({ x: list(int32()) }))).rejects.toThrow(/item 1 is null|null/u);
    await expect(one("'{'::varchar", table({ x: jsonColumn() }))).rejects.toThrow(/Malformed JSON/u);
    await expect(one("9007199254740993", table({ x: int64() }))).rejects.toThrow(
      /JSON has no number 9007199254740993/u,
    );
  });
});

describe("a result", () => {
  const schema = table({ i: int64(), s: utf8() });
  const query = sql`select i, 'é' || i as s from range(200000) t(i) order by i`;

  test.each([
    ["parquet", () => parquet({ schema })],
    ["arrow", () => arrow({ schema })],
  ] as const)("of many rows is stored as %s, and is the same the next time", async (_name, io) => {
    const made = sqlAsset({ key: "result", schema, io: io(), database: limits(), sql: () => query });
    const bench = new AssetBench(memoryStore());
    const first = await bench.make(made);
    expect(first.rows).toBe(200_000);
    expect((await bench.make(made)).dataVersion).toBe(first.dataVersion);
    const rows = (await bench.value(made)) as { i: bigint; s: string }[];
    expect(rows).toHaveLength(200_000);
    expect(rows[199_999]).toEqual({ i: 199_999n, s: "é199999" });
    // Rows that an ordinary asset returns are the same data.
    const plain = asset({ key: "plain", io: io(), materialize: () => rows });
    expect((await bench.make(plain)).dataVersion).toBe(first.dataVersion);
    expect(await leftovers()).toEqual([]);
  });

  test.each([
    ["parquetTable", () => parquetTable()],
    ["arrowTable", () => arrowTable()],
  ] as const)("is stored through %s", async (_name, io) => {
    const made = sqlAsset({ key: "result", io: io(), database: limits(), sql: () => query });
    const bench = new AssetBench(memoryStore());
    await bench.make(made);
    expect(await bench.value(made)).toMatchObject({ numRows: 200_000 });
  });

  test.each([
    ["parquetBatches", () => parquetBatches()],
    ["arrowBatches", () => arrowBatches()],
  ] as const)("is stored through %s, also without rows", async (_name, io) => {
    const made = sqlAsset({
      key: "result",
      io: io(),
      database: limits(),
      sql: () => sql`select * from (${query}) where i < 0`,
    });
    const bench = new AssetBench(memoryStore());
    expect(await bench.make(made)).toMatchObject({ rows: 0, columns: [{ name: "i" }, { name: "s" }] });
    expect(await collect((await bench.value(made)) as AsyncIterable<unknown>)).toEqual([]);
  });

  test("that the I/O manager refuses leaves no temporary file behind", async () => {
    const other = table({ i: int64(), s: int32() });
    const made = sqlAsset({
      key: "result",
      schema,
      io: parquet({ schema: other }) as never,
      database: limits(),
      sql: () => query,
    });
    await expect(new AssetBench(memoryStore()).make(made)).rejects.toEqual(code("IO_VALUE_NOT_STORABLE"));
    expect(await leftovers()).toEqual([]);
  });
});

test("queries that run at once in one process do not see each other's tables", async () => {
  const results = await Promise.all(
    Array.from({ length: 8 }, async (_, number) => {
      const rows = asset({ key: "rows", materialize: () => [{ number }] });
      const made = sqlAsset({
        key: "made",
        deps: { rows },
        database: limits(),
        sql: ({ deps }) => sql`select number, count(*) as n from ${deps.rows}, range(100000) group by number`,
      });
      const bench = new AssetBench(memoryStore());
      await bench.make(rows);
      await bench.make(made);
      return bench.value(made);
    }),
  );
  expect(results).toEqual(results.map((_, number) => [{ number, n: 100_000 }]));
});

test("a query is given up within a second when its step is", async () => {
  const made = sqlAsset({
    key: "long",
    database: limits(),
    sql: () => sql`select count(*) as n from range(100000000000) a, range(10) b where a.range % 7 = b.range`,
  });
  const stop = new AbortController();
  const making = new AssetBench(memoryStore()).make(made, { signal: stop.signal });
  setTimeout(() => stop.abort(new Error("canceled by Ana")), 300);
  await expect(making).rejects.toThrow("canceled by Ana");
  expect(await leftovers()).toEqual([]);
});

test("a query that needs more than it may says what to raise", async () => {
  const made = sqlAsset({
    key: "large",
    database: { ...limits(), memoryMiB: 32, temporaryMiB: 1 },
    sql: () => sql`select len(list(i)) as n from range(50000000) t(i)`,
  });
  await expect(new AssetBench(memoryStore()).make(made)).rejects.toMatchObject({
    code: "SQL_FAILED",
    hint: expect.stringContaining("memoryMiB") as string,
  });
});

/** SQL of a test's own table. */
function parse(text: string): SqlFragment {
  return sql([text] as unknown as TemplateStringsArray);
}

/** Runs a command in a mount namespace of its own, where it may mount a small disk without being root outside. */
const NAMESPACE = ["unshare", "--user", "--map-root-user", "--mount"];
const canMount =
  spawnSync(NAMESPACE[0]!, [...NAMESPACE.slice(1), "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0;

test.skipIf(!canMount)("a full temporary disk fails the query, and nothing is stored or left behind", async () => {
  const mount = ["sh", "-c", 'mount -t tmpfs -o size=2m tmpfs "$0" && exec "$@"', directory.path];
  const result = await runModule(
    `
      import { sql, sqlAsset } from "@heddle/io/duckdb";
      import { memoryStore } from "@heddle/io/memory";
      import { parquet, table, int64 } from "@heddle/io/parquet";
      import { readdirSync } from "node:fs";
      const temporaryDirectory = ${JSON.stringify(directory.path)};
      const schema = table({ n: int64() });
      const make = (rows) => sqlAsset({ key: "a", schema, io: parquet({ schema }), database: { temporaryDirectory },
        sql: () => sql\`select hash(i)::hugeint % 1000000007 as n from range(\${rows}) t(i)\` });
      const context = { deps: {}, partition: undefined, signal: new AbortController().signal, metadata() {} };
      const error = await make(3_000_000).materialize(context).then(() => null, (thrown) => thrown);
      const left = readdirSync(temporaryDirectory, { recursive: true }).filter((name) => name.includes("/"));
      const small = await make(1_000).materialize(context);
      console.log(JSON.stringify({ code: error.code, message: error.message, hint: error.hint, left, small: small.count }));
    `,
    { command: [...NAMESPACE, ...mount] },
  );
  expect(result).toEqual({
    code: "SQL_FAILED",
    message: expect.stringMatching(/asset a: IO Error: .*[Nn]o space left/su) as string,
    hint: expect.stringContaining("Free space") as string,
    left: [],
    small: 1_000,
  });
});

test("what a process that was killed left behind goes when another one begins", async () => {
  const { temporaryDirectory } = limits();
  const child = startModule(`
    import { sql, sqlAsset } from "@heddle/io/duckdb";
    const made = sqlAsset({ key: "a", database: { temporaryDirectory: ${JSON.stringify(temporaryDirectory)} },
      sql: () => sql\`select count(*) as n from range(100000000000) a, range(10) b where a.range % 7 = b.range\` });
    setTimeout(() => process.stdout.write("running"), 500);
    await made.materialize({ deps: {}, signal: new AbortController().signal, metadata() {} });
  `);
  await once(child.process.stdout!, "data");
  const own = `-${child.process.pid}-`;
  const left = async () => (await readdir(temporaryDirectory)).filter((name) => name.includes(own));
  expect(await left()).not.toEqual([]);
  child.process.kill("SIGKILL");
  await expect(child.output).rejects.toThrow(/SIGKILL/u);
  expect(await run(sql`select 1 as n`)).toEqual([{ n: 1 }]);
  expect(await left()).toEqual([]);
});
