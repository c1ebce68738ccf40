import {
  asset,
  assetCheck,
  atLeast,
  atMostMissing,
  dailyPartitions,
  definitions,
  dep,
  dynamicPartitions,
  fail,
  failed,
  monthlyPartitions,
  output,
  ownPartitions,
  pass,
  previousPartition,
  staticPartitions,
} from "@heddle/core";
import { describe, expect, expectTypeOf, it } from "vitest";
import { assetContext, materializeInMemory, partitionedInput } from "../src/index.ts";

const days = dailyPartitions({ start: "2024-01-01", end: "2024-02-01" });
const months = monthlyPartitions({ start: "2024-01", end: "2024-02" });
const allDays = Array.from({ length: 31 }, (_, day) => `2024-01-${String(day + 1).padStart(2, "0")}`);

const raw = asset({ key: "raw", partitions: days, materialize: ({ partition }) => ({ day: partition.key }) });
const calls: string[][] = [];
const chunked = asset({
  key: "chunked",
  partitions: days,
  chunk: 10,
  deps: { raw },
  async *materialize({ partitions, deps, metadata }) {
    calls.push(partitions.map(({ key }) => key));
    for (const partition of partitions) {
      metadata({ read: deps.raw.size });
      const { day } = await deps.raw.get(partition.key);
      yield [partition.key, output({ value: { day, start: partition.window.start.getTime() }, metadata: { day } })];
    }
  },
});

describe("an asset that is made in chunks", () => {
  it("is called for each chunk, and each partition has a value and metadata of its own", async () => {
    calls.length = 0;
    const result = await materializeInMemory(definitions({ assets: [raw, chunked] }));
    result.assertOk();
    expect(calls.map((keys) => keys.length)).toEqual([10, 10, 10, 1]);
    expect(result.materialized(chunked)).toEqual(allDays);
    const value = await result.value(chunked, "2024-01-02");
    expectTypeOf(value).toEqualTypeOf<{ day: string; start: number }>();
    expect(value).toEqual({ day: "2024-01-02", start: Date.UTC(2024, 0, 2) });
    expect(result.metadata(chunked, "2024-01-31")).toEqual({
      read: { type: "number", value: 1 },
      day: { type: "text", value: "2024-01-31" },
    });
  });

  it("is called once for a whole range, and begins at the newest where that is asked for", async () => {
    const project = definitions({ assets: [raw, chunked] });
    calls.length = 0;
    await materializeInMemory(project, { chunk: "range" });
    expect(calls).toEqual([allDays]);
    calls.length = 0;
    await materializeInMemory(project, { order: "newest", partitions: "2024-01-01..2024-01-12" });
    expect(calls).toEqual([allDays.slice(2, 12), allDays.slice(0, 2)]);
  });

  it("fails partition by partition: marked, checked, thrown and forgotten", async () => {
    const picky = asset({
      key: "picky",
      partitions: days,
      chunk: "range",
      *materialize({ partitions }) {
        for (const { key } of partitions) {
          if (key === "2024-01-05") throw new RangeError("stopped");
          yield [key, key === "2024-01-02" ? failed("no data") : { bad: key === "2024-01-03" }];
        }
      },
      checks: { good: { blocking: true, check: ({ value }) => (value.bad ? fail() : pass()) } },
    });
    const forgetful = asset({ key: "forgetful", partitions: days, chunk: 2, *materialize() {} });
    const after = asset({ key: "after", partitions: days, deps: { picky }, materialize: ({ deps }) => deps.picky.bad });
    const result = await materializeInMemory(definitions({ assets: [picky, forgetful, after] }), {
      partitions: "2024-01-01..2024-01-06",
    });
    expect(
      result.failures.map(({ asset: key, partition, cause, error }) => [key, partition, cause, error.message]),
    ).toEqual([
      ["picky", "2024-01-02", "error", "no data"],
      ["picky", "2024-01-03", "check", "picky [2024-01-03] was not published: good failed"],
      ["picky", "2024-01-05", "error", "stopped"],
      ["picky", "2024-01-06", "error", "stopped"],
      ...allDays
        .slice(0, 6)
        .map((day) => ["forgetful", day, "error", `forgetful [${day}] was not made: its function ended without it`]),
    ]);
    expect(result.materialized(after)).toEqual(["2024-01-01", "2024-01-04"]);
    expect(result.skipped).toHaveLength(4);
  });
});

describe("a dependency that tolerates missing partitions", () => {
  const holed = asset({
    key: "holed",
    partitions: days,
    materialize({ partition }) {
      if (partition.key < "2024-01-03") throw new Error("no data");
      return 1;
    },
  });
  const some = asset({
    key: "some",
    partitions: months,
    deps: { days: dep(holed, { wait: atMostMissing(2) }) },
    materialize: ({ deps }) => ({ read: deps.days.size, missing: [...deps.days.missing] }),
  });
  const all = asset({
    key: "all",
    partitions: months,
    deps: { days: dep(holed, { wait: atLeast(30) }) },
    materialize: ({ deps }) => deps.days.size,
  });

  it("lets its reader go on, or skips it when too much is missing", async () => {
    const result = await materializeInMemory(definitions({ assets: [holed, some, all] }));
    expect(await result.value(some, "2024-01")).toEqual({ read: 29, missing: ["2024-01-01", "2024-01-02"] });
    expect(result.skipped).toEqual([
      { asset: "all", partition: "2024-01", because: { asset: "holed", partition: "2024-01-01" } },
    ]);
  });

  it("names the counts to a reader of what nobody made", async () => {
    const result = await materializeInMemory(definitions({ assets: [holed, all] }), { assets: [all] });
    expect(result.failures[0]?.error.message).toBe(
      "all [2024-01] needs at least 30 of 31 partitions of holed, 0 are there (missing: 2024-01-01..2024-01-31 (31))",
    );
  });

  it("can be stood in for in a unit test", async () => {
    const input = partitionedInput({ "2024-01-01": 1, "2024-01-03": 3 }, { missing: ["2024-01-02"] });
    expect(some.materialize(assetContext(some, { partition: "2024-01", deps: { days: input } }))).toEqual({
      read: 2,
      missing: ["2024-01-02"],
    });
  });
});

