import type { StoredValue } from "@heddle/core";
import { describe, expect, expectTypeOf, test } from "vitest";
import { collect } from "../test/collect.ts";
import { json, jsonLines, jsonLinesRows } from "./json.ts";
import { memoryStore } from "./memory.ts";
import { date, float64, int32, int64, list, table, timestamp, utf8 } from "./parquet.ts";

const signal = new AbortController().signal;

function open(given: AbortSignal = signal) {
  const store = memoryStore();
  const context = { assetKey: "a", partitionKey: null, store, signal: given };
  return { store, context, target: { ...context, attemptId: "1", fence: 1 } };
}

const schema = table({ day: date(), station: utf8(), tempMax: float64().nullable(), at: timestamp(), total: int64() });

const row = (index: number) => ({
  day: `2012-01-${String((index % 28) + 1).padStart(2, "0")}`,
  station: index % 2 === 0 ? "SEA" : "PDX",
  tempMax: index % 5 === 0 ? null : index,
  at: new Date(index * 1_000),
  total: BigInt(index) * 2n ** 40n,
});

function* rows(count: number) {
  for (let index = 0; index < count; index += 1) yield row(index);
}

async function* rowsLater(count: number) {
  yield* rows(count);
}

describe("streams", () => {
  test("are stored as they come, and come back as they are read", async () => {
    const { context, target } = open();
    const io = jsonLinesRows({ schema });
    const stored = await io.write(rowsLater(20_000), target);
    expect(stored.rows).toBe(20_000);
    const loaded = await io.load({ ...context, stored });
    expect(await collect(loaded)).toEqual([...rows(20_000)]);
    // They can be read more than once.
    let count = 0;
    for await (const read of loaded) {
      expectTypeOf(read).toEqualTypeOf<ReturnType<typeof row>>();
      if ((count += 1) === 3) break;
    }
    expect(count).toBe(3);
  });

  test("and lists are one format with one data version", async () => {
    const { context, target } = open();
    const asList = await jsonLines({ schema }).write([...rows(10_000)], target);
    const asStream = await jsonLinesRows({ schema }).write(rowsLater(10_000), { ...target, attemptId: "2" });
    expect({ ...asStream, objects: [] }).toEqual({ ...asList, objects: [] });
    expect(asStream.objects[0]?.sha256).toBe(asList.objects[0]?.sha256);
    const plain = await jsonLinesRows().load({ ...context, stored: asList });
    expect((await collect(plain))[1]).toMatchObject({ day: "2012-01-02", total: String(2n ** 40n) });
  });

  test("of no rows are an empty object", async () => {
    const { context, target } = open();
    const stored = await jsonLinesRows({ schema }).write(rowsLater(0), target);
    expect(stored).toMatchObject({ rows: 0, objects: [{ bytes: 0 }] });
    expect(await jsonLines({ schema }).load({ ...context, stored })).toEqual([]);
    expect(await collect(jsonLinesRows({ schema }).empty?.() as AsyncIterable<unknown>)).toEqual([]);
  });

  test("that throw after rows store nothing, and the error comes back as it is", async () => {
    const { store, target } = open();
    const broken = new Error("the source went away");
    async function* failing() {
      yield* rows(9_000);
      throw broken;
    }
    await expect(jsonLinesRows({ schema }).write(failing(), target)).rejects.toBe(broken);
    expect(store.objects.size).toBe(0);
  });

  test("with a row that does not fit store nothing, and the row is named", async () => {
    const { store, target } = open();
    async function* wrong() {
      yield* rows(9_000);
      yield { ...row(9_000), tempMax: "hot" };
    }
    await expect(jsonLinesRows({ schema }).write(wrong() as never, target)).rejects.toThrow(
      'row 9000, column "tempMax"',
    );
    await expect(
      jsonLinesRows().write(
        (async function* () {
          yield* Array.from({ length: 9_000 }, () => 1);
          yield { at: new Date(0) } as never;
        })(),
        target,
      ),
    ).rejects.toThrow("value[9000].at is a Date");
    expect(store.objects.size).toBe(0);
  });

  test.each([
    ["never gives a row", 0],
    ["gives rows and then none", 20_000],
  ])("whose producer %s end when the step is aborted", async (_name, count) => {
    const controller = new AbortController();
    const { store, target } = open(controller.signal);
    async function* hanging() {
      yield* rows(count);
      // The reader has taken all of them by then.
      setImmediate(() => controller.abort(new Error("canceled")));
      await new Promise(() => {});
    }
    await expect(jsonLinesRows({ schema }).write(hanging(), target)).rejects.toThrow("canceled");
    expect(store.objects.size).toBe(0);
  });

  test("of a value that cannot be iterated are refused", async () => {
    const { target } = open();
    for (const value of [42, null, { rows: [] }, () => []]) {
      await expect(jsonLinesRows().write(value as never, target)).rejects.toMatchObject({
        code: "IO_VALUE_NOT_STORABLE",
        message: expect.stringContaining("asset a: expected rows"),
      });
    }
  });

  test("of an object that was damaged name it", async () => {
    const { store, context, target } = open();
    const stored = await jsonLines().write([{ a: 1 }], target);
    const [object] = stored.objects;
    const [key, body] = [...store.objects][0]!;
    await store.delete(key);
    const damaged = await store.put(key, Buffer.from("{]\n"), { signal });
    const broken: StoredValue = { ...stored, objects: [damaged] };
    expect(body).toHaveLength(object!.bytes);
    const reading = jsonLinesRows()
      .load({ ...context, stored: broken })
      .then(collect);
    await expect(reading).rejects.toMatchObject({
      code: "IO_OBJECT_CORRUPT",
      message: expect.stringContaining("asset a: it has the right checksum"),
    });
  });
});

