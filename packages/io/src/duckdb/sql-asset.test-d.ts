import {
  asset,
  dailyPartitions,
  dep,
  eager,
  externalAsset,
  monthlyPartitions,
  ownPartitions,
  previousPartition,
  type InferAssetValue,
  type JsonValue,
} from "@heddle/core";
import type { RecordBatch, Table } from "apache-arrow";
import { describe, expectTypeOf, test } from "vitest";
import { bytes } from "../bytes.ts";
import { jsonLines } from "../json.ts";
import {
  date,
  float64,
  int64,
  list,
  parquet,
  parquetBatches,
  parquetTable,
  table,
  timestamp,
  utf8,
} from "../parquet.ts";
import { duckdbTable } from "./duckdb-table.ts";
import { sqlAsset } from "./sql-asset.ts";
import { sql, type SqlFragment } from "./sql-fragment.ts";

const days = dailyPartitions({ start: "2012-01-01" });
const months = monthlyPartitions({ start: "2012-01" });
const weather = table({ day: date(), tempMax: float64().nullable() });
const warmth = table({ station: utf8(), days: int64(), last: timestamp(), parts: list(int64()) });
type Warmth = { station: string; days: bigint; last: Date; parts: readonly bigint[] };

const raw = asset({ key: "raw", partitions: days, io: parquet({ schema: weather }), materialize: () => [] });
const batches = asset({
  key: "batches",
  io: parquetBatches(),
  materialize: async function* (): AsyncGenerator<RecordBatch> {},
});
const rows = asset({ key: "rows", materialize: () => [{ id: 1 }] });
const report = asset({ key: "report", materialize: () => ({ total: 1 }) });
const text = asset({ key: "text", materialize: () => "text" });
const numbers = asset({ key: "numbers", materialize: () => [1, 2] });
const picture = asset({ key: "picture", io: bytes(), materialize: () => new Uint8Array() });
const orders = externalAsset({ key: "orders" });

describe("the dependencies of a SQL asset", () => {
  test("are tables with the columns of their rows", () => {
    sqlAsset({
      key: "summary",
      partitions: months,
      deps: { days: raw, batches, rows, few: dep(raw, { columns: ["day"] }), orders },
      sql: ({ deps, partition }) => {
        expectTypeOf<Parameters<typeof deps.days.column>[0]>().toEqualTypeOf<"day" | "tempMax">();
        expectTypeOf<Parameters<typeof deps.few.column>[0]>().toEqualTypeOf<"day">();
        expectTypeOf<Parameters<typeof deps.rows.column>[0]>().toEqualTypeOf<"id">();
        expectTypeOf<Parameters<typeof deps.batches.column>[0]>().toEqualTypeOf<string>();
        expectTypeOf(partition.window.start).toEqualTypeOf<Date>();
        // @ts-expect-error -- an external asset gives order alone
        void deps.orders;
        // @ts-expect-error -- there is no such column
        deps.days.column("tempMin");
        return sql`select * from ${deps.days}`;
      },
    });
  });

  test("have to be tables", () => {
    const query = (): SqlFragment => sql`select 1`;
    // @ts-expect-error -- an object is no table
    sqlAsset({ key: "a", deps: { report }, sql: query });
    // @ts-expect-error -- text is no table
    sqlAsset({ key: "a", deps: { text }, sql: query });
    // @ts-expect-error -- numbers have no columns
    sqlAsset({ key: "a", deps: { numbers }, sql: query });
    // @ts-expect-error -- bytes are no table
    sqlAsset({ key: "a", deps: { picture }, sql: query });
    // @ts-expect-error -- this is no asset
    sqlAsset({ key: "a", deps: { report: "report" }, sql: query });
    sqlAsset({ key: "a", deps: { orders }, sql: query });
  });

  test("may be earlier partitions of the asset itself, whose rows are stated", () => {
    const before = ownPartitions<Warmth[]>()({ mapping: previousPartition() });
    const other = ownPartitions<{ station: number }[]>()({ mapping: previousPartition() });
    const common = { key: "a", partitions: days, schema: warmth, io: parquet({ schema: warmth }) };
    sqlAsset({ ...common, deps: { before }, sql: ({ deps }) => sql`select ${deps.before.column("station")}` });
    // @ts-expect-error -- the asset does not make such rows
    sqlAsset({ ...common, deps: { other }, sql: () => sql`select 1` });
  });
});

