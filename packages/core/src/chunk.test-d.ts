import { describe, expectTypeOf, test } from "vitest";
import { asset } from "./asset.ts";
import type { PartitionContext, PartitionedInput, TimeWindow } from "./asset-context.ts";
import { failed } from "./chunk.ts";
import type { ConfigSchema } from "./config-schema.ts";
import type { AnyAsset } from "./declarations.ts";
import { definitions } from "./definitions.ts";
import { dep, type InferAssetValue } from "./dep.ts";
import type { IoManager, SameAsStored } from "./io-manager.ts";
import { output } from "./output.ts";
import { ownPartitions } from "./own-partitions.ts";
import { customMapping } from "./partitions/custom-mapping.ts";
import { dynamicPartitions, multiPartitions, staticPartitions } from "./partitions/key-partitions.ts";
import {
  allPartitions,
  identityMapping,
  previousPartition,
  timeWindowMapping,
} from "./partitions/partition-mapping.ts";
import { dailyPartitions, monthlyPartitions } from "./partitions/time-partitions.ts";
import { atLeast, atMostMissing } from "./partitions/wait-policy.ts";

declare const rowIo: IoManager<readonly { id: number }[], SameAsStored>;
declare const tableIo: IoManager<readonly { id: number }[], { readonly numRows: number }>;
declare const count: ConfigSchema<{ count?: number }, { count: number }>;

const days = dailyPartitions({ start: "2012-01-01" });
const months = monthlyPartitions({ start: "2012-01" });
const regions = staticPartitions(["eu", "us"]);
const users = dynamicPartitions({ name: "users" });
const raw = asset({ key: "raw", partitions: days, materialize: () => [{ id: 1 }] });
const total = asset({ key: "total", materialize: () => 42 });
const byRegion = asset({ key: "by_region", partitions: regions, materialize: () => 1 });

describe("an asset with chunks", () => {
  test("gets its partitions and yields pairs of key and value", () => {
    const chunked = asset({
      key: "c",
      partitions: days,
      chunk: 50,
      deps: { raw, total },
      async *materialize(context) {
        expectTypeOf(context.partitions).toEqualTypeOf<readonly PartitionContext<string, TimeWindow, undefined>[]>();
        expectTypeOf(context.deps.raw).toEqualTypeOf<PartitionedInput<{ id: number }[], string>>();
        expectTypeOf(context.deps.total).toEqualTypeOf<number>();
        // @ts-expect-error there is no one partition
        void context.partition;
        for (const partition of context.partitions) {
          if (partition.ordinal === 3) yield [partition.key, failed("no data")];
          else if (partition.ordinal === 4) yield [partition.key, output({ value: { n: 1 } })];
          else yield [partition.key, { n: 2 }];
        }
      },
    });
    expectTypeOf<InferAssetValue<typeof chunked>>().toEqualTypeOf<{ n: number }>();
    const any: AnyAsset = chunked;
    void definitions({ assets: [chunked, any] });
  });

  test("may yield from any iterable, sync or async", () => {
    const listed = asset({
      key: "c",
      partitions: regions,
      chunk: "range",
      materialize: async ({ partitions }) => new Map(partitions.map(({ key }) => [key, { key }])),
    });
    expectTypeOf<InferAssetValue<typeof listed>>().toEqualTypeOf<{ key: "eu" | "us" }>();
    const generated = asset({
      key: "c",
      partitions: regions,
      chunk: "range",
      io: tableIo,
      *materialize({ partitions }) {
        for (const { key } of partitions) yield [key, [{ id: 1 }]];
      },
    });
    expectTypeOf<InferAssetValue<typeof generated>>().toEqualTypeOf<{ readonly numRows: number }>();
  });

  test("checks see the value of one partition", () => {
    asset({
      key: "c",
      partitions: regions,
      chunk: 2,
      *materialize({ partitions }) {
        for (const { key } of partitions) yield [key, { n: 1 }];
      },
      checks: {
        positive: {
          check({ value, partition }) {
            expectTypeOf(value).toEqualTypeOf<{ n: number }>();
            expectTypeOf(partition.key).toEqualTypeOf<"eu" | "us">();
            return { passed: value.n > 0 } as never;
          },
        },
      },
    });
  });

  test("misuse is an error", () => {
    // @ts-expect-error an asset without partitions has no chunks
    asset({ key: "c", chunk: 5, *materialize() {} });
    // @ts-expect-error a chunk is not one value
    asset({ key: "c", partitions: days, chunk: 5, materialize: () => ({ n: 1 }) });
    asset({
      key: "c",
      partitions: regions,
      chunk: 5,
      // @ts-expect-error "asia" is none of the keys
      *materialize() {
        yield ["asia", { n: 1 }];
      },
    });
    asset({
      key: "c",
      partitions: days,
      chunk: 5,
      // @ts-expect-error a Date is not JSON
      *materialize({ partitions }) {
        for (const { key } of partitions) yield [key, new Date()];
      },
    });
    asset({
      key: "c",
      partitions: days,
      chunk: 5,
      io: rowIo,
      // @ts-expect-error the id is a number
      *materialize({ partitions }) {
        for (const { key } of partitions) yield [key, [{ id: "1" }]];
      },
    });
  });
});

