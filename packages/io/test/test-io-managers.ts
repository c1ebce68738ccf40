import { Table, tableFromArrays, vectorFromArray, Utf8 } from "apache-arrow";
import { arrow, arrowTable } from "../src/arrow.ts";
import { ioManager, type AnyIoManager } from "@heddle/core";
import { bytes, bytesStream, text } from "../src/bytes.ts";
import { csv, csvStream } from "../src/csv.ts";
import { json, jsonLines, jsonLinesRows } from "../src/json.ts";
import { bool, date, float64, int32, int64, json as jsonColumn, list, parquet, parquetTable } from "../src/parquet.ts";
import { table, timestamp, utf8, type InferRow } from "../src/parquet.ts";
import type { TestIoManager } from "../src/conformance/describe-io-manager.ts";

/** A schema with a column of every kind. */
export const readings = table({
  day: date(),
  at: timestamp(),
  station: utf8(),
  note: utf8().nullable(),
  tempMax: float64().nullable(),
  count: int32(),
  total: int64(),
  isDry: bool(),
  extra: jsonColumn().nullable(),
  hourly: list(float64().nullable()),
});

/** A row of {@link readings}. */
export type Reading = InferRow<typeof readings>;

/** The row with this number: with nulls, text of several scripts, empty text and lists, and extreme numbers. */
function reading(index: number): Reading {
  const day = new Date(Date.UTC(1999, 11, 31) + (index % 1000) * 86_400_000);
  return {
    day: day.toISOString().slice(0, 10),
    at: new Date((index % 2 === 0 ? 1 : -1) * (index * 61_001 + 0x1_0000_0000 * (index % 500))),
    station: ["SEA", "Zürich", "東京", "", "\u{1F9F5} loom", "a\0b"][index % 6] ?? "",
    note: index % 3 === 0 ? null : `note ${index}`,
    tempMax: index % 5 === 0 ? null : (index % 400) / 10 - 20,
    count: index % 7 === 0 ? -2_147_483_648 : index,
    total: index % 4 === 0 ? -(2n ** 63n) : BigInt(index) * 10_000_000_000n,
    isDry: index % 2 === 0,
    extra: index % 8 === 0 ? null : { index, tags: ["a", "é"], nested: { "": null } },
    hourly: Array.from({ length: index % 4 }, (_, hour) => (hour === 2 ? null : hour / 3)),
  };
}

/** So many rows of {@link readings}. */
export function readingRows(count: number): Reading[] {
  return Array.from({ length: count }, (_, index) => reading(index));
}

function arrowReadings(count: number): Table {
  const plain = tableFromArrays({
    count: Int32Array.from({ length: count }, (_, index) => index),
    tempMax: Float64Array.from({ length: count }, (_, index) => index / 8),
  });
  const station = vectorFromArray(
    Array.from({ length: count }, (_, index) => (index % 3 === 0 ? null : `Zürich ${index}`)),
    new Utf8(),
  );
  return plain.assign(new Table({ station }));
}

/** Arrow tables are compared by their cells: chunks may differ. */
const arrowCells = (value: unknown): unknown =>
  value instanceof Table
    ? value.schema.fields.map(({ name }) => [name, [...(value.getChild(name) ?? [])] as unknown[]])
    : value;

const MANY = 3_000;
const many = readingRows(MANY);
const rowValues = { empty: [], one: readingRows(1), many, nulls: readingRows(16).filter(({ note }) => note === null) };
const large = () => readingRows(100_000);
const rowProjection = {
  columns: ["tempMax", "day"],
  expected: many.map(({ day, tempMax }) => ({ day, tempMax })),
};
const rowFilter = {
  where: {
    station: { in: ["SEA", "Zürich", ""] },
    tempMax: { gt: -5.5, lte: 15 },
    at: { lt: new Date("1990-01-01") },
    total: { gte: 0n },
    day: { gte: "2000-02-29" },
    note: { isNull: true },
  },
  expected: many.filter(
    ({ station, tempMax, at, total, day, note }) =>
      ["SEA", "Zürich", ""].includes(station) &&
      tempMax !== null &&
      tempMax > -5.5 &&
      tempMax <= 15 &&
      at < new Date("1990-01-01") &&
      total >= 0n &&
      day >= "2000-02-29" &&
      note === null,
  ),
};
const tableValues = { empty: arrowReadings(0), one: arrowReadings(1), many: arrowReadings(MANY) };
const tableProjection = {
  columns: ["station"],
  expected: [["station", [...(tableValues.many.getChild("station") ?? [])] as unknown[]]],
};
const jsonMany = many.map(({ day, tempMax, extra }) => ({ day, tempMax, extra }));

/** The same I/O manager, but all of what it streams at once: the suite compares values. */
function gathered(io: AnyIoManager, gather: (chunks: readonly unknown[]) => unknown): AnyIoManager {
  return ioManager<unknown, unknown>({
    ...io,
    async load(context) {
      const chunks: unknown[] = [];
      for await (const chunk of (await io.load(context)) as AsyncIterable<unknown>) chunks.push(chunk);
      return gather(chunks);
    },
  });
}