describe("the value of a SQL asset", () => {
  const query = (): SqlFragment => sql`select 1`;

  test("follows from the I/O manager", () => {
    const asRows = sqlAsset({ key: "a", schema: warmth, io: parquet({ schema: warmth }), sql: query });
    expectTypeOf<InferAssetValue<typeof asRows>>().toEqualTypeOf<Warmth[]>();
    const inFile = sqlAsset({ key: "a", schema: warmth, io: duckdbTable({ file: "a", schema: warmth }), sql: query });
    expectTypeOf<InferAssetValue<typeof inFile>>().toEqualTypeOf<Warmth[]>();
    const asTable = sqlAsset({ key: "a", io: parquetTable(), sql: query });
    expectTypeOf<InferAssetValue<typeof asTable>>().toEqualTypeOf<Table>();
    const asBatches = sqlAsset({ key: "a", schema: warmth, io: parquetBatches(), sql: query });
    expectTypeOf<InferAssetValue<typeof asBatches>>().toEqualTypeOf<AsyncIterable<RecordBatch>>();
  });

  test("is rows as JSON without one, typed by the schema", () => {
    const typed = sqlAsset({ key: "a", schema: warmth, sql: query });
    expectTypeOf<InferAssetValue<typeof typed>>().toEqualTypeOf<
      { station: string; days: number; last: string; parts: readonly number[] }[]
    >();
    const untyped = sqlAsset({ key: "a", sql: query });
    expectTypeOf<InferAssetValue<typeof untyped>>().toEqualTypeOf<Readonly<Record<string, JsonValue>>[]>();
    const lines = sqlAsset({ key: "a", io: jsonLines(), sql: query });
    expectTypeOf<InferAssetValue<typeof lines>>().toEqualTypeOf<Readonly<Record<string, JsonValue>>[]>();
  });

  test("has to be what the I/O manager stores", () => {
    // @ts-expect-error -- another schema
    sqlAsset({ key: "a", schema: weather, io: parquet({ schema: warmth }), sql: query });
    // @ts-expect-error -- no schema
    sqlAsset({ key: "a", io: parquet({ schema: warmth }), sql: query });
    // @ts-expect-error -- no table
    sqlAsset({ key: "a", schema: warmth, io: bytes(), sql: query });
  });

  test("is what its checks and its consumers get", () => {
    const summary = sqlAsset({
      key: "a",
      schema: warmth,
      io: parquet({ schema: warmth }),
      sql: query,
      checks: {
        some: {
          check({ value }) {
            expectTypeOf(value).toEqualTypeOf<Warmth[]>();
            return { passed: value.length > 0, metadata: {} } as never;
          },
        },
      },
    });
    asset({
      key: "b",
      deps: { summary },
      materialize({ deps }) {
        expectTypeOf(deps.summary).toEqualTypeOf<Warmth[]>();
        return 1;
      },
    });
  });
});

test("a SQL asset takes what every asset takes", () => {
  sqlAsset({
    key: "a",
    automation: eager(),
    retry: { attempts: 2 },
    tags: { layer: "report" },
    sql: () => sql`select 1`,
  });
});

describe("the tag sql", () => {
  test("takes values that can be parameters, lists of them, and SQL", () => {
    void sql`${1} ${1n} ${"a"} ${true} ${null} ${new Date()} ${["a", "b"]} ${sql`x`}`;
    // @ts-expect-error -- undefined is no value: say null
    void sql`${undefined}`;
    // @ts-expect-error -- an object is none
    void sql`${{ a: 1 }}`;
    // @ts-expect-error -- what looks like SQL is none
    void sql`${{ texts: ["x"], parts: [] }}`;
  });
});
