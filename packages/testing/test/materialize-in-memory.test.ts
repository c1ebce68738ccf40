import {
  asset,
  assetCheck,
  dailyPartitions,
  definitions,
  fail,
  HeddleError,
  isHeddleError,
  monthlyPartitions,
  objectStore,
  pass,
  resource,
  staticPartitions,
  type JsonValue,
} from "@heddle/core";
import { json } from "@heddle/io/json";
import { memoryStore } from "@heddle/io/memory";
import { describe, expect, expectTypeOf, it } from "vitest";
import { materializeInMemory } from "../src/index.ts";

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
    await expect(result.value(summary, "2024-02")).rejects.toThrow(
      "summary [2024-02] was not materialized: summary [2024-02] was not published: dry (too wet) failed",
    );
    expect(result.checks.map(({ partition, passed }) => [partition, passed])).toEqual([
      ["2024-01", true],
      ["2024-02", false],
    ]);
  });

  it("skips what reads a failed step, and what reads that, and says because of which", async () => {
    const broken = asset({
      key: "broken",
      partitions: days,
      materialize({ partition }) {
        if (partition.key === "2024-02-01") throw new RangeError("no February");
        return 1;
      },
    });
    const copy = asset({ key: "copy", partitions: days, deps: { broken }, materialize: ({ deps }) => deps.broken });
    const last = asset({ key: "last", partitions: days, deps: { copy }, materialize: ({ deps }) => deps.copy });
    const result = await materializeInMemory(definitions({ assets: [broken, copy, last] }));
    const partition = "2024-02-01";
    expect(result.failures).toEqual([{ asset: "broken", partition, cause: "error", error: expect.anything() }]);
    expect(result.failures[0]?.error).toMatchObject({ name: "RangeError", message: "no February" });
    expect(result.skipped).toEqual([
      { asset: "copy", partition, because: { asset: "broken", partition } },
      { asset: "last", partition, because: { asset: "copy", partition } },
    ]);
    expect(result.materialized(last)).toEqual(["2024-01-30", "2024-01-31", "2024-02-02"]);
    expect(() => result.assertOk()).toThrow(
      "1 step failed, and 2 skipped because of that:\n  broken [2024-02-01] (error): no February",
    );
  });

  it("says what to do about a step that fails, where that is known", async () => {
    const broken = asset({
      key: "broken",
      materialize(): number {
        throw new HeddleError("IO_STORE_FAILED", "the disk is gone", { hint: "Look for it." });
      },
    });
    const result = await materializeInMemory(definitions({ assets: [broken] }));
    expect(() => result.assertOk()).toThrow("the disk is gone\n    hint: Look for it.");
  });

  it("tells a store that fails, a check that throws and a value that is no JSON from each other", async () => {
    const store = {
      ...memoryStore(),
      put: () => Promise.reject(new HeddleError("IO_STORE_FAILED", "the disk is gone")),
    };
    const stored = asset({ key: "stored", io: json({ store: objectStore(store) }), materialize: () => 1 });
    const checked = asset({
      key: "checked",
      materialize: () => 1,
      checks: {
        throws: {
          blocking: true,
          check() {
            throw new Error("the check is broken");
          },
        },
      },
    });
    const cyclic: { self?: object } = {};
    cyclic.self = cyclic;
    const odd = asset({ key: "odd", materialize: (): JsonValue => JSON.parse("1") && (cyclic as JsonValue) });
    const result = await materializeInMemory(definitions({ assets: [stored, checked, odd] }));
    expect(result.failures.map(({ asset: key, cause }) => [key, cause])).toEqual([
      ["stored", "io"],
      ["checked", "check"],
      ["odd", "error"],
    ]);
    expect(result.failures.map(({ error }) => isHeddleError(error) && error.code)).toEqual([
      "IO_STORE_FAILED",
      "STEP_CHECK_FAILED",
      "IO_VALUE_NOT_STORABLE",
    ]);
    expect(result.checks).toMatchObject([
      { asset: "checked", passed: false, description: "threw: the check is broken" },
    ]);
  });

  it("aborts the signal of a step that takes too long, and of that step alone", async () => {
    const slow = asset({
      key: "slow",
      materialize: ({ signal }) =>
        new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    });
    const quick = asset({ key: "quick", materialize: ({ signal }) => signal.aborted });
    const result = await materializeInMemory(definitions({ assets: [slow, quick] }), { stepTimeoutMs: 20 });
    expect(result.failures).toMatchObject([{ asset: "slow", error: { name: "TimeoutError" } }]);
    expect(await result.value(quick)).toBe(false);
  });

  it("fails a step whose upstream is not there", async () => {
    const result = await materializeInMemory(definitions({ assets: [raw, summary] }), { assets: [summary] });
    expect(result.failures.map(({ error }) => error.message)).toEqual([
      "summary [2024-01] needs raw [2024-01-30..2024-01-31 (2)], which was never materialized",
      "summary [2024-02] needs raw [2024-02-01..2024-02-02 (2)], which was never materialized",
    ]);
  });

  it("makes only the partitions that are asked for", async () => {
    const result = await materializeInMemory(definitions({ assets: [raw] }), { partitions: "2024-01-31" });
    expect(result.materialized(raw)).toEqual(["2024-01-31"]);
  });

  it("carries the chosen partitions to assets of another grain, and makes unrelated ones whole", async () => {
    const cities = asset({ key: "cities", partitions: staticPartitions(["a", "b"]), materialize: () => 1 });
    const project = definitions({ assets: [raw, summary, cities] });
    const down = await materializeInMemory(project, { partitions: "2024-01-30..2024-01-31" });
    expect([raw, summary, cities].map((made) => down.materialized(made))).toEqual([
      ["2024-01-30", "2024-01-31"],
      ["2024-01"],
      ["a", "b"],
    ]);
    const up = await materializeInMemory(project, { assets: [summary, raw], partitions: "2024-02" });
    expect([raw, summary].map((made) => up.materialized(made))).toEqual([["2024-02-01", "2024-02-02"], ["2024-02"]]);
    await expect(materializeInMemory(project, { partitions: "2023-01" })).rejects.toThrow(/no partition "2023-01"/);
  });

  it("reports every problem of definitions", async () => {
    const twin = asset({ key: "raw", materialize() {} });
    await expect(materializeInMemory(definitions({ assets: [raw, twin] }))).rejects.toThrow(/raw/);
  });
});