const prices = table({ day: date(), price: float64().nullable() });
const priceRows = (count: number) =>
  many.slice(0, count).map(({ day, tempMax }, index) => ({ day, price: index % 9 === 0 ? null : tempMax }));
/** CSV files by what is in them. */
const priceFiles = new Map(
  [0, 1, MANY].map((count) => {
    const lines = priceRows(count).map(({ day, price }) => `${day},"${price ?? 0}",x\n`.replace(',"0",', ",,"));
    return [count, Buffer.from(`day,price,other\n${lines.join("")}`)] as const;
  }),
);
const priceValues = { empty: priceFiles.get(0), one: priceFiles.get(1), many: priceFiles.get(MANY) };
/** What consumers get of a file. */
const priceCells = (value: unknown): unknown => {
  for (const [count, file] of priceFiles) {
    if (file === value) return priceRows(count).map(({ day, price }) => ({ day, price: price === 0 ? null : price }));
  }
  return value;
};
const priceFilter = {
  where: { price: { isNull: true }, day: { in: ["2000-01-08", "2001-01-01"] } },
  expected: (priceCells(priceValues.many) as ReturnType<typeof priceRows>).filter(
    ({ day, price }) => price === null && ["2000-01-08", "2001-01-01"].includes(day),
  ),
};
const priceProjection = { columns: ["day"], expected: many.map(({ day }) => ({ day })) };

/** Every I/O manager that keeps the contract. */
export const TEST_IO_MANAGERS: readonly TestIoManager[] = [
  {
    title: "parquet",
    io: parquet({ schema: readings }),
    values: rowValues,
    large,
    manyRows: MANY,
    projection: rowProjection,
    filter: rowFilter,
  },
  {
    title: "parquet, zstd, small row groups",
    io: parquet({ schema: readings, compression: "zstd", rowGroupRows: 1_000 }),
    values: rowValues,
    manyRows: MANY,
    projection: rowProjection,
    filter: rowFilter,
  },
  {
    title: "parquetTable",
    io: parquetTable(),
    values: tableValues,
    comparable: arrowCells,
    manyRows: MANY,
    projection: tableProjection,
  },
  {
    title: "arrow",
    io: arrow({ schema: readings }),
    values: rowValues,
    large,
    manyRows: MANY,
    projection: rowProjection,
    filter: rowFilter,
  },
  {
    title: "arrowTable",
    io: arrowTable(),
    values: tableValues,
    comparable: arrowCells,
    manyRows: MANY,
    projection: tableProjection,
  },
  {
    title: "jsonLines with a schema",
    io: jsonLines({ schema: readings }),
    values: rowValues,
    large,
    manyRows: MANY,
    projection: rowProjection,
    filter: rowFilter,
  },
  {
    title: "jsonLinesRows with a schema",
    io: gathered(jsonLinesRows({ schema: readings }), (rows) => rows),
    values: rowValues,
    large,
    manyRows: MANY,
    projection: rowProjection,
    filter: rowFilter,
  },
  {
    title: "csv",
    io: csv({ schema: prices }),
    values: priceValues,
    comparable: priceCells,
    manyRows: MANY,
    projection: priceProjection,
    filter: priceFilter,
  },
  {
    title: "csvStream",
    io: gathered(csvStream({ schema: prices }), (rows) => rows),
    values: priceValues,
    comparable: priceCells,
    manyRows: MANY,
    projection: priceProjection,
    filter: priceFilter,
  },
  {
    title: "jsonLines",
    io: jsonLines(),
    values: {
      empty: [],
      one: [{ a: 1 }],
      many: jsonMany,
      mixed: [null, 1, "é\n", [[]], { b: { a: "" } }],
      lists: [[1, 2], [], [[3]], { a: [] }],
    },
    large: () => large().map(({ day, extra }) => ({ day, extra })),
    manyRows: jsonMany.length,
  },
  {
    title: "json",
    io: json(),
    values: {
      empty: null,
      one: { a: 1 },
      many: jsonMany,
      text: "é\n\u{1F9F5}",
      keys: { "": 0, constructor: 1, z: { a: [] } },
    },
  },
  {
    title: "text",
    io: text(),
    values: { empty: "", one: "\uFEFFé", many: "line of text\n".repeat(100_000) },
  },
  {
    title: "bytes",
    io: bytes({ extension: "onnx" }),
    values: { empty: new Uint8Array(), one: Uint8Array.of(0), many: new Uint8Array(3_000_000).fill(7) },
  },
  {
    title: "bytesStream",
    io: gathered(bytesStream(), (chunks) => new Uint8Array(Buffer.concat(chunks as Uint8Array[]))),
    values: { empty: new Uint8Array(), one: Uint8Array.of(0), many: new Uint8Array(3_000_000).fill(7) },
  },
];
