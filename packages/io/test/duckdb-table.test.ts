import type { AnyIoManager, InputContext, OutputContext, RowFilter, StoredValue } from "@heddle/core";
import { DuckDBInstance } from "@duckdb/node-api";
import { once } from "node:events";
import { watch } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { describeIoManager } from "../src/conformance/describe-io-manager.ts";
import { duckdbTable } from "../src/duckdb.ts";
import { memoryStore } from "../src/memory.ts";
import { date, float64, int32, int64, table, utf8 } from "../src/parquet.ts";
import { startModule } from "./child-process.ts";
import { temporaryDirectory } from "./temporary-directory.ts";
import { readings, readingRows } from "./test-io-managers.ts";
import { unaborted } from "./unaborted.ts";

const code = (expected: string) => expect.objectContaining({ code: expected });

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let file: string;
beforeEach(async () => {
  directory = await temporaryDirectory();
  file = join(directory.path, "it's a warehouse.duckdb");
});
afterEach(() => directory[Symbol.asyncDispose]());

const weather = table({ day: date(), station: utf8(), tempMax: float64().nullable() });
const rowsOf = (day: string, temperatures: readonly (number | null)[]) =>
  temperatures.map((tempMax, index) => ({ day, station: `S${index}`, tempMax }));

const target = (over: Partial<OutputContext> = {}): OutputContext => ({
  assetKey: "weather/raw",
  partitionKey: "2012-01-01",
  attemptId: "1-1",
  fence: 1,
  store: memoryStore(),
  ...unaborted,
  ...over,
});

const input = (stored: StoredValue, over: Partial<InputContext> = {}): InputContext => {
  const { assetKey, partitionKey, store, signal } = target();
  return { assetKey, partitionKey, store, signal, stored, ...over };
};

