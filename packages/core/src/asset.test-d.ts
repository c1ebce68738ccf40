import { describe, expectTypeOf, test } from "vitest";
import { asset } from "./asset.ts";
import type { AssetContext, PartitionContext, PartitionedInput, TimeWindow } from "./asset-context.ts";
import { fail, pass } from "./check-result.ts";
import type { AnyAsset, AnyUpstream } from "./declarations.ts";
import { dep, type InferAssetValue } from "./dep.ts";
import { externalAsset } from "./external-asset.ts";
import type { IoManager, SameAsStored } from "./io-manager.ts";
import { output } from "./output.ts";
import { dynamicPartitions, multiPartitions, staticPartitions } from "./partitions/key-partitions.ts";
import {
  allPartitions,
  identityMapping,
  lastPartition,
  specificPartitions,
  staticMapping,
} from "./partitions/partition-mapping.ts";
import { dailyPartitions, monthlyPartitions } from "./partitions/time-partitions.ts";
import { resource } from "./resource.ts";
import type { JsonValue } from "./types.ts";

interface Row {
  day: string;
  tempMax: number | null;
  note?: string;
}

declare const rowIo: IoManager<readonly Row[], SameAsStored>;
declare const tableIo: IoManager<readonly Row[], { readonly numRows: number }>;
declare const streamIo: IoManager<readonly Row[], AsyncIterable<Row>>;
declare const batchIo: IoManager<readonly Row[], AsyncIterable<{ readonly numRows: number }>>;
interface ArrowLike {
  readonly numRows: number;
  concat(...others: ArrowLike[]): ArrowLike;
}
declare const arrowIo: IoManager<readonly Row[], ArrowLike>;
declare const memoryIo: IoManager<unknown, SameAsStored>;
declare const jsonIo: IoManager<JsonValue, SameAsStored>;
declare const rows: Row[];

const days = dailyPartitions({ start: "2012-01-01" });
const months = monthlyPartitions({ start: "2012-01" });
const regions = staticPartitions(["eu", "us"]);

const raw = asset({ key: "weather/raw", partitions: days, io: rowIo, materialize: async () => rows });
const byRegion = asset({
  key: "sales",
  partitions: regions,
  materialize: ({ partition }) => ({ region: partition.key }),
});
const total = asset({ key: "total", materialize: () => 42 });
const customers = externalAsset({ key: "crm/customers" });

describe("what consumers get", () => {
  test("without an I/O manager: what was returned", () => {
    expectTypeOf<InferAssetValue<typeof total>>().toEqualTypeOf<number>();
    expectTypeOf<InferAssetValue<typeof byRegion>>().toEqualTypeOf<{ region: "eu" | "us" }>();
  });

  test("with SameAsStored: the very type that was returned", () => {
    expectTypeOf<InferAssetValue<typeof raw>>().toEqualTypeOf<Row[]>();
    const map = asset({ key: "m", io: memoryIo, materialize: () => new Map([["a", 1]]) });
    expectTypeOf<InferAssetValue<typeof map>>().toEqualTypeOf<Map<string, number>>();
  });

  test("with a loaded type of its own: that", () => {
    const table = asset({ key: "t", io: tableIo, materialize: () => rows });
    expectTypeOf<InferAssetValue<typeof table>>().toEqualTypeOf<{ readonly numRows: number }>();
  });

  test("through output(), sync or async", () => {
    const one = asset({ key: "o", materialize: () => output({ value: { n: 1 }, metadata: { rows: 1 } }) });
    const two = asset({ key: "o", io: rowIo, materialize: async () => output({ value: rows, dataVersion: "v1" }) });
    expectTypeOf<InferAssetValue<typeof one>>().toEqualTypeOf<{ n: number }>();
    expectTypeOf<InferAssetValue<typeof two>>().toEqualTypeOf<Row[]>();
  });

  test("of an asset that returns nothing: undefined", () => {
    const nothing = asset({ key: "n", materialize() {} });
    const perhaps = asset({ key: "p", io: tableIo, materialize: () => (rows.length > 0 ? rows : undefined) });
    expectTypeOf<InferAssetValue<typeof nothing>>().toEqualTypeOf<undefined>();
    expectTypeOf<InferAssetValue<typeof perhaps>>().toEqualTypeOf<{ readonly numRows: number } | undefined>();
  });
});

describe("context.partition", () => {
  test("has literal keys where they are known, and a window where it is cut by time", () => {
    asset({
      key: "x",
      partitions: regions,
      materialize({ partition }) {
        expectTypeOf(partition).toEqualTypeOf<PartitionContext<"eu" | "us", undefined, undefined>>();
      },
    });
    asset({
      key: "x",
      partitions: days,
      materialize({ partition }) {
        expectTypeOf(partition).toEqualTypeOf<PartitionContext<string, TimeWindow, undefined>>();
        expectTypeOf(partition.window.start).toEqualTypeOf<Date>();
      },
    });
    asset({
      key: "x",
      partitions: dynamicPartitions({ name: "users" }),
      materialize({ partition }) {
        expectTypeOf(partition).toEqualTypeOf<PartitionContext<string, undefined, undefined>>();
      },
    });
    asset({
      key: "x",
      partitions: multiPartitions({ day: days, region: regions }),
      materialize({ partition }) {
        expectTypeOf(partition.dimensions).toEqualTypeOf<{ readonly day: string; readonly region: "eu" | "us" }>();
        expectTypeOf(partition.window).toEqualTypeOf<TimeWindow | undefined>();
      },
    });
  });

  test("is undefined without partitions", () => {
    // @ts-expect-error an asset without partitions has no partition key
    asset({ key: "x", materialize: ({ partition }) => partition.key });
  });

  test("a key that is none of the literal keys is an error", () => {
    // @ts-expect-error "asia" is none of "eu" and "us"
    asset({ key: "x", partitions: regions, materialize: ({ partition }) => partition.key === "asia" });
  });
});

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

