import type { AnyIoManager } from "@heddle/core";
import {
  Field,
  FixedSizeList,
  Float64,
  Int32,
  makeVector,
  type RecordBatch,
  Schema,
  Table,
  tableFromArrays,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arrow, arrowBatches, arrowTable } from "./arrow.ts";
import { filesystemStore } from "./filesystem.ts";
import { memoryStore } from "./memory.ts";
import { bool, date, float64, int32, int64, list, parquet, parquetBatches, parquetTable } from "./parquet.ts";
import { table, timestamp, utf8, type TableSchema } from "./parquet.ts";
import { rowMatches } from "./row-matches.ts";
import { formatDay } from "./table/calendar-day.ts";
import { collect } from "../test/collect.ts";
import { TABLES, withZeros } from "../test/table-arbitrary.ts";
import { temporaryDirectory } from "../test/temporary-directory.ts";
import { filtered } from "../test/filter-arbitrary.ts";
import { input, signal, where, write } from "../test/written-table.ts";

/** The I/O managers of one format; row groups of Parquet are so short that tables have several. */
const FORMATS = [
  {
    name: "parquet",
    rows: (schema: TableSchema): AnyIoManager => parquet({ schema, rowGroupRows: 7 }),
    tables: (): AnyIoManager => parquetTable({ rowGroupRows: 5 }),
    batches: (schema?: TableSchema): AnyIoManager =>
      schema === undefined ? parquetBatches({ rowGroupRows: 5 }) : parquetBatches({ schema, rowGroupRows: 5 }),
  },
  {
    name: "arrow",
    rows: (schema: TableSchema): AnyIoManager => arrow({ schema }),
    tables: (): AnyIoManager => arrowTable(),
    batches: (schema?: TableSchema): AnyIoManager => (schema === undefined ? arrowBatches() : arrowBatches({ schema })),
  },
];

async function* inArrays(rows: readonly unknown[]): AsyncGenerator<unknown> {
  for (let from = 0; from < rows.length; from += 3) yield rows.slice(from, from + 3);
}

