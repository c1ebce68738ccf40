import { describe, expectTypeOf, test } from "vitest";
import { asset } from "./asset.ts";
import type { PartitionedInput } from "./asset-context.ts";
import { dep } from "./dep.ts";
import {
  allPartitions,
  identityMapping,
  lastPartition,
  specificPartitions,
  staticMapping,
} from "./partitions/partition-mapping.ts";
import {
  type Row,
  rowIo,
  tableIo,
  streamIo,
  batchIo,
  type ArrowLike,
  arrowIo,
  rows,
  days,
  months,
  raw,
  byRegion,
  total,
  customers,
} from "../test/typed-assets.ts";

describe("context.deps", () => {
  test("one value or many partitions, as the partitions of the two say", () => {
    asset({
      key: "x",
      partitions: months,
      deps: { raw, total },
      materialize({ deps }) {
        expectTypeOf(deps.raw).toEqualTypeOf<PartitionedInput<Row[], string>>();
        expectTypeOf(deps.total).toEqualTypeOf<number>();
      },
    });
    asset({
      key: "x",
      partitions: days,
      deps: { raw },
      async materialize({ deps }) {
        expectTypeOf(deps.raw).toEqualTypeOf<Row[]>();
      },
    });
    asset({
      key: "x",
      deps: { byRegion },
      async materialize({ deps }) {
        expectTypeOf(deps.byRegion.keys).toEqualTypeOf<readonly ("eu" | "us")[]>();
        expectTypeOf(await deps.byRegion.get("eu")).toEqualTypeOf<{ region: "eu" | "us" }>();
        // @ts-expect-error "asia" is not a partition of the upstream
        await deps.byRegion.get("asia");
        for await (const [key, value] of deps.byRegion) {
          expectTypeOf(key).toEqualTypeOf<"eu" | "us">();
          expectTypeOf(value.region).toEqualTypeOf<"eu" | "us">();
        }
      },
    });
  });

  test("a declared mapping decides before a derived one", () => {
    asset({
      key: "x",
      partitions: months,
      deps: {
        last: dep(raw, { mapping: lastPartition() }),
        all: dep(raw, { mapping: allPartitions() }),
        same: dep(raw, { mapping: identityMapping() }),
        derived: dep(raw),
      },
      materialize({ deps }) {
        expectTypeOf(deps.last).toEqualTypeOf<Row[]>();
        expectTypeOf(deps.all).toEqualTypeOf<PartitionedInput<Row[], string>>();
        expectTypeOf(deps.same).toEqualTypeOf<Row[]>();
        expectTypeOf(deps.derived).toEqualTypeOf<PartitionedInput<Row[], string>>();
      },
    });
  });

  test("a mapping names partitions of the upstream only", () => {
    dep(byRegion, { mapping: specificPartitions(["eu"]) });
    dep(raw, { mapping: specificPartitions(["2024-01-01"]) });
    dep(byRegion, { mapping: staticMapping({ europe: ["eu"], all: ["eu", "us"] }) });
    // @ts-expect-error "asia" is none of "eu" and "us"
    dep(byRegion, { mapping: specificPartitions(["eu", "asia"]) });
    // @ts-expect-error "asia" is none of "eu" and "us"
    dep(byRegion, { mapping: staticMapping({ asia: ["asia"] }) });
    // @ts-expect-error an asset without partitions has none to name
    dep(total, { mapping: specificPartitions(["eu"]) });
  });

  test("columns narrow the rows, and are columns of them", () => {
    asset({
      key: "x",
      partitions: days,
      deps: { raw: dep(raw, { columns: ["day", "note"] }) },
      materialize({ deps }) {
        expectTypeOf(deps.raw).toEqualTypeOf<Pick<Row, "day" | "note">[]>();
      },
    });
    // @ts-expect-error the upstream's rows have no column "dya"
    dep(raw, { columns: ["dya"] });
  });

  test("rows are asked for by their columns, with cells of the column's type", () => {
    asset({
      key: "x",
      partitions: days,
      deps: {
        raw: dep(raw, { columns: ["day"], where: { tempMax: { gte: 30, isNull: false }, note: { in: ["a"] } } }),
      },
      materialize({ deps }) {
        expectTypeOf(deps.raw).toEqualTypeOf<Pick<Row, "day">[]>();
      },
    });
    // @ts-expect-error the upstream's rows have no column "tempMin"
    dep(raw, { where: { tempMin: { gte: 30 } } });
    // @ts-expect-error tempMax is a number
    dep(raw, { where: { tempMax: { gte: "30" } } });
    // @ts-expect-error there is no such comparison
    dep(raw, { where: { tempMax: { above: 30 } } });
    const mixed = asset({ key: "m", materialize: () => [{ kind: "a" as "a" | "b", tags: ["x"], big: true }] });
    dep(mixed, { where: { kind: { in: ["a", "b"] }, tags: { isNull: true }, big: { eq: false } } });
    // @ts-expect-error "c" is no kind
    dep(mixed, { where: { kind: { eq: "c" } } });
    // @ts-expect-error a list cannot be compared
    dep(mixed, { where: { tags: { eq: "x" } } });
    // Of a value whose rows the compiler does not know, the I/O manager knows them.
    const table = asset({ key: "t", io: tableIo, materialize: () => rows });
    dep(table, { where: { day: { gte: new Date() } }, columns: ["day"] });
  });

  test("another I/O manager of the same format gives another value", () => {
    asset({
      key: "x",
      partitions: days,
      deps: {
        stream: dep(raw, { io: streamIo }),
        some: dep(raw, { io: streamIo, columns: ["day"], where: { tempMax: { gt: 3 } } }),
        batches: dep(raw, { io: batchIo, columns: ["day"], where: { tempMax: { gt: 3 } } }),
        same: dep(raw, { io: rowIo }),
        many: dep(raw, { io: streamIo, mapping: allPartitions() }),
      },
      materialize({ deps }) {
        expectTypeOf(deps.stream).toEqualTypeOf<AsyncIterable<Row>>();
        expectTypeOf(deps.some).toEqualTypeOf<AsyncIterable<Pick<Row, "day">>>();
        expectTypeOf(deps.batches).toEqualTypeOf<AsyncIterable<{ readonly numRows: number }>>();
        expectTypeOf(deps.same).toEqualTypeOf<Row[]>();
        expectTypeOf(deps.many).toEqualTypeOf<PartitionedInput<AsyncIterable<Row>, string>>();
      },
    });
    // @ts-expect-error the upstream's rows have no column "dya", whatever loads them
    dep(raw, { io: batchIo, columns: ["dya"] });
    // @ts-expect-error a name is no I/O manager
    dep(raw, { io: "parquet" });
    const perhaps = asset({ key: "p", io: rowIo, materialize: () => (rows.length > 0 ? rows : undefined) });
    asset({
      key: "x",
      deps: { perhaps: dep(perhaps, { io: streamIo }) },
      materialize({ deps }) {
        expectTypeOf(deps.perhaps).toEqualTypeOf<AsyncIterable<Row> | undefined>();
      },
    });
  });

  test("many partitions are loaded with look-ahead, and joined where they can be", () => {
    const table = asset({ key: "t", partitions: days, io: arrowIo, materialize: () => rows });
    const perhaps = asset({ key: "p", partitions: days, io: rowIo, materialize: () => (rows[0] ? rows : undefined) });
    const number = asset({ key: "n", partitions: days, materialize: () => 1 });
    asset({
      key: "x",
      partitions: months,
      deps: { raw, perhaps, table, number, stream: dep(raw, { io: streamIo }) },
      async materialize({ deps }) {
        expectTypeOf(deps.raw.load({ concurrency: 8 })).toEqualTypeOf<AsyncIterable<[key: string, value: Row[]]>>();
        expectTypeOf(await deps.raw.concat()).toEqualTypeOf<Row[]>();
        expectTypeOf(await deps.perhaps.concat()).toEqualTypeOf<Row[]>();
        expectTypeOf(await deps.stream.concat()).toEqualTypeOf<AsyncIterable<Row>>();
        expectTypeOf(await deps.table.concat()).toEqualTypeOf<ArrowLike>();
        // @ts-expect-error numbers cannot be joined
        await deps.number.concat();
      },
    });
  });

  test("an external asset gives order and no value", () => {
    asset({
      key: "x",
      deps: { customers, total },
      materialize({ deps }) {
        expectTypeOf(deps).toEqualTypeOf<{ readonly total: number }>();
      },
    });
  });

  test("a dependency that is not an asset is an error", () => {
    // @ts-expect-error a key is not an asset
    asset({ key: "x", deps: { raw: "weather/raw" }, materialize: () => 1 });
    // @ts-expect-error a function that makes an asset is not an asset
    asset({ key: "x", deps: { total, later: () => total }, materialize: () => 1 });
    // @ts-expect-error a resource is not an asset
    asset({ key: "x", deps: { db: resource({ key: "db", create: () => 1 }) }, materialize: () => 1 });
  });

  test("partitions that do not correspond need a mapping", () => {
    // @ts-expect-error days do not follow from regions
    asset({ key: "x", partitions: days, deps: { byRegion }, materialize: () => 1 });
    asset({
      key: "x",
      partitions: days,
      deps: { byRegion: dep(byRegion, { mapping: allPartitions() }) },
      materialize: () => 1,
    });
  });
});