describe("rows that are asked for", () => {
  test("are exactly those that fit, in both forms, also by columns that are not asked for", async () => {
    const { context, target } = open();
    const stored = await jsonLines({ schema }).write([...rows(50)], target);
    const wanted = { ...context, stored, columns: ["total"], where: { station: { eq: "SEA" }, tempMax: { gt: 40 } } };
    const expected = [...rows(50)]
      .filter(({ station, tempMax }) => station === "SEA" && tempMax !== null && tempMax > 40)
      .map(({ total }) => ({ total }));
    expect(expected).toHaveLength(4);
    expect(await jsonLines({ schema }).load(wanted)).toEqual(expected);
    expect(await collect(await jsonLinesRows({ schema }).load(wanted))).toEqual(expected);
    await expect(jsonLines({ schema }).load({ ...wanted, where: { tempMin: { gt: 1 } } })).rejects.toMatchObject({
      code: "IO_COLUMN_UNKNOWN",
    });
  });

  test("without a schema, and of a JSON array", async () => {
    const { context, target } = open();
    const values = [{ a: 1 }, { a: 2, b: "x" }, { b: "y" }];
    const where = { a: { gte: 2 } };
    for (const io of [jsonLines(), json()]) {
      const stored = await io.write(values, { ...target, attemptId: io.name });
      expect(await io.load({ ...context, stored, where })).toEqual([{ a: 2, b: "x" }]);
    }
    const stored = await json().write({ a: 1 }, { ...target, attemptId: "3" });
    await expect(json().load({ ...context, stored, where })).rejects.toThrow("the value is an object");
  });
});