describe.each(FORMATS)("$name", ({ rows: rowsIo, tables, batches }) => {
  test("keeps every table through every kind of value, and from each to each", async () => {
    const property = fc.asyncProperty(TABLES, async ({ schema, rows }) => {
      const store = memoryStore();
      const io = rowsIo(schema);
      const asRows = await write(io, rows, store);
      expect((await write(io, inArrays(rows), store)).dataVersion).toBe(asRows.dataVersion);
      const asTable = (await tables().load(input(asRows, store))) as Table;
      const yielded = (await batches().load(input(asRows, store))) as AsyncIterable<RecordBatch>;
      const written = [
        await write(tables(), asTable, store),
        await write(batches(schema), yielded, store),
        await write(batches(schema), inArrays(rows), store),
      ];
      for (const stored of [asRows, ...written]) {
        expect(stored.rows).toBe(rows.length);
        expect(withZeros(await io.load(input(stored, store)))).toEqual(withZeros(rows));
      }
    });
    await expect(fc.assert(property, { numRuns: 60 })).resolves.toBeUndefined();
  });

  test("gives exactly the rows that fit a filter, in every kind of value", async () => {
    const property = fc.asyncProperty(filtered(), async ({ schema, rows, filter, columns }) => {
      const store = memoryStore();
      const stored = await write(rowsIo(schema), rows, store);
      const wish = { where: filter, columns };
      const expected = rows.filter(rowMatches(filter)).map((row) => pick(row, columns));
      expect(withZeros(await rowsIo(schema).load(input(stored, store, wish)))).toEqual(withZeros(expected));
      const asTable = (await tables().load(input(stored, store, wish))) as Table;
      expect(asTable.numRows).toBe(expected.length);
      expect(new Set(asTable.schema.names)).toEqual(new Set(columns));
      const again = await write(tables(), asTable, store);
      const reread = rowsIo(table(Object.fromEntries(columns.map((name) => [name, schema.columns[name]!]))));
      expect(withZeros(await reread.load(input(again, store)))).toEqual(withZeros(expected));
      const yielded = (await batches().load(input(stored, store, wish))) as AsyncIterable<RecordBatch>;
      expect((await collect(yielded)).reduce((sum, { numRows }) => sum + numRows, 0)).toBe(expected.length);
    });
    await expect(fc.assert(property, { numRuns: 150 })).resolves.toBeUndefined();
  });

  test("gives lists of one length as they were, of the rows that fit", async () => {
    const store = memoryStore();
    const vectors = Array.from({ length: 12 }, (_, row) => (row === 4 ? null : [row, row / 8]));
    const type = new FixedSizeList(2, new Field("item", new Float64(), true));
    const embeddings = new Table({
      id: vectorFromArray([...vectors.keys()], new Int32()),
      vector: vectorFromArray(vectors, type),
    });
    const stored = await write(tables(), embeddings, store);
    const found = (await tables().load(input(stored, store, { where: { id: { in: [1, 4, 11] } } }))) as Table;
    const cells = [...(found.getChild("vector") ?? [])].map((cell) => (cell === null ? null : [...cell]));
    expect(cells).toEqual([vectors[1], null, vectors[11]]);
  });

  test("records the least and greatest cells and the nulls of each column", async () => {
    const property = fc.asyncProperty(TABLES, async ({ schema, rows }) => {
      const { columns } = await write(rowsIo(schema), rows, memoryStore());
      for (const { name, nulls, min, max } of columns ?? []) {
        const cells = rows.map((row) => row[name]);
        const { kind } = schema.columns[name]!.type;
        // In a column of JSON that is not nullable, null is a value.
        const isCounted = kind !== "json" || schema.columns[name]!.isNullable;
        expect(nulls).toBe(isCounted ? cells.filter((cell) => cell === null).length : 0);
        expect([min, max]).toEqual(kind === "json" || kind === "list" ? [undefined, undefined] : extremes(cells, kind));
      }
    });
    await expect(fc.assert(property, { numRuns: 150 })).resolves.toBeUndefined();
  });

  test("leaves nothing behind of what throws while it is stored", async () => {
    await using directory = await temporaryDirectory();
    const failure = new Error("the source went away");
    const schema = table({ a: float64() });
    async function* failing(parts: number): AsyncGenerator<unknown> {
      for (let at = 0; at < parts; at += 1) yield Array.from({ length: 50 }, () => ({ a: Math.random() }));
      throw failure;
    }
    // Of row groups of 5 rows, 200 are enough; the default ones begin to be streamed after the second.
    const writers = [
      { io: rowsIo(schema), parts: 20 },
      { io: batches(schema), parts: 20 },
      { io: parquet({ schema }), parts: 8_000 },
      { io: arrowBatches({ schema }), parts: 8_000 },
    ];
    for (const store of [filesystemStore({ directory: directory.path }), memoryStore()]) {
      for (const { io, parts } of writers) {
        await expect(write(io, failing(parts), store)).rejects.toBe(failure);
        expect(await collect(store.list(""))).toEqual([]);
        expect(await store.removeAbandoned({ olderThanMs: -60_000, signal })).toBe(0);
      }
    }
  });

  test("does not wait for a producer that does not answer, once the step is canceled", async () => {
    const reason = new Error("canceled");
    const schema = table({ a: float64() });
    for (const rows of [0, 1]) {
      const controller = new AbortController();
      async function* hanging(): AsyncGenerator<unknown> {
        if (rows > 0) yield { a: 1 };
        controller.abort(reason);
        await new Promise(() => {});
      }
      const store = memoryStore();
      for (const io of [rowsIo(schema), batches(schema)]) {
        const context = { ...where, store, attemptId: "1", fence: 1, signal: controller.signal };
        await expect(io.write(hanging(), context)).rejects.toBe(reason);
      }
      expect(store.objects.size).toBe(0);
    }
  });

  test.each([
    ["no table", 12, "expected a table or something that yields record batches, got 12"],
    ["nothing", undefined, "got undefined"],
    ["an object", { a: 1 }, 'got an object with "a"'],
    ["no batches", [1, 2], "expected tables or record batches of apache-arrow, got 1"],
    ["none at all", [], "it yields no record batch, and no schema says which columns it would have"],
    ["rows without a schema", [{ a: 1 }], "expected tables or record batches of apache-arrow"],
    [
      "batches of other columns",
      [tableFromArrays({ a: [1] }), tableFromArrays({ b: [1] })],
      'column "a" is not there, and should be Float64',
    ],
    [
      "batches of another type",
      [tableFromArrays({ a: [1] }), tableFromArrays({ a: Int32Array.of(1) })],
      'column "a" is Int32, and should be Float64',
    ],
    [
      "a column more",
      [tableFromArrays({ a: [1] }), tableFromArrays({ a: [1], b: [1] })],
      'column "b" (Float64) is not declared',
    ],
  ])("refuses %s as record batches", async (_name, value, problem) => {
    const store = memoryStore();
    const writing = write(batches(), value, store);
    await expect(writing).rejects.toMatchObject({ code: "IO_VALUE_NOT_STORABLE" });
    await expect(writing).rejects.toThrow(problem);
    expect(store.objects.size).toBe(0);
  });

  test("takes columns in another order, and empty partitions", async () => {
    const store = memoryStore();
    const parts = [tableFromArrays({ a: [1], b: [2] }), tableFromArrays({ b: [4], a: [3] })];
    const stored = await write(batches(), parts, store);
    const loaded = (await tables().load(input(stored, store))) as Table;
    expect(loaded.toArray().map((row) => ({ ...row }))).toEqual([
      { a: 1, b: 2 },
      { a: 3, b: 4 },
    ]);
    const schema = table({ a: int32() });
    for (const empty of [[], (function* () {})()]) {
      const none = await write(batches(schema), empty, store);
      expect(none).toMatchObject({ rows: 0, columns: [{ name: "a", type: "Int32", nullable: false, nulls: 0 }] });
      expect(await collect((await batches().load(input(none, store))) as AsyncIterable<RecordBatch>)).toEqual([]);
      expect(((await tables().load(input(none, store))) as Table).schema.names).toEqual(["a"]);
      expect(await rowsIo(schema).load(input(none, store))).toEqual([]);
    }
  });

  test("shows the first rows", async () => {
    const store = memoryStore();
    const schema = table({
      day: date(),
      at: timestamp(),
      total: int64(),
      hours: list(float64().nullable()),
      f: bool(),
    });
    const rows = Array.from({ length: 20 }, (_, index) => ({
      day: formatDay(index),
      at: new Date(index * 1000),
      total: BigInt(index) * 10n ** 17n,
      hours: [index, null, 0.5],
      f: index % 2 === 0,
    }));
    const stored = await write(rowsIo(schema), rows, store);
    const preview = await rowsIo(schema).preview?.(input(stored, store), { rows: 2 });
    expect(preview).toEqual({
      columns: stored.columns,
      rows: [
        ["1970-01-01", "1970-01-01T00:00:00.000Z", "0", [0, null, 0.5], true],
        ["1970-01-02", "1970-01-01T00:00:01.000Z", "100000000000000000", [1, null, 0.5], false],
      ],
      totalRows: 20,
    });
    const some = await rowsIo(schema).preview?.(input(stored, store, { columns: ["f"] }), { rows: 100 });
    expect(some?.rows).toHaveLength(20);
    expect(some?.columns.map(({ name }) => name)).toEqual(["f"]);
  });
});