/** Looks into the file as another program would. */
async function look(sql: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(file);
  const connection = await instance.connect();
  try {
    return (await (await connection.run(sql)).getRowsJson()) as unknown[][];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Writes a version as an attempt would, and publishes it. */
async function writeAndPublish(io: AnyIoManager, rows: unknown, over: Partial<OutputContext>): Promise<StoredValue> {
  const stored = await io.write(rows, target(over));
  await io.publish?.(stored, target(over));
  return stored;
}

describe("versions in a table of DuckDB", () => {
  const io = () => duckdbTable({ file, schema: weather });

  test("are seen by other programs when they are published, and not before", async () => {
    const manager = io();
    const first = await manager.write(rowsOf("2012-01-01", [1, null]), target());
    expect(first).toMatchObject({
      io: "duckdb",
      rows: 2,
      location: `${file}#weather_raw`,
      columns: [{ name: "day", min: "2012-01-01" }, { name: "station" }, { name: "tempMax", min: 1, nulls: 1 }],
    });
    expect(await look("select * from weather_raw")).toEqual([]);
    await manager.publish?.(first, target());
    await manager.publish?.(first, target());
    expect(await look("select day, tempMax from weather_raw order by all")).toEqual([
      ["2012-01-01", 1],
      ["2012-01-01", null],
    ]);
    const second = await manager.write(rowsOf("2012-01-01", [5]), target({ attemptId: "2-1", fence: 2 }));
    expect(await look("select tempMax from weather_raw where tempMax is not null")).toEqual([[1]]);
    await manager.publish?.(second, target({ fence: 2 }));
    expect(await look("select tempMax from weather_raw")).toEqual([[5]]);
    // Whoever was given the version before still reads it.
    expect(await manager.load(input(first))).toEqual(rowsOf("2012-01-01", [1, null]));
  });

  test("of an attempt that is too late are not shown", async () => {
    const manager = io();
    const late = await manager.write(rowsOf("2012-01-01", [1]), target({ fence: 1 }));
    await writeAndPublish(manager, rowsOf("2012-01-01", [2]), { attemptId: "2-1", fence: 2 });
    await manager.publish?.(late, target({ fence: 1 }));
    expect(await look("select tempMax from weather_raw")).toEqual([[2]]);
  });

  test("of several partitions are shown together", async () => {
    const manager = io();
    for (const [index, partitionKey] of ["2012-01-01", "2012-01-02", null].entries()) {
      await writeAndPublish(manager, rowsOf("2012-01-01", [index]), { partitionKey, attemptId: `${index}-1` });
    }
    expect(await look("select tempMax from weather_raw order by 1")).toEqual([[0], [1], [2]]);
  });

  test("that nothing refers to are removed, twice if need be; what is shown stays", async () => {
    const manager = io();
    const first = await writeAndPublish(manager, rowsOf("2012-01-01", [1]), {});
    const second = await writeAndPublish(manager, rowsOf("2012-01-01", [2]), { attemptId: "2-1", fence: 2 });
    const removal = { assetKey: "weather/raw", partitionKey: "2012-01-01", store: memoryStore(), ...unaborted };
    await manager.remove(first, removal);
    await manager.remove(first, removal);
    await manager.remove(second, removal);
    expect(await look("select count(*) from heddle.weather_raw__versions")).toEqual([["1"]]);
    await expect(manager.load(input(first))).rejects.toEqual(code("IO_OBJECT_MISSING"));
    expect(await manager.load(input(second))).toEqual(rowsOf("2012-01-01", [2]));
    await rm(file);
    await manager.remove(second, removal);
  });

  test("that the same attempt writes again take the place of what it wrote before", async () => {
    const manager = io();
    await manager.write(rowsOf("2012-01-01", [1]), target());
    const again = await manager.write(rowsOf("2012-01-01", [1]), target());
    expect(await look("select count(*) from heddle.versions")).toEqual([["1"]]);
    expect(await manager.load(input(again))).toEqual(rowsOf("2012-01-01", [1]));
  });

  test("give the columns and rows that are asked for, and a preview", async () => {
    const manager = io();
    const stored = await manager.write(rowsOf("2012-01-01", [1, 2, null, 30]), target());
    const where = { tempMax: { gt: 1 }, day: { eq: "2012-01-01" } };
    expect(await manager.load(input(stored, { columns: ["station"], where }))).toEqual([
      { station: "S1" },
      { station: "S3" },
    ]);
    expect(await manager.preview?.(input(stored), { rows: 1 })).toMatchObject({
      columns: [{ name: "day" }, { name: "station" }, { name: "tempMax", max: 30 }],
      rows: [["2012-01-01", "S0", 1]],
      totalRows: 4,
    });
    await expect(manager.load(input(stored, { columns: ["nothing"] }))).rejects.toEqual(code("IO_COLUMN_UNKNOWN"));
  });

  test("are filtered by what fits their columns, and everything else is named", async () => {
    const manager = io();
    const stored = await manager.write(rowsOf("2012-01-01", [1, 2]), target());
    const load = (where: RowFilter) => manager.load(input(stored, { where }));
    expect(await load({ day: { gte: "2012" }, tempMax: { in: [2n] } })).toHaveLength(1);
    expect(await load({ day: { lt: "2012" } })).toEqual([]);
    for (const [where, message] of [
      [{ tempMax: { gt: "warm" } }, 'column "tempMax" is DOUBLE, which cannot be compared with "warm"'],
      [{ station: { in: ["S1", 5] } }, 'column "station" is VARCHAR, which cannot be compared with 5'],
      [{ day: { eq: 20_000 } }, 'column "day" is DATE, which cannot be compared with 20000'],
    ] as const) {
      await expect(load(where)).rejects.toMatchObject({
        code: "IO_COLUMN_UNKNOWN",
        message: expect.stringContaining(message),
        hint: expect.stringContaining("`where`"),
      });
    }
  });

  test("are refused row by row where they do not fit, and nothing is there then", async () => {
    const rows = [...rowsOf("2012-01-01", [1]), { day: "2012-02-30", station: "S", tempMax: 1 }];
    await expect(io().write(rows, target())).rejects.toEqual(code("IO_VALUE_NOT_STORABLE"));
    await expect(look("select * from heddle.versions")).rejects.toThrow(/does not exist/u);
  });
});

describe("a schema that changes", () => {
  const old = table({ day: date(), rain: int32() });

  test("may get new nullable columns and wider numbers", async () => {
    const before = await writeAndPublish(duckdbTable({ file, schema: old }), [{ day: "2012-01-01", rain: 1 }], {});
    const wider = duckdbTable({ file, schema: table({ day: date(), rain: int64(), snow: utf8().nullable() }) });
    // Before anything was written with it, too.
    expect(await wider.load(input(before))).toEqual([{ day: "2012-01-01", rain: 1n, snow: null }]);
    const over = { partitionKey: "2012-01-02", attemptId: "2-1" };
    await writeAndPublish(wider, [{ day: "2012-01-02", rain: 2n, snow: "much" }], over);
    expect(await wider.load(input(before))).toEqual([{ day: "2012-01-01", rain: 1n, snow: null }]);
    expect(await look("select * from weather_raw order by day")).toEqual([
      ["2012-01-01", "1", null],
      ["2012-01-02", "2", "much"],
    ]);
  });

  test("may lose a column; other programs still see it in older partitions", async () => {
    await writeAndPublish(duckdbTable({ file, schema: old }), [{ day: "2012-01-01", rain: 1 }], {});
    const fewer = duckdbTable({ file, schema: table({ day: date() }), drift: "any" });
    await writeAndPublish(fewer, [{ day: "2012-01-02" }], { partitionKey: "2012-01-02", attemptId: "2-1" });
    expect(await look("select day, rain from weather_raw order by day")).toEqual([
      ["2012-01-01", 1],
      ["2012-01-02", null],
    ]);
  });

  test("may not become another kind", async () => {
    await writeAndPublish(duckdbTable({ file, schema: old }), [{ day: "2012-01-01", rain: 1 }], {});
    const other = duckdbTable({ file, schema: table({ day: date(), rain: utf8() }) });
    await expect(other.write([{ day: "2012-01-02", rain: "much" }], target())).rejects.toEqual(code("IO_SCHEMA_DRIFT"));
  });

  test("is one asset's alone", async () => {
    const io = duckdbTable({ file, schema: old, table: "weather" });
    await io.write([], target());
    await expect(io.write([], target({ assetKey: "other" }))).rejects.toThrow(/belongs to the asset weather\/raw/u);
    const cased = duckdbTable({ file, schema: old, table: "Weather" });
    await expect(cased.write([], target({ assetKey: "other" }))).rejects.toThrow(
      "the table Weather is for DuckDB the same as weather, which belongs to the asset weather/raw",
    );
  });

  test("cannot have names that DuckDB takes for one", async () => {
    expect(() => duckdbTable({ file, schema: table({ rain: int32(), Rain: int32() }) })).toThrow(
      'the columns "rain" and "Rain" differ in upper and lower case alone',
    );
    expect(() => duckdbTable({ file, schema: table({ Heddle_Version: int32() }) })).toThrow(code("IO_SCHEMA_INVALID"));
    await duckdbTable({ file, schema: old }).write([], target());
    const respelled = duckdbTable({ file, schema: table({ day: date(), Rain: int32() }), drift: "any" });
    await expect(respelled.write([], target())).rejects.toThrow('column "Rain" is "rain" in the table weather_raw');
  });
});

describe("a file behind Heddle's back", () => {
  const io = () => duckdbTable({ file, schema: weather });

  test("that is gone is missing, and is not made by a reader", async () => {
    const stored = await writeAndPublish(io(), rowsOf("2012-01-01", [1]), {});
    await rename(file, `${file}.away`);
    await expect(io().load(input(stored))).rejects.toEqual(code("IO_OBJECT_MISSING"));
    await rename(`${file}.away`, file);
    expect(await io().load(input(stored))).toHaveLength(1);
  });

  test("that is something else is corrupt", async () => {
    const stored = await writeAndPublish(io(), rowsOf("2012-01-01", [1]), {});
    await rm(file);
    await writeFile(file, "x".repeat(100_000));
    await expect(io().load(input(stored))).rejects.toEqual(code("IO_OBJECT_CORRUPT"));
    await expect(io().write([], target())).rejects.toEqual(code("IO_OBJECT_CORRUPT"));
  });

  test("whose rows were changed in number is corrupt, whose table is gone is missing", async () => {
    const stored = await writeAndPublish(io(), rowsOf("2012-01-01", [1, 2]), {});
    await look("delete from heddle.weather_raw__versions where tempMax = 1");
    await expect(io().load(input(stored))).rejects.toEqual(code("IO_OBJECT_CORRUPT"));
    await look("delete from heddle.weather_raw__versions");
    await expect(io().load(input(stored))).rejects.toEqual(code("IO_OBJECT_MISSING"));
    await look("drop view weather_raw; drop table heddle.weather_raw__versions");
    await expect(io().load(input(stored))).rejects.toEqual(code("IO_OBJECT_MISSING"));
  });

  test("whose tables were altered by hand says where, and what DuckDB says", async () => {
    await writeAndPublish(io(), rowsOf("2012-01-01", [1]), {});
    await look("alter table heddle.versions drop column attempt");
    const failed = await io()
      .write([], target())
      .catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: "IO_STORE_FAILED", details: { location: file } });
    expect(String(failed)).toMatch(/warehouse.duckdb cannot be used: Binder Error: .*"attempt"/u);
  });

  test("whose directory is not there cannot be written", async () => {
    const lost = duckdbTable({ file: join(directory.path, "no/such/a.duckdb"), schema: weather });
    await expect(lost.write([], target())).rejects.toEqual(code("IO_STORE_FAILED"));
  });
});