describe("the value that can be stored", () => {
  test("is JSON by default; interfaces and optional properties are fine", () => {
    asset({ key: "x", materialize: () => rows });
    asset({ key: "x", io: jsonIo, materialize: () => ({ deep: [{ row: rows[0] ?? null }] }) });
    // @ts-expect-error a Date would come back as a text
    asset({ key: "x", materialize: () => ({ rows: [{ at: new Date() }] }) });
    // @ts-expect-error a Map is not JSON
    asset({ key: "x", io: jsonIo, materialize: async () => new Map<string, number>() });
    // @ts-expect-error a function is not JSON
    asset({ key: "x", materialize: () => output({ value: { f: () => 1 } }) });
    // @ts-expect-error nobody knows what `response.json()` is
    asset({ key: "x", materialize: async () => (await fetch("https://example.com")).json() as Promise<unknown> });
    // @ts-expect-error undefined in a list would come back as null
    asset({ key: "x", materialize: () => [1, undefined] });
  });

  test("is what the I/O manager takes", () => {
    // @ts-expect-error tempMax is a number or null
    asset({ key: "x", io: rowIo, materialize: () => [{ day: "2012-01-01", tempMax: "12" }] });
    // @ts-expect-error tempMax is a number or null, also through output() and a promise
    asset({ key: "x", io: rowIo, materialize: async () => output({ value: [{ day: "2012-01-01", tempMax: "12" }] }) });
    asset({ key: "x", io: rowIo, materialize() {} });
  });
});

describe("resources", () => {
  const db = resource({
    key: "db",
    create: async () => ({ query: (sql: string) => [sql] }),
    teardown: (client) => void client.query(""),
  });
  const bucket = resource.required<{ put(key: string): void }>()("bucket");

  test("are what create returns, or what the slot asks for", () => {
    asset({
      key: "x",
      resources: { db, files: bucket },
      materialize({ resources }) {
        expectTypeOf(resources.db).toEqualTypeOf<{ query: (sql: string) => string[] }>();
        expectTypeOf(resources.files).toEqualTypeOf<{ put(key: string): void }>();
      },
    });
  });
});

describe("options", () => {
  const text = (): string | undefined => undefined;

  test("may be computed, and then be undefined", () => {
    const described = { description: text(), group: text(), retry: undefined, timeoutMs: undefined, checks: undefined };
    asset({ key: "x", ...described, deps: undefined, resources: undefined, io: undefined, materialize: () => 1 });
    externalAsset({ key: "x", description: text(), partitions: undefined });
    dailyPartitions({ start: "2024-01-01", end: text(), timeZone: text() });
    dep(total, { mapping: undefined, columns: undefined });
    fail({ message: text(), metadata: undefined, severity: undefined });
    output({ value: 1, dataVersion: text() });
    resource({ key: "x", create: () => new Map<string, number>(), teardown: async (map) => map.delete("a") });
  });

  test("that do not exist are errors", () => {
    // @ts-expect-error `partition` is meant to be `partitions`
    asset({ key: "x", partition: days, materialize: () => 1 });
    // @ts-expect-error a delay has a unit: `delayMs`
    asset({ key: "x", retry: { attempts: 3, delay: 100 }, materialize: () => 1 });
    // @ts-expect-error an asset is made by its function
    asset({ key: "x" });
  });
});

describe("checks of an asset", () => {
  test("see the value, the partition and the resources of their asset", () => {
    asset({
      key: "x",
      partitions: regions,
      io: tableIo,
      resources: { limit: resource({ key: "limit", create: () => 10 }) },
      materialize: () => rows,
      checks: {
        not_empty: {
          blocking: true,
          check({ value, partition, resources }) {
            expectTypeOf(value).toEqualTypeOf<{ readonly numRows: number }>();
            expectTypeOf(partition.key).toEqualTypeOf<"eu" | "us">();
            return value.numRows < resources.limit ? fail({ metadata: { rows: value.numRows } }) : pass();
          },
        },
      },
    });
  });
});

describe("a declared asset", () => {
  test("can be called as it was declared", () => {
    const summary = asset({
      key: "s",
      partitions: months,
      deps: { raw },
      materialize: async ({ deps }) => deps.raw.size,
    });
    expectTypeOf(summary.materialize)
      .parameter(0)
      .toEqualTypeOf<
        AssetContext<
          PartitionContext<string, TimeWindow, undefined>,
          { readonly raw: PartitionedInput<Row[], string> },
          Record<never, never>
        >
      >();
    expectTypeOf(summary.materialize).returns.toEqualTypeOf<Promise<number>>();
  });

  test("is an asset among others", () => {
    const all: AnyAsset[] = [raw, byRegion, total];
    const upstreams: AnyUpstream[] = [...all, customers];
    expectTypeOf(upstreams).items.toHaveProperty("key");
  });
});