describe("config", () => {
  const limits = {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: (value: unknown) => {
        const { limit } = value as { limit?: unknown };
        return typeof limit === "number"
          ? { value: { limit } }
          : { issues: [{ message: "expected a number", path: ["limit"] }] };
      },
      types: undefined as { input: { limit: number }; output: { limit: number } } | undefined,
    },
  } as const;
  const configured = asset({ key: "configured", config: limits, materialize: ({ config }) => config.limit });
  const project = definitions({ assets: [configured] });

  it("reaches the function", async () => {
    const result = await materializeInMemory(project, { config: { configured: { limit: 3 } } });
    expect(await result.value(configured)).toBe(3);
  });

  it("that is needed or wrong is refused as a launch is", async () => {
    await expect(materializeInMemory(project)).rejects.toThrow(/configured.*it needs one/);
    const result = await materializeInMemory(project, { config: { configured: { limit: "3" } } });
    expect(result.failures[0]?.error.message).toBe(
      'the config of configured does not fit its schema: limit is "3": expected a number',
    );
    await expect(materializeInMemory(project, { config: { other: 1 } })).rejects.toThrow(/other/);
  });

  it("has its type in a context for a unit test", () => {
    expect(configured.materialize(assetContext(configured, { config: { limit: 7 } }))).toBe(7);
    // @ts-expect-error -- the schema reads a number
    assetContext(configured, { config: { limit: "7" } });
    // @ts-expect-error -- an asset with config gets some
    assetContext(configured, {});
    // @ts-expect-error -- an asset without config gets none
    assetContext(raw, { partition: "2024-01-01", config: { limit: 7 } });
  });
});

describe("dynamic partitions", () => {
  const customers = dynamicPartitions({ name: "customers" });
  const discover = asset({
    key: "discover",
    partitions: staticPartitions(["fine", "broken"]),
    materialize({ partition, addPartitions, removePartitions }) {
      addPartitions(customers, [`${partition.key} customer`]);
      removePartitions(customers, ["old"]);
      if (partition.key === "broken") throw new Error("after adding");
      return 1;
    },
  });
  const perCustomer = asset({
    key: "per_customer",
    partitions: customers,
    materialize: ({ partition }) => partition.key,
  });

  it("are changed by steps that succeed, after the run was planned", async () => {
    const result = await materializeInMemory(definitions({ assets: [discover, perCustomer] }), {
      dynamicPartitions: { customers: ["old", "kept"] },
    });
    expect(result.dynamicPartitions(customers)).toEqual(["kept", "fine customer"]);
    expect(result.materialized(perCustomer)).toEqual(["old", "kept"]);
  });

  it("can be watched in a unit test", () => {
    const added: string[] = [];
    const addPartitions = (_: unknown, keys: Iterable<string>): void => void added.push(...keys);
    void discover.materialize(assetContext(discover, { partition: "fine", addPartitions }));
    expect(added).toEqual(["fine customer"]);
  });
});

describe("contexts of chunks", () => {
  it("have the partitions by their keys", async () => {
    const context = assetContext(chunked, {
      partitions: ["2024-01-01", "2024-01-02"],
      deps: { raw: partitionedInput({ "2024-01-01": { day: "a" }, "2024-01-02": { day: "b" } }) },
    });
    expectTypeOf(context.partitions[0]!.window.start).toEqualTypeOf<Date>();
    const made: unknown[] = [];
    for await (const [key] of chunked.materialize(context)) made.push(key);
    expect(made).toEqual(["2024-01-01", "2024-01-02"]);
    // @ts-expect-error -- several are made at a time
    assetContext(chunked, { partition: "2024-01-01", deps: { raw: partitionedInput({}) } });
  });
});

it("an asset that reads its own earlier partitions is made in the order of time, whatever the order of the run", async () => {
  const balance = asset({
    key: "balance",
    partitions: days,
    deps: { before: ownPartitions<number>()({ mapping: previousPartition() }) },
    materialize: ({ deps }) => (deps.before ?? 0) + 1,
  });
  const result = await materializeInMemory(definitions({ assets: [balance] }), { order: "newest" });
  expect(result.materialized(balance)).toEqual(allDays);
});

it("a check of a chunked asset sees each of its partitions", async () => {
  const seen: string[] = [];
  const check = assetCheck({
    asset: chunked,
    name: "seen",
    check({ partition, value }) {
      seen.push(`${partition.key} ${value.day}`);
      return pass();
    },
  });
  await materializeInMemory(definitions({ assets: [raw, chunked], checks: [check] }), {
    partitions: "2024-01-01..2024-01-02",
  });
  expect(seen).toEqual(["2024-01-01 2024-01-01", "2024-01-02 2024-01-02"]);
});