/** A process that writes into the file, as the text says. */
const writer = (body: string) =>
  startModule(`
    import { duckdbTable } from "@heddle/io/duckdb";
    import { memoryStore } from "@heddle/io/memory";
    import { table, date, utf8, float64 } from "@heddle/io/parquet";
    const file = ${JSON.stringify(file)};
    const schema = table({ day: date(), station: utf8(), tempMax: float64().nullable() });
    const io = duckdbTable({ file, schema });
    const target = (over) => ({ assetKey: "weather/raw", partitionKey: "p", attemptId: "1", fence: 1, store: memoryStore(),
      signal: new AbortController().signal, ...over });
    ${body}
  `);

describe("two processes", () => {
  test("write into one file, each when the other has closed it", async () => {
    const io = duckdbTable({ file, schema: weather });
    const child = writer(`
      for (let index = 0; index < 15; index += 1) {
        const over = { partitionKey: "theirs " + index, attemptId: "theirs-" + index };
        const stored = await io.write([{ day: "2012-01-02", station: "T", tempMax: index }], target(over));
        await io.publish(stored, target(over));
      }
      console.log(JSON.stringify("done"));
    `);
    await Promise.all(
      Array.from({ length: 15 }, (_, index) =>
        writeAndPublish(io, rowsOf("2012-01-01", [index]), {
          partitionKey: `ours ${index}`,
          attemptId: `ours-${index}`,
        }),
      ),
    );
    await child.output;
    expect(await look("select day, count(*), sum(tempMax) from weather_raw group by day order by day")).toEqual([
      ["2012-01-01", "15", 105],
      ["2012-01-02", "15", 105],
    ]);
  });

  test("do not wait for ever: the error names who has the file", async () => {
    const child = startModule(`
      import { DuckDBInstance } from "@duckdb/node-api";
      const instance = await DuckDBInstance.create(${JSON.stringify(file)});
      process.stdout.write("open");
      setInterval(() => instance, 1000);
    `);
    await once(child.process.stdout!, "data");
    const io = duckdbTable({ file, schema: weather, waitMs: 100 });
    const error: unknown = await io.write([], target()).catch((thrown: unknown) => thrown);
    child.process.kill("SIGKILL");
    await expect(child.output).rejects.toThrow(/SIGKILL/u);
    expect(error).toMatchObject({ code: "IO_FILE_LOCKED", details: { pid: child.process.pid } });
    // The lock has ended with the process.
    expect(await io.write([], target())).toMatchObject({ rows: 0 });
  });

  test.each([
    ["stages its rows", "staging"],
    ["writes into the file", "writing"],
  ])("and one that is killed while it %s leaves the version before, and no lock", async (_name, moment) => {
    const io = duckdbTable({ file, schema: weather });
    const before = await writeAndPublish(io, rowsOf("2012-01-01", [1]), {});
    const child = writer(`
      const rows = Array.from({ length: 300_000 }, (_, index) => ({ day: "2012-01-01", station: "S" + index, tempMax: index }));
      process.stdout.write("staging");
      for (let index = 2; ; index += 1) {
        const over = { partitionKey: "2012-01-01", attemptId: index + "-1", fence: index };
        await io.write(rows, target(over));
      }
    `);
    const changes = watch(directory.path);
    await once(child.process.stdout!, "data");
    if (moment === "writing") await once(changes, "change");
    child.process.kill("SIGKILL");
    changes.close();
    await expect(child.output).rejects.toThrow(/SIGKILL/u);
    expect(await look("select tempMax from weather_raw")).toEqual([[1]]);
    expect(await io.load(input(before))).toEqual(rowsOf("2012-01-01", [1]));
    // A version is there as a whole or not at all.
    expect(
      await look(`select count(*) from heddle.versions v where rows <>
        (select count(*) from heddle.weather_raw__versions r where r.heddle_version = v.version)`),
    ).toEqual([["0"]]);
    expect(
      await look(`select count(*) from heddle.weather_raw__versions
        where heddle_version not in (select version from heddle.versions)`),
    ).toEqual([["0"]]);
    await writeAndPublish(io, rowsOf("2012-01-01", [7]), { attemptId: "9-1", fence: 99 });
    expect(await look("select tempMax from weather_raw")).toEqual([[7]]);
  });
});