function pick(row: Record<string, unknown>, columns: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([name]) => columns.includes(name)));
}

/** What should be recorded, found the slow way. */
function extremes(cells: readonly unknown[], kind: string): unknown[] {
  const ordered = cells.filter((cell) => cell !== null && !Number.isNaN(cell));
  if (ordered.length === 0) return [undefined, undefined];
  const compare = (a: unknown, b: unknown): number =>
    kind === "utf8"
      ? Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)))
      : Number((a as number) > (b as number)) - Number((a as number) < (b as number));
  const sorted = ordered.toSorted(compare);
  return [sorted[0], sorted.at(-1)].map((cell) => {
    if (cell instanceof Date) return cell.toISOString();
    if (typeof cell === "bigint") return Number.isSafeInteger(Number(cell)) ? Number(cell) : String(cell);
    if (typeof cell === "number") return Number.isFinite(cell) ? cell : String(cell);
    return cell;
  });
}

test("Arrow says which column has a dictionary of its own in each batch, and what to do", async () => {
  const batches = ["a", "b"].map((word) => tableFromArrays({ word: [word] }));
  await expect(write(arrowBatches(), batches, memoryStore())).rejects.toThrow(
    expect.objectContaining({
      code: "IO_VALUE_NOT_STORABLE",
      hint: expect.stringMatching(/Column "word" has a dictionary.*Utf8/) as string,
    }),
  );
});

