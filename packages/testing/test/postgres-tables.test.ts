import { type AnyIoManager, type StoredValue } from "@heddle/core";
import {
  bool,
  date,
  float64,
  int32,
  int64,
  json,
  list,
  postgres,
  postgresRows,
  table,
  timestamp,
  utf8,
} from "@heddle/io/postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createWarehouse, type Warehouse } from "./support/warehouse.ts";
import { errorOf } from "./support/error-of.ts";

let warehouse: Warehouse;
beforeAll(async () => {
  warehouse = await createWarehouse();
});
afterAll(() => warehouse[Symbol.asyncDispose]());

const schema = table({
  day: date(),
  station: utf8(),
  tempMax: float64().nullable(),
  at: timestamp(),
  count: int32(),
  total: int64(),
  isDry: bool(),
  extra: json().nullable(),
  hourly: list(float64().nullable()),
});

const rows = [
  {
    day: "2012-01-31",
    station: "Zürich \u{1F9F5} \\ \t \n\"'",
    tempMax: -0.1,
    at: new Date("1969-12-31T23:59:59.999Z"),
    count: -2_147_483_648,
    total: -(2n ** 63n),
    isDry: true,
    extra: { a: [1, "x", null, { b: false }] },
    hourly: [1.5, null, Number.NaN, -Infinity],
  },
  {
    day: "0000-01-01",
    station: "",
    tempMax: null,
    at: new Date("+100000-01-01T00:00:00.001Z"),
    count: 2_147_483_647,
    total: 2n ** 63n - 1n,
    isDry: false,
    extra: null,
    hourly: [],
  },
];

/** A name that no other test has. */
let key = "";
let number = 0;
beforeEach(() => {
  key = `weather/raw_${(number += 1)}`;
});

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** Stores and publishes rows as one attempt does. */
const materialize = (io: AnyIoManager, value: unknown, options: object = {}): Promise<StoredValue> =>
  warehouse.materialize(io, value, { assetKey: key, ...options });

describe("rows", () => {
  test("come back as they were, as an array and one after the other", async () => {
    const io = postgres({ url: warehouse.url, schema });
    const attempt = warehouse.attempt({ assetKey: key });
    const stored = await io.write(rows, attempt);
    expect(await io.load(warehouse.reader(stored, { assetKey: key }))).toEqual(rows);
    const streaming = postgresRows({ url: warehouse.url, schema });
    expect(await collect(await streaming.load(warehouse.reader(stored, { assetKey: key })))).toEqual(rows);
    expect(stored).toMatchObject({ io: "postgres", objects: [], rows: 2, details: { relation: `"weather"."raw_1"` } });
    expect(stored.columns?.slice(0, 4)).toEqual([
      { name: "day", type: "Date32<DAY>", nullable: false, nulls: 0, min: "0000-01-01", max: "2012-01-31" },
      { name: "station", type: "Utf8", nullable: false, nulls: 0, min: "", max: rows[0]?.station },
      { name: "tempMax", type: "Float64", nullable: true, nulls: 1, min: -0.1, max: -0.1 },
      {
        name: "at",
        type: "Timestamp<MILLISECOND, UTC>",
        nullable: false,
        nulls: 0,
        min: "1969-12-31T23:59:59.999Z",
        max: "+100000-01-01T00:00:00.001Z",
      },
    ]);
    expect(JSON.stringify(stored)).not.toContain(new URL(warehouse.url).password);
  });

  test("are seen by others when they are published, as plain columns", async () => {
    const io = postgres({ url: warehouse.url, schema });
    const attempt = warehouse.attempt({ assetKey: key });
    const stored = await io.write(rows, attempt);
    await expect(warehouse.query(`select * from ${key.replace("/", ".")}`)).rejects.toThrow("does not exist");
    await io.publish?.(stored, attempt);
    const seen = await warehouse.query(
      `select day::text, station, "tempMax", count, total::text, "isDry", extra, hourly::text from ${key.replace("/", ".")} order by count`,
    );
    expect(seen).toEqual([
      {
        day: "2012-01-31",
        station: rows[0]?.station,
        tempMax: -0.1,
        count: -2_147_483_648,
        total: "-9223372036854775808",
        isDry: true,
        extra: rows[0]?.extra,
        hourly: "{1.5,NULL,NaN,-Infinity}",
      },
      {
        day: "0001-01-01 BC",
        station: "",
        tempMax: null,
        count: 2_147_483_647,
        total: "9223372036854775807",
        isDry: false,
        extra: null,
        hourly: "{}",
      },
    ]);
  });
});