test("a step that is canceled does not wait for a file that another process has", async () => {
  const child = startModule(`
    import { DuckDBInstance } from "@duckdb/node-api";
    const instance = await DuckDBInstance.create(${JSON.stringify(file)});
    process.stdout.write("open");
    setInterval(() => instance, 1000);
  `);
  await once(child.process.stdout!, "data");
  const stop = new AbortController();
  const writing = duckdbTable({ file, schema: weather }).write([], target({ signal: stop.signal }));
  setTimeout(() => stop.abort(new Error("canceled by Ana")), 200);
  await expect(writing).rejects.toThrow("canceled by Ana");
  child.process.kill("SIGKILL");
  await expect(child.output).rejects.toThrow(/SIGKILL/u);
});

const many = readingRows(3_000);
const conformance = await temporaryDirectory();
describeIoManager({
  title: "a table of DuckDB",
  io: duckdbTable({ file: join(conformance.path, "conformance.duckdb"), schema: readings }),
  values: { empty: [], one: readingRows(1), many, nulls: readingRows(16).filter(({ note }) => note === null) },
  large: () => readingRows(100_000),
  manyRows: 3_000,
  inObjects: false,
  projection: {
    columns: ["tempMax", "day"],
    expected: many.map(({ day, tempMax }) => ({ day, tempMax })),
  },
});
