import { tableFromArrays, tableFromIPC, Table as ArrowTable, vectorFromArray, Utf8 } from "apache-arrow";
import { ParquetFile, readParquet, readSchema } from "parquet-wasm/node";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { memoryStore } from "./memory.ts";
import {
  date,
  float64,
  int32,
  list,
  parquet,
  PARQUET_COMPRESSIONS,
  parquetTable,
  table,
  utf8,
  type TableSchema,
} from "./parquet.ts";
import { readings, readingRows } from "../test/test-io-managers.ts";

const signal = new AbortController().signal;

function open() {
  const store = memoryStore();
  const context = { assetKey: "a", partitionKey: null, store, signal };
  return {
    target: { ...context, attemptId: "1", fence: 1 },
    context,
    /** The bytes of the one object. */
    file: (): Uint8Array => [...store.objects.values()][0]!,
  };
}

function constantly<T>(value: T): fc.Stream<T> {
  return new fc.Stream(
    (function* () {
      for (;;) yield value;
    })(),
  );
}

describe("a Parquet file", () => {
  test("has the declared columns, for every other program that reads Parquet", async () => {
    const { target, file } = open();
    await parquet({ schema: readings }).write(readingRows(10), target);
    const schema = tableFromIPC(readSchema(file()).intoIPCStream()).schema;
    expect(schema.fields.map(({ name, type, nullable }) => `${name} ${String(type)}${nullable ? "?" : ""}`)).toEqual([
      "day Date32<DAY>",
      "at Timestamp<MILLISECOND, UTC>",
      "station Utf8",
      "note Utf8?",
      "tempMax Float64?",
      "count Int32",
      "total Int64",
      "isDry Bool",
      "extra Utf8?",
      "hourly List<Float64>",
    ]);
  });

  test("has row groups of the declared size", async () => {
    const { target, file } = open();
    await parquet({ schema: readings, rowGroupRows: 400 }).write(readingRows(1_000), target);
    const opened = await ParquetFile.fromFile(new Blob([file().slice()]));
    const groups = opened.metadata().rowGroups();
    expect(groups.map((group) => group.numRows())).toEqual([400, 400, 200]);
  });

  test.each(PARQUET_COMPRESSIONS)("can be compressed: %s", async (compression) => {
    const { target, context, file } = open();
    const io = parquet({ schema: readings, compression });
    const rows = readingRows(500);
    const stored = await io.write(rows, target);
    expect(await io.load({ ...context, stored })).toEqual(rows);
    const opened = await ParquetFile.fromFile(new Blob([file().slice()]));
    const codecs = { none: 0, snappy: 1, gzip: 2, brotli: 3, zstd: 5, lz4: 6 };
    expect(opened.metadata().rowGroup(0).column(0).compression()).toBe(codecs[compression]);
  });

  test("gives any of its columns alone, whatever they are called", async () => {
    // Names that begin with each other, with characters of one to four bytes, as long as no two are the same.
    const name = fc.string({ unit: fc.constantFrom("a", "ß", "東", "\u{1F9F5}", "."), minLength: 1, maxLength: 4 });
    const names = fc.uniqueArray(name, { minLength: 2, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(names, fc.infiniteStream(fc.boolean()), async (all, coin) => {
        const isList = new Map(all.map((each) => [each, coin.next().value]));
        const schema = table(Object.fromEntries(all.map((each) => [each, isList.get(each) ? list(int32()) : int32()])));
        const rows = [7, 8].map((cell) =>
          Object.fromEntries(all.map((each, index) => [each, isList.get(each) ? [cell, index] : cell + index])),
        );
        const { target, context } = open();
        const io = parquet({ schema, rowGroupRows: 1 });
        const stored = await io.write(rows as never, target);
        for (const each of all) {
          const expected = rows.map((row) => ({ [each]: row[each] }));
          expect(await io.load({ ...context, stored, columns: [each] })).toEqual(expected);
        }
      }),
      {
        numRuns: 50,
        examples: [
          [["größe", "größen"], constantly(false)],
          [["é", "x"], constantly(true)],
        ],
      },
    );
  });

  test("records the columns with the materialization", async () => {
    const { target } = open();
    const schema = table({ day: date(), t: float64().nullable() });
    const stored = await parquet({ schema }).write([], target);
    expect(stored).toMatchObject({
      rows: 0,
      columns: [
        { name: "day", type: "Date32<DAY>", nullable: false },
        { name: "t", type: "Float64", nullable: true },
      ],
    });
  });

  test.each([{ rowGroupRows: 0 }, { rowGroupRows: 1.5 }, { compression: "lzma" as never }])(
    "refuses the layout %j",
    (layout) => {
      expect(() => parquet({ schema: readings, ...layout })).toThrow(
        expect.objectContaining({ code: "CONFIG_INVALID" }),
      );
    },
  );
});

describe("a schema that changed since the table was stored", () => {
  const before = table({ a: int32(), b: utf8().nullable() });
  const rows = [
    { a: 1, b: "x" },
    { a: 2, b: null },
  ];

  async function loadWith(schema: TableSchema, columns?: readonly string[]): Promise<unknown> {
    const { target, context } = open();
    const stored = await parquet({ schema: before }).write(rows, target);
    return parquet({ schema }).load({ ...context, stored, ...(columns !== undefined && { columns }) });
  }

  test("reads a new nullable column as null, and leaves out one that is gone", async () => {
    expect(await loadWith(table({ c: float64().nullable(), a: int32() }))).toEqual([
      { c: null, a: 1 },
      { c: null, a: 2 },
    ]);
    expect(await loadWith(table({ c: float64().nullable(), a: int32() }), ["c"])).toEqual([{ c: null }, { c: null }]);
  });

  test.each<[string, TableSchema, string]>([
    [
      "a new column that is not nullable",
      table({ a: int32(), c: utf8() }),
      'column "c": the stored table does not have it',
    ],
    ["another type", table({ a: utf8() }), 'column "a": it is stored as Int32, and the schema declares Utf8'],
    ["nulls that are no longer allowed", table({ b: utf8() }), 'column "b": it holds nulls'],
  ])("refuses %s", async (_name, schema, problem) => {
    await expect(loadWith(schema)).rejects.toThrow(expect.objectContaining({ code: "IO_SCHEMA_MISMATCH" }));
    await expect(loadWith(schema)).rejects.toThrow(problem);
  });
});

describe("parquetTable", () => {
  test("stores what rows stored can be loaded from, and the other way round", async () => {
    const { target, context } = open();
    const schema = table({ a: int32(), s: utf8() });
    const s = vectorFromArray(["x", "y"], new Utf8());
    const made = tableFromArrays({ a: Int32Array.of(1, 2) }).assign(new ArrowTable({ s }));
    const stored = await parquetTable().write(made, target);
    expect(await parquet({ schema }).load({ ...context, stored })).toEqual([
      { a: 1, s: "x" },
      { a: 2, s: "y" },
    ]);
    const rows = await parquet({ schema }).write([{ a: 3, s: "z" }], { ...target, attemptId: "2", fence: 2 });
    expect((await parquetTable().load({ ...context, stored: rows })).toArray().map(String)).toEqual([
      '{"a": 3, "s": "z"}',
    ]);
  });

  test("keeps dictionaries and slices, and every column when none is named", async () => {
    const { target, context } = open();
    const made = tableFromArrays({ name: ["a", "b", "a", "c"], n: Float64Array.of(1, 2, 3, 4) }).slice(1, 3);
    const stored = await parquetTable().write(made, target);
    const loaded = await parquetTable().load({ ...context, stored });
    expect(loaded.toArray().map(String)).toEqual(made.toArray().map(String));
    expect(stored.rows).toBe(2);
  });

  test("refuses rows, and says which I/O manager takes them", async () => {
    const { target } = open();
    await expect(parquetTable().write([{ a: 1 }] as never, target)).rejects.toMatchObject({
      code: "IO_VALUE_NOT_STORABLE",
      message: "asset a: expected a Table of apache-arrow, got an array of 1",
      hint: expect.stringContaining("parquet({ schema })") as string,
    });
  });
});

test("the reader of whole files takes no columns, which is why another one projects", async () => {
  // When this fails, the reader has learnt to project and can be used for both.
  const { target, file } = open();
  await parquet({ schema: table({ a: int32(), b: int32() }) }).write([{ a: 1, b: 2 }], target);
  const read = tableFromIPC(readParquet(file(), { columns: ["a"] }).intoIPCStream());
  expect(read.schema.fields.map(({ name }) => name)).toEqual(["a", "b"]);
});
