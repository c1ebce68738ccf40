import { describe, expectTypeOf, test } from "vitest";
import { asset } from "./asset.ts";
import type { AssetContext, PartitionContext, PartitionedInput, TimeWindow } from "./asset-context.ts";
import { fail, pass } from "./check-result.ts";
import type { AnyAsset, AnyUpstream } from "./declarations.ts";
import { dep, type InferAssetValue } from "./dep.ts";
import { externalAsset } from "./external-asset.ts";
import { output } from "./output.ts";
import { dynamicPartitions, multiPartitions } from "./partitions/key-partitions.ts";
import { dailyPartitions } from "./partitions/time-partitions.ts";
import { resource } from "./resource.ts";
import {
  type Row,
  rowIo,
  tableIo,
  memoryIo,
  jsonIo,
  rows,
  days,
  months,
  regions,
  raw,
  byRegion,
  total,
  customers,
} from "../test/typed-assets.ts";

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