describe("rows that cannot be stored", () => {
  const notes = table({ note: utf8().nullable(), notes: list(utf8()), at: timestamp() });
  const good = { note: "a", notes: ["b"], at: new Date(0) };

  test.each([
    ["a NUL", { ...good, note: "a\0b" }, 'row 1, column "note": the text has a NUL character'],
    ["a NUL in a list", { ...good, notes: ["b", "\0"] }, 'row 1, column "notes": the text has a NUL character'],
    [
      "an instant too early",
      { ...good, at: new Date(-8.64e15) },
      'row 1, column "at": the instant lies before 4713 BC',
    ],
    ["another type", { ...good, note: 7 }, 'row 1, column "note": expected text, got 7'],
    ["a missing column", { note: "a", notes: [] }, 'row 1 has no value for the column "at"'],
  ])("are refused with row and column: %s", async (_, bad, message) => {
    const io: AnyIoManager = postgres({ url: warehouse.url, schema: notes });
    const attempt = warehouse.attempt({ assetKey: key });
    const error = await errorOf(io.write([good, bad], attempt));
    expect(error).toMatchObject({ code: "IO_VALUE_NOT_STORABLE", message: expect.stringContaining(message) as string });
    expect(error.message).toMatch(/^asset weather\/raw_/);
    // The connection is as good as before, and the attempt may try again.
    const stored = await io.write([good], attempt);
    expect(await io.load(warehouse.reader(stored, { assetKey: key }))).toEqual([good]);
  });

  test("and what is no table is refused, as is a producer that fails", async () => {
    const io: AnyIoManager = postgres({ url: warehouse.url, schema: notes });
    const attempt = (): ReturnType<Warehouse["attempt"]> => warehouse.attempt({ assetKey: key });
    expect(await errorOf(io.write(7, attempt()))).toMatchObject({ code: "IO_VALUE_NOT_STORABLE" });
    async function* failing() {
      yield good;
      throw new Error("the source is away");
    }
    await expect(io.write(failing(), attempt())).rejects.toThrow("the source is away");
    expect(await warehouse.query(`select * from weather."${key.slice(8)}__versions"`)).toEqual([]);
  });
});

const single = table({ n: int32() });
const simple = (options: object = {}) => postgres({ url: warehouse.url, schema: single, ...options });
const wider = table({ n: int32(), more: int32().nullable() });
const view = (): string => `weather."${key.slice(8)}"`;
const seen = async (): Promise<unknown[]> =>
  (await warehouse.query(`select n from ${view()} order by n`)).map(({ n }) => n);