describe("columns", () => {
  test("are recorded with what was found in them", async () => {
    const { target } = open();
    const described = table({ ...schema.columns, tags: list(utf8()).nullable() });
    const stored = await jsonLines({ schema: described }).write(
      [
        { ...row(1), total: 2n ** 60n, tags: ["a"] },
        { ...row(5), station: "Z".repeat(100), tempMax: Number.MIN_VALUE, tags: null },
        { ...row(10), tags: [] },
      ],
      target,
    );
    expect(stored.columns).toEqual([
      { name: "day", type: "Date32<DAY>", nullable: false, nulls: 0, min: "2012-01-02", max: "2012-01-11" },
      { name: "station", type: "Utf8", nullable: false, nulls: 0, min: "PDX", max: "Z".repeat(64) },
      { name: "tempMax", type: "Float64", nullable: true, nulls: 1, min: Number.MIN_VALUE, max: 1 },
      {
        name: "at",
        type: "Timestamp<MILLISECOND, UTC>",
        nullable: false,
        nulls: 0,
        min: "1970-01-01T00:00:01.000Z",
        max: "1970-01-01T00:00:10.000Z",
      },
      { name: "total", type: "Int64", nullable: false, nulls: 0, min: 5 * 2 ** 40, max: String(2n ** 60n) },
      { name: "tags", type: "List<Utf8>", nullable: true, nulls: 1 },
    ]);
  });

  test("may be wider than when they were stored, and not narrower", async () => {
    const { context, target } = open();
    const narrow = table({ a: int32(), b: int32() });
    const wide = table({ a: int64(), b: float64() });
    const stored = await jsonLines({ schema: narrow }).write([{ a: 1, b: 2 }], target);
    expect(await jsonLines({ schema: wide }).load({ ...context, stored })).toEqual([{ a: 1n, b: 2 }]);
    const later = await jsonLines({ schema: wide }).write([{ a: 1n, b: 2 }], { ...target, attemptId: "2" });
    await expect(jsonLines({ schema: narrow }).load({ ...context, stored: later })).rejects.toMatchObject({
      code: "IO_SCHEMA_MISMATCH",
    });
  });

  test("are declared with the drift that they allow", () => {
    expect(jsonLines({ schema: table({ a: utf8() }), drift: "any" }).table).toEqual({
      columns: [{ name: "a", type: "Utf8", nullable: false }],
      drift: "any",
    });
    expect(jsonLinesRows({ schema }).table?.drift).toBe("additive");
    expect(jsonLines().table).toBeUndefined();
  });
});

describe("a preview", () => {
  const preview = async (io: ReturnType<typeof json> | ReturnType<typeof jsonLinesRows>, value: unknown, most = 2) => {
    const { context, target } = open();
    const stored = await io.write(value as never, target);
    return io.preview?.({ ...context, stored }, { rows: most });
  };

  test("of lines has their first rows and their columns", async () => {
    expect(await preview(jsonLinesRows({ schema }) as never, rowsLater(10_000))).toEqual({
      columns: expect.arrayContaining([expect.objectContaining({ name: "day", type: "Date32<DAY>" })]),
      rows: [
        ["2012-01-01", "SEA", null, "1970-01-01T00:00:00.000Z", "0"],
        ["2012-01-02", "PDX", 1, "1970-01-01T00:00:01.000Z", String(2n ** 40n)],
      ],
      totalRows: 10_000,
    });
    expect(await preview(jsonLinesRows(), [{ a: 1 }, "x", { b: [2] }], 5)).toEqual({
      columns: ["a", "value", "b"].map((name) => ({ name, type: "Json", nullable: true })),
      rows: [
        [1, null, null],
        [null, "x", null],
        [null, null, [2]],
      ],
      totalRows: 3,
    });
  });

  test("of JSON is its rows, or the value, or the beginning of a long one", async () => {
    expect(await preview(json(), [{ a: 1 }, { a: 2 }, { a: 3 }])).toMatchObject({ rows: [[1], [2]], totalRows: 3 });
    expect(await preview(json(), { a: 1, b: "x".repeat(2_000) })).toMatchObject({
      rows: [[1, `${"x".repeat(1_000)}…`]],
      totalRows: 1,
    });
    expect(await preview(json(), 7)).toMatchObject({ columns: [{ name: "value" }], rows: [[7]] });
    const long = await preview(json(), ["x".repeat(5_000_000)]);
    expect(long).toMatchObject({ columns: [{ name: "text" }], totalRows: null });
    expect(long?.rows[0]?.[0]).toHaveLength(2_001);
  });
});
