import { asset, assetCheck, dailyPartitions, definitions, fail, monthlyPartitions, pass, resource } from "@heddle/core";
import { describe, expect, expectTypeOf, it } from "vitest";
import { captureLog, materializeInMemory, partitionedInput } from "../src/index.ts";

const days = dailyPartitions({ start: "2024-01-30", end: "2024-02-03" });
const closed: string[] = [];
const source = resource({ key: "source", create: () => ({ rain: 2 }), teardown: () => void closed.push("source") });

const raw = asset({
  key: "raw",
  partitions: days,
  resources: { source },
  materialize: ({ partition, resources, log, metadata }) => {
    log.info("made", { day: partition.key });
    metadata({ weekday: partition.window.start.getUTCDay() });
    return { rain: resources.source.rain };
  },
});
const summary = asset({
  key: "summary",
  partitions: monthlyPartitions({ start: "2024-01", end: "2024-03" }),
  deps: { days: raw },
  async materialize({ deps }) {
    let rain = 0;
    for await (const [, day] of deps.days) rain += day.rain;
    return { rain };
  },
});
const february = assetCheck({
  asset: summary,
  name: "dry",
  blocking: true,
  check: ({ partition }) => (partition.key === "2024-02" ? fail({ message: "too wet" }) : pass()),
});

describe("materializeInMemory", () => {
  it("makes assets of several grains, with resources, log and metadata", async () => {
    const result = await materializeInMemory(definitions({ assets: [raw, summary] }));
    expect(result.failures).toEqual([]);
    expect(result.materialized(raw)).toEqual(["2024-01-30", "2024-01-31", "2024-02-01", "2024-02-02"]);
    const january = await result.value(summary, "2024-01");
    expectTypeOf(january).toEqualTypeOf<{ rain: number }>();
    expect(january).toEqual({ rain: 4 });
    expect(result.metadata(raw, "2024-01-30")).toEqual({ weekday: { type: "number", value: 2 } });
    expect(result.log.map(({ message }) => message)).toEqual(["made", "made", "made", "made"]);
    expect(closed).toEqual(["source"]);
  });

  it("keeps what a blocking check refuses, and says why", async () => {
    const result = await materializeInMemory(definitions({ assets: [raw, summary], checks: [february] }));
    expect(result.ok).toBe(false);
    expect(result.failures).toMatchObject([{ asset: "summary", partition: "2024-02", cause: "check" }]);
    expect(result.materialized(summary)).toEqual(["2024-01"]);
    await expect(result.value(summary, "2024-02")).rejects.toThrow(/was not materialized/);
    expect(result.checks.map(({ partition, passed }) => [partition, passed])).toEqual([
      ["2024-01", true],
      ["2024-02", false],
    ]);
  });

  it("fails a step whose upstream is not there", async () => {
    const result = await materializeInMemory(definitions({ assets: [raw, summary] }), { assets: [summary] });
    expect(result.failures.map(({ error }) => error.message)).toEqual([
      "raw [2024-01-30] was not materialized",
      "raw [2024-02-01] was not materialized",
    ]);
  });

  it("makes only the partitions that are asked for", async () => {
    const result = await materializeInMemory(definitions({ assets: [raw] }), { partitions: "2024-01-31" });
    expect(result.materialized(raw)).toEqual(["2024-01-31"]);
  });

  it("reports every problem of definitions", async () => {
    const twin = asset({ key: "raw", materialize() {} });
    await expect(materializeInMemory(definitions({ assets: [raw, twin] }))).rejects.toThrow(/raw/);
  });
});

describe("helpers for calling an asset's function in a unit test", () => {
  it("gives a partitioned input and a log", async () => {
    const log = captureLog();
    const input = partitionedInput({ a: { rain: 1 }, b: { rain: 2 } });
    expect(input.keys).toEqual(["a", "b"]);
    expect(await input.get("b")).toEqual({ rain: 2 });
    await expect(input.get("c")).rejects.toThrow(/"c"/);
    const value = await summary.materialize({
      partition: { key: "2024-01", ordinal: 0, window: { start: new Date(0), end: new Date(1) } },
      deps: { days: input },
      resources: {},
      signal: new AbortController().signal,
      log,
      run: { id: "1", attempt: 1 },
      metadata() {},
    });
    expect(value).toEqual({ rain: 3 });
    expect(log.lines).toEqual([]);
  });
});