describe("versions", () => {
  test("stay what they were while later ones come, and readers outside see the published one", async () => {
    const io = simple();
    const first = await materialize(io, [{ n: 1 }]);
    expect(await seen()).toEqual([1]);
    const attempt = warehouse.attempt({ assetKey: key });
    const second = await io.write([{ n: 2 }, { n: 3 }], attempt);
    expect(await seen()).toEqual([1]);
    await io.publish?.(second, attempt);
    expect(await seen()).toEqual([2, 3]);
    expect(await io.load(warehouse.reader(first, { assetKey: key }))).toEqual([{ n: 1 }]);
    expect(second.dataVersion).not.toBe(first.dataVersion);
    const third = await io.write([{ n: 1 }], warehouse.attempt({ assetKey: key }));
    expect(third.dataVersion).toBe(first.dataVersion);
  });

  test("of an earlier attempt are not published over those of a later one, and repeats are harmless", async () => {
    const io = simple();
    const [early, late] = [warehouse.attempt({ assetKey: key }), warehouse.attempt({ assetKey: key })];
    const [old, present] = [await io.write([{ n: 1 }], early), await io.write([{ n: 2 }], late)];
    await io.publish?.(present, late);
    await io.publish?.(old, early);
    await io.publish?.(present, late);
    expect(await seen()).toEqual([2]);
  });

  test("of one attempt are stored once, and another content is refused", async () => {
    const io = simple();
    const attempt = warehouse.attempt({ assetKey: key });
    const stored = await io.write([{ n: 1 }], attempt);
    expect(await io.write([{ n: 1 }], attempt)).toEqual(stored);
    expect(await errorOf(io.write([{ n: 2 }], attempt))).toMatchObject({ code: "IO_OBJECT_EXISTS" });
    expect(await warehouse.query(`select n from weather."${key.slice(8)}__versions"`)).toEqual([{ n: 1 }]);
  });

  test("are removed with their rows, more than once, and what was seen before is seen again", async () => {
    const io = simple();
    const first = await materialize(io, [{ n: 1 }]);
    const second = await materialize(io, [{ n: 2 }]);
    const removal = { ...warehouse.reader(second), assetKey: key };
    // Its attempt published it here and lost its claim before Heddle named it.
    await io.remove(second, removal);
    await io.remove(second, removal);
    expect(await seen()).toEqual([1]);
    expect(await errorOf(io.load(warehouse.reader(second)))).toMatchObject({ code: "IO_OBJECT_MISSING" });
    expect(await errorOf(Promise.resolve(io.publish?.(second, warehouse.attempt({ assetKey: key }))))).toMatchObject({
      code: "IO_OBJECT_MISSING",
    });
    await io.remove(first, removal);
    expect(await seen()).toEqual([]);
    expect(await warehouse.query(`select count(*)::int as rows from weather."${key.slice(8)}__versions"`)).toEqual([
      { rows: 0 },
    ]);
  });

  test("are listed with their attempts, published or not", async () => {
    const io = simple();
    const stored = await materialize(io, [{ n: 1 }], { attemptId: "7-1", partitionKey: "a" });
    const unseen = await io.write(
      [{ n: 2 }],
      warehouse.attempt({ assetKey: key, attemptId: "7-2", partitionKey: "a" }),
    );
    if (io.listStored === undefined) throw new Error("it lists nothing");
    const found = await collect(io.listStored({ assetKey: key, signal: new AbortController().signal }));
    expect(found.map(({ modifiedAt, ...rest }) => [rest, Math.abs(modifiedAt - Date.now()) < 3_600_000])).toEqual([
      [{ assetKey: key, partitionKey: "a", attemptId: "7-1", stored }, true],
      [{ assetKey: key, partitionKey: "a", attemptId: "7-2", stored: unseen }, true],
    ]);
  });

  test("of partitions lie side by side; a view may tell them apart", async () => {
    const io = simple({ partitionColumn: "region" });
    for (const partitionKey of ["eu", "us", "eu"])
      await materialize(io, [{ n: partitionKey.length }], { partitionKey });
    const attempt = warehouse.attempt({ assetKey: key, partitionKey: "us" });
    await io.publish?.(await io.write([{ n: 9 }], attempt), attempt);
    expect(await warehouse.query(`select region, n from ${view()} order by region`)).toEqual([
      { region: "eu", n: 2 },
      { region: "us", n: 9 },
    ]);
    // A process that comes later, with columns added and without the partition's.
    const later: AnyIoManager = simple({ retryMs: 29_000, partitionColumn: "region", schema: wider });
    await materialize(later, [{ n: 3, more: 1 }], { partitionKey: "asia" });
    expect(await warehouse.query(`select * from ${view()} order by region`)).toEqual([
      { region: "asia", n: 3, more: 1 },
      { region: "eu", n: 2, more: null },
      { region: "us", n: 9, more: null },
    ]);
    // An asset that loses its partitions shows no partition any more.
    await materialize(simple({ retryMs: 28_000, schema: wider }) as AnyIoManager, [{ n: 5, more: 2 }]);
    expect(await warehouse.query(`select * from ${view()}`)).toEqual([{ n: 5, more: 2 }]);
  });

  test("of another database, or of a table that was dropped, are missing", async () => {
    const io = simple();
    const stored = await materialize(io, [{ n: 1 }]);
    const other = { ...stored, details: { ...stored.details, token: "00000000-0000-0000-0000-000000000000" } };
    expect(await errorOf(io.load(warehouse.reader(other)))).toMatchObject({ code: "IO_OBJECT_MISSING" });
    await warehouse.query(`delete from weather."${key.slice(8)}__versions"`);
    expect(await errorOf(io.load(warehouse.reader(stored)))).toMatchObject({
      code: "IO_OBJECT_CORRUPT",
      message: expect.stringContaining("has 0 rows, it should have 1") as string,
    });
    await warehouse.query(`drop table weather."${key.slice(8)}__versions" cascade`);
    expect(await errorOf(io.load(warehouse.reader(stored)))).toMatchObject({ code: "IO_OBJECT_MISSING" });
    // What was dropped is made anew.
    await materialize(io, [{ n: 2 }]);
    expect(await seen()).toEqual([2]);
    await io.remove(stored, warehouse.reader(stored));
  });

  test("of a dropped view are seen again with the next publication", async () => {
    await materialize(simple(), [{ n: 1 }]);
    await warehouse.query(`drop view ${view()}`);
    await materialize(simple(), [{ n: 2 }]);
    expect(await seen()).toEqual([2]);
  });

  test("preview their first rows as JSON", async () => {
    const io = postgres({ url: warehouse.url, schema });
    const stored = await io.write([...rows, ...rows], warehouse.attempt({ assetKey: key }));
    const preview = await io.preview?.(warehouse.reader(stored), { rows: 1 });
    expect(preview?.totalRows).toBe(4);
    expect(preview?.columns).toEqual(stored.columns);
    expect(preview?.rows).toEqual([
      [
        "2012-01-31",
        rows[0]?.station,
        -0.1,
        "1969-12-31T23:59:59.999Z",
        -2_147_483_648,
        "-9223372036854775808",
        true,
        rows[0]?.extra,
        [1.5, null, "NaN", "-Infinity"],
      ],
    ]);
  });
});

