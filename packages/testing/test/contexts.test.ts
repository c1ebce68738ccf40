import {
  allPartitions,
  asset,
  assetCheck,
  dailyPartitions,
  dep,
  fail,
  monthlyPartitions,
  pass,
  resource,
  staticPartitions,
} from "@heddle/core";
import { describe, expect, expectTypeOf, it } from "vitest";
import { assetContext, captureLog, checkContext, partitionedInput } from "../src/index.ts";

const cities = staticPartitions(["Oslo", "Rome"]);
const scale = resource({ key: "scale", create: () => ({ factor: 2 }) });
const raw = asset({
  key: "raw",
  partitions: dailyPartitions({ start: "2024-01-30" }),
  resources: { scale },
  materialize({ partition, resources, log, run }) {
    log.info("made", { attempt: run.attempt });
    return { weekday: partition.window.start.getUTCDay() * resources.scale.factor };
  },
});
const summary = asset({
  key: "summary",
  partitions: monthlyPartitions({ start: "2024-01" }),
  deps: { days: raw },
  async materialize({ deps }) {
    let sum = 0;
    for await (const [, { weekday }] of deps.days) sum += weekday;
    return { sum };
  },
});
const sights = asset({ key: "sights", partitions: cities, materialize: ({ partition }) => partition.key });
const tour = asset({
  key: "tour",
  deps: { sights: dep(sights, { mapping: allPartitions() }) },
  materialize: ({ deps }) => deps.sights.get("Rome"),
});
const plain = asset({ key: "plain", materialize: ({ metadata }) => metadata({ a: 1 }) });

describe("assetContext", () => {
  it("knows number and window of a partition by its key", async () => {
    const log = captureLog();
    const context = assetContext(raw, {
      partition: "2024-02-01",
      resources: { scale: { factor: 10 } },
      log,
      attempt: 3,
    });
    expect(context.partition).toEqual({
      key: "2024-02-01",
      ordinal: 19_754,
      window: { start: new Date("2024-02-01T00:00Z"), end: new Date("2024-02-02T00:00Z") },
    });
    expect(raw.materialize(context)).toEqual({ weekday: 40 });
    expect(log.lines).toEqual([{ level: "info", message: "made", fields: { attempt: 3 } }]);
  });

  it("takes many partitions as a record", async () => {
    const days = partitionedInput({ "2024-01-30": { weekday: 2 }, "2024-01-31": { weekday: 3 } });
    expect(await summary.materialize(assetContext(summary, { partition: "2024-01", deps: { days } }))).toEqual({
      sum: 5,
    });
    const far = partitionedInput({ Oslo: "Oslo" as const, Rome: "Rome" as const });
    expect(await tour.materialize(assetContext(tour, { deps: { sights: far } }))).toBe("Rome");
  });

  it("names the partitions that there are for a key that is none", () => {
    expect(() => assetContext(summary, { partition: "January", deps: { days: partitionedInput({}) } })).toThrow(
      'the asset "summary" has no partition "January"',
    );
  });

  it("asks for exactly what the asset has", () => {
    expectTypeOf(assetContext(sights, { partition: "Oslo" }).partition.key).toEqualTypeOf<"Oslo" | "Rome">();
    expect(assetContext(plain, {}).partition).toBeUndefined();
    // @ts-expect-error -- a key that is none of the partitions
    expect(() => assetContext(sights, { partition: "Bern" })).toThrow(/Bern/);
    // @ts-expect-error -- the resource is missing
    assetContext(raw, { partition: "2024-02-01" });
    // @ts-expect-error -- the dependency is missing
    assetContext(summary, { partition: "2024-01" });
    // @ts-expect-error -- the dependency has another value
    assetContext(summary, { partition: "2024-01", deps: { days: partitionedInput({ "2024-01-30": { day: 2 } }) } });
    // @ts-expect-error -- the asset has no partitions
    assetContext(plain, { partition: "2024-01" });
  });
});

describe("checkContext", () => {
  const positive = assetCheck({
    asset: summary,
    name: "positive",
    check: ({ value, partition }) => (value.sum > 0 ? pass() : fail({ message: partition.key })),
  });

  it("calls a check with a value", async () => {
    expect(await positive.check(checkContext(positive, { partition: "2024-01", value: { sum: 1 } }))).toMatchObject({
      passed: true,
    });
    expect(await positive.check(checkContext(positive, { partition: "2024-01", value: { sum: 0 } }))).toMatchObject({
      passed: false,
      message: "2024-01",
    });
  });

  it("asks for exactly what the check has", () => {
    // @ts-expect-error -- a value of another asset
    checkContext(positive, { partition: "2024-01", value: { total: 1 } });
    // @ts-expect-error -- the partition is missing
    checkContext(positive, { value: { sum: 1 } });
    expect(checkContext(positive, { partition: "2024-01", value: { sum: 1 }, attempt: 2 }).run.attempt).toBe(2);
  });
});

describe("partitionedInput", () => {
  it("has the keys of the record, and no other", async () => {
    const input = partitionedInput({ a: { rain: 1 }, b: { rain: 2 } });
    expect(input.keys).toEqual(["a", "b"]);
    expect(await input.get("b")).toEqual({ rain: 2 });
    // @ts-expect-error -- not a key of the record
    await expect(input.get("c")).rejects.toThrow(/"c"/);
  });
});
