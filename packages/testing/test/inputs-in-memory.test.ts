import {
  asset,
  atMostMissing,
  dailyPartitions,
  definitions,
  dep,
  HeddleError,
  ioManager,
  monthlyPartitions,
} from "@heddle/core";
import { date, int32, jsonLines, jsonLinesRows, table, utf8 } from "@heddle/io/json";
import { parquet, parquetBatches, parquetTable } from "@heddle/io/parquet";
import { describe, expect, expectTypeOf, it } from "vitest";
import { assetContext, materializeInMemory, partitionedInput } from "../src/index.ts";

const days = dailyPartitions({ start: "2024-01-28", end: "2024-02-03" });
const months = monthlyPartitions({ start: "2024-01", end: "2024-03" });
const schema = table({ day: date(), station: utf8(), rain: int32().nullable() });

const raw = asset({
  key: "raw",
  partitions: days,
  io: jsonLines({ schema }),
  *materialize({ partition: { key } }) {
    yield { day: key, station: "SEA", rain: Number(key.slice(-2)) };
    yield { day: key, station: "PDX", rain: null };
  },
});

describe("a dependency", () => {
  it("gives the rows, the columns and the form that it asks for", async () => {
    const wet = asset({
      key: "wet",
      partitions: months,
      deps: {
        rows: dep(raw, { columns: ["rain"], where: { station: { eq: "SEA" }, rain: { gt: 1 } } }),
        dry: dep(raw, { io: jsonLinesRows({ schema }), where: { rain: { isNull: true } } }),
      },
      async materialize({ deps }) {
        const rows = await deps.rows.concat();
        expectTypeOf(rows).toEqualTypeOf<{ rain: number | null }[]>();
        let dry = 0;
        for await (const { rain } of await deps.dry.concat()) dry += rain === null ? 1 : 0;
        return { rows, dry };
      },
    });
    const result = await materializeInMemory(definitions({ assets: [raw, wet] }));
    result.assertOk();
    expect(await result.value(wet, "2024-01")).toEqual({
      rows: [{ rain: 28 }, { rain: 29 }, { rain: 30 }, { rain: 31 }],
      dry: 4,
    });
    expect(await result.value(wet, "2024-02")).toEqual({ rows: [{ rain: 2 }], dry: 2 });
  });

  it("of one partition is loaded through the I/O manager that it names, too", async () => {
    const copied = asset({
      key: "copied",
      partitions: days,
      deps: { raw: dep(raw, { io: jsonLinesRows({ schema }) }) },
      async materialize({ deps }) {
        const stations: string[] = [];
        for await (const { station } of deps.raw) stations.push(station);
        return stations;
      },
    });
    const result = await materializeInMemory(definitions({ assets: [raw, copied] }), { partitions: "2024-02-01" });
    result.assertOk();
    expect(await result.value(copied, "2024-02-01")).toEqual(["SEA", "PDX"]);
  });

  it("on Parquet gives one table, or batches as they are read, with the names of the rows' columns", async () => {
    const stored = asset({
      key: "stored",
      partitions: days,
      io: parquet({ schema }),
      deps: { raw },
      materialize: ({ deps }) => deps.raw,
    });
    const where = { rain: { gte: 29 } };
    const year = asset({
      key: "year",
      partitions: months,
      deps: {
        tables: dep(stored, { io: parquetTable(), columns: ["station", "rain"] }),
        batches: dep(stored, { io: parquetBatches(), where, columns: ["day"] }),
      },
      async materialize({ deps }) {
        const all = await deps.tables.concat();
        const found: string[] = [];
        let rows = 0;
        for await (const batch of await deps.batches.concat()) {
          rows += batch.numRows;
          found.push(...batch.schema.fields.map(({ name }) => name));
        }
        return {
          all: all.numRows,
          columns: all.schema.fields.map(({ name }) => name),
          rows,
          found: [...new Set(found)],
        };
      },
    });
    // @ts-expect-error the upstream's rows have no column "snow"
    dep(stored, { io: parquetBatches(), columns: ["snow"] });
    // @ts-expect-error rain is a number
    dep(stored, { io: parquetTable(), where: { rain: { gte: "29" } } });
    const result = await materializeInMemory(definitions({ assets: [raw, stored, year] }));
    result.assertOk();
    expect(await result.value(year, "2024-01")).toEqual({
      all: 8,
      columns: ["station", "rain"],
      rows: 3,
      found: ["day"],
    });
  });

  it("that asks for some rows of a value without rows says so", async () => {
    const total = asset({ key: "total", materialize: () => ({ total: 3 }) });
    const reader = asset({
      key: "reader",
      deps: { total: dep(total, { where: { total: { gt: 1 } } }) },
      materialize: () => 1,
    });
    const { failures } = await materializeInMemory(definitions({ assets: [total, reader] }));
    expect(failures).toMatchObject([{ asset: "reader", error: { code: "IO_SCHEMA_MISMATCH" } }]);
    expect(failures[0]?.error.message).toContain("asset total: only some rows are asked for");
  });

  it("that has no partition joins to what its I/O manager says", async () => {
    const picky = asset({
      key: "picky",
      partitions: days,
      io: jsonLines({ schema }),
      materialize() {
        throw new Error("never made");
      },
    });
    const all = asset({
      key: "all",
      deps: { picky: dep(picky, { wait: atMostMissing(10) }) },
      materialize: async ({ deps }) => (await deps.picky.concat()).length,
    });
    const result = await materializeInMemory(definitions({ assets: [picky, all] }));
    expect(result.failures.map((failure) => failure.asset)).toEqual(Array.from({ length: 6 }, () => "picky"));
    expect(await result.value(all)).toBe(0);
  });
});