describe("tables", () => {
  test("that Heddle did not make, or made for another asset, are left alone", async () => {
    await warehouse.query("create schema if not exists weather; create table weather.mine (n int)");
    expect(await errorOf(materialize(simple({ table: "mine" }), [{ n: 1 }]))).toMatchObject({
      code: "IO_OBJECT_EXISTS",
      message: expect.stringContaining('there is a table or view "weather"."mine" already') as string,
    });
    const shared = simple({ pgSchema: "weather", table: "shared" });
    await materialize(shared, [{ n: 1 }]);
    expect(await errorOf(materialize(shared, [{ n: 1 }], { assetKey: "other/asset" }))).toMatchObject({
      code: "IO_OBJECT_EXISTS",
      message: expect.stringContaining(`"weather"."shared" holds the asset ${key}`) as string,
    });
  });

  test("have odd names quoted, and columns of any name", async () => {
    const odd = table({ 'we"ird; drop table x --': int32(), ctid: utf8(), Über: bool(), ["long".repeat(40)]: int32() });
    const io: AnyIoManager = postgres({ url: warehouse.url, schema: odd, pgSchema: 'S"1', table: "Größe 1" });
    const value = { 'we"ird; drop table x --': 1, ctid: "c", Über: true, ["long".repeat(40)]: 2 };
    const stored = await materialize(io, [value]);
    expect(await io.load(warehouse.reader(stored))).toEqual([value]);
    const [row] = await warehouse.query('select * from "S""1"."Größe 1"');
    expect(Object.values(row ?? {})).toEqual([1, "c", true, 2]);
  });

  test("get the indexes that are asked for", async () => {
    const io = postgres({ url: warehouse.url, schema, indexes: [["station", "day"]] });
    await materialize(io, rows);
    const indexes = await warehouse.query(
      `select indexdef from pg_indexes where schemaname = 'weather' and tablename = '${key.slice(8)}__versions'`,
    );
    expect(indexes.map(({ indexdef }) => indexdef)).toEqual([
      expect.stringContaining("USING brin (heddle_version int8_minmax_multi_ops, heddle_row)") as string,
      expect.stringContaining("USING btree (station, day, heddle_version)") as string,
    ]);
  });
});