describe("an object that holds something else, with the right checksum", () => {
  test.each<[string, AnyIoManager]>([
    ["parquet", parquetTable()],
    ["parquet, projected", parquetTable()],
    ["arrow", arrowTable()],
    ["parquet", parquetBatches()],
    ["arrow", arrowBatches()],
  ])("is an error that names the asset: %s", async (name, io) => {
    const store = memoryStore();
    const object = await store.put("x", Buffer.from("this is no table, and long enough for a footer"), { signal });
    const stored = { io: io.name, objects: [object], dataVersion: object.sha256 };
    const wish = name.includes("projected") ? { columns: ["a"] } : {};
    const loading = io
      .load(input(stored, store, wish))
      .then((value) =>
        typeof value === "object" && value !== null && Symbol.asyncIterator in value
          ? collect(value as AsyncIterable<unknown>)
          : value,
      );
    await expect(loading).rejects.toThrow(/weather\/raw, partition 2012-01-01: it has the right checksum/);
  });
});

describe("a declared schema", () => {
  const declared = new Schema([new Field("a", new Float64(), false), new Field("s", new Utf8(), true)]);
  const ours = table({ a: float64(), s: utf8().nullable() });
  const texts = (values: (string | null)[]) => ({ s: vectorFromArray(values, new Utf8()) });

  test.each([
    ["of Arrow", declared],
    ["of this package", ours],
  ])("%s refuses tables that do not fit it, and says where", async (_name, schema) => {
    const store = memoryStore();
    const io = parquetTable({ schema });
    expect(io.table).toEqual({
      columns: [
        { name: "a", type: "Float64", nullable: false },
        { name: "s", type: "Utf8", nullable: true },
      ],
      drift: "additive",
    });
    const fitting = new Table({ a: makeVector(Float64Array.of(1, 2)), ...texts(["x", null]) });
    const stored = await write(io, fitting, store);
    expect(stored.columns?.map(({ nullable, nulls }) => [nullable, nulls])).toEqual([
      [false, 0],
      [true, 1],
    ]);
    for (const [value, problem] of [
      [new Table({ a: makeVector(Float64Array.of(1)) }), 'column "s" is not there, and should be Utf8'],
      [new Table({ a: makeVector(Int32Array.of(1)), ...texts(["x"]) }), 'column "a" is Int32, and should be Float64'],
      [tableFromArrays({ a: [1, null] }).assign(new Table(texts(["x", "y"]))), 'row 1, column "a": null'],
    ] as const) {
      await expect(write(io, value, store)).rejects.toThrow(problem);
    }
  });

  test.each(["wide", null, 1])("has no drift %j", (drift) => {
    expect(() => parquet({ schema: ours, drift: drift as never })).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID" }),
    );
  });
});