describe("config", () => {
  test("is typed by the schema", () => {
    const configured = asset({
      key: "c",
      config: count,
      materialize({ config }) {
        expectTypeOf(config).toEqualTypeOf<{ count: number }>();
        return config.count;
      },
    });
    const any: AnyAsset = configured;
    void any;
    asset({
      key: "c",
      materialize({ config }) {
        expectTypeOf(config).toEqualTypeOf<undefined>();
      },
    });
    // @ts-expect-error that is no schema
    asset({ key: "c", config: { count: 1 }, materialize: () => 1 });
  });
});

describe("wait policies", () => {
  test("are for dependencies that read many", () => {
    asset({ key: "m", partitions: months, deps: { raw: dep(raw, { wait: atLeast(20) }) }, materialize: () => 1 });
    asset({
      key: "m",
      partitions: days,
      deps: { raw: dep(raw, { mapping: timeWindowMapping({ startOffset: -6 }), wait: atMostMissing(2) }) },
      materialize({ deps }) {
        expectTypeOf(deps.raw.missing).toEqualTypeOf<readonly string[]>();
      },
    });
    // @ts-expect-error one day reads one day
    asset({ key: "m", partitions: days, deps: { raw: dep(raw, { wait: atLeast(1) }) }, materialize: () => 1 });
    asset({
      key: "m",
      partitions: days,
      // @ts-expect-error an identity reads one
      deps: { raw: dep(raw, { mapping: identityMapping(), wait: atLeast(1) }) },
      materialize: () => 1,
    });
    // @ts-expect-error a number says not whether it is the least or the most
    dep(raw, { wait: 5 });
  });
});

describe("mappings", () => {
  test("the partition before may be none", () => {
    asset({
      key: "m",
      partitions: days,
      deps: { before: dep(raw, { mapping: previousPartition() }), all: dep(raw, { mapping: allPartitions() }) },
      materialize({ deps }) {
        expectTypeOf(deps.before).toEqualTypeOf<{ id: number }[] | undefined>();
        expectTypeOf(deps.all).toEqualTypeOf<PartitionedInput<{ id: number }[], string>>();
      },
    });
  });

  test("a function names keys of the upstream", () => {
    dep(byRegion, { mapping: customMapping((key) => (key === "2024-01" ? ["eu"] : ["eu", "us"])) });
    dep(raw, { mapping: customMapping((_, { window }) => [window?.start.toISOString().slice(0, 10) ?? ""]) });
    // @ts-expect-error "asia" is none of the keys
    dep(byRegion, { mapping: customMapping(() => ["asia"]) });
    // @ts-expect-error a function that has to be waited for is not pure
    customMapping(async () => ["eu"]);
  });
});

describe("own partitions", () => {
  test("are what the asset makes", () => {
    const balance = asset({
      key: "balance",
      partitions: days,
      deps: {
        before: ownPartitions<number>()({ mapping: previousPartition() }),
        week: ownPartitions<number>()({
          mapping: timeWindowMapping({ startOffset: -7, endOffset: -1 }),
          wait: atLeast(3),
        }),
        raw,
      },
      materialize({ deps }) {
        expectTypeOf(deps.before).toEqualTypeOf<number | undefined>();
        expectTypeOf(deps.week).toEqualTypeOf<PartitionedInput<number, string>>();
        return (deps.before ?? 0) + deps.raw.length;
      },
    });
    expectTypeOf<InferAssetValue<typeof balance>>().toEqualTypeOf<number>();
    asset({
      key: "balance",
      partitions: days,
      // @ts-expect-error it makes a text
      deps: { before: ownPartitions<number>()({ mapping: previousPartition() }) },
      materialize: () => "text",
    });
    asset({
      key: "balance",
      partitions: days,
      // @ts-expect-error one partition must be there
      deps: { before: ownPartitions<number>()({ mapping: previousPartition(), wait: atLeast(1) }) },
      materialize: () => 1,
    });
  });
});

describe("dynamic partitions", () => {
  test("are added to and removed from dynamic definitions", () => {
    asset({
      key: "d",
      materialize({ addPartitions, removePartitions }) {
        addPartitions(users, ["ann"]);
        removePartitions(users, new Set(["bob"]));
        // @ts-expect-error fixed keys are fixed
        addPartitions(regions, ["asia"]);
        // @ts-expect-error a combination is added by its dynamic dimension
        addPartitions(multiPartitions({ users, regions }), ["ann|eu"]);
      },
    });
  });
});