describe("one partition of many that cannot be loaded", () => {
  const broken = (error: unknown) => {
    const made = asset({
      key: "made",
      partitions: days,
      io: ioManager<string, string>({
        name: "fragile",
        store: undefined,
        write: async (value) => ({ io: "fragile", objects: [], dataVersion: value }),
        async load({ partitionKey, stored }) {
          if (partitionKey === "2024-01-30") throw error;
          return stored.dataVersion;
        },
      }),
      materialize: ({ partition }) => partition.key,
    });
    const seen: string[] = [];
    const reader = asset({
      key: "reader",
      deps: { made },
      async materialize({ deps }) {
        for await (const [key] of deps.made.load({ concurrency: 8 })) seen.push(key);
      },
    });
    return { seen, run: () => materializeInMemory(definitions({ assets: [made, reader] })) };
  };

  it("is named, after those before it were given out", async () => {
    const { seen, run } = broken(new Error("the disk is on fire"));
    const { failures } = await run();
    expect(failures).toMatchObject([
      {
        asset: "reader",
        cause: "error",
        error: {
          code: "STEP_INPUT_FAILED",
          message: "made [2024-01-30] could not be loaded: the disk is on fire",
          details: { asset: "made", partition: "2024-01-30" },
        },
      },
    ]);
    expect(seen).toEqual(["2024-01-28", "2024-01-29"]);
  });

  it("keeps the code, and so the cause, of an error of its store", async () => {
    const { run } = broken(new HeddleError("IO_STORE_FAILED", "503 Slow Down", { hint: "Wait." }));
    expect((await run()).failures).toMatchObject([
      {
        cause: "io",
        error: { code: "IO_STORE_FAILED", message: expect.stringContaining("made [2024-01-30]"), hint: "Wait." },
      },
    ]);
  });
});

describe("partitionedInput", () => {
  it("loads ahead and joins as a run does", async () => {
    const all = asset({
      key: "all",
      deps: { raw },
      async materialize({ deps }) {
        const keys: string[] = [];
        for await (const [key] of deps.raw.load({ concurrency: 2 })) keys.push(key);
        return { keys, rows: (await deps.raw.concat()).length };
      },
    });
    const row = { day: "2024-01-28", station: "SEA", rain: 1 };
    const input = partitionedInput({ "2024-01-28": [row], "2024-01-29": [row, row] });
    expect(await all.materialize(assetContext(all, { deps: { raw: input } }))).toEqual({
      keys: ["2024-01-28", "2024-01-29"],
      rows: 3,
    });
    const none = await all.materialize(assetContext(all, { deps: { raw: partitionedInput({}) } }));
    expect(none).toEqual({ keys: [], rows: 0 });
  });
});
