import type { AnyIoManager, ObjectStore, StoredValue } from "@heddle/core";
import { makeVector, type RecordBatch, Table } from "apache-arrow";
import { describe, expect, test } from "vitest";
import { arrowBatches, arrowTable } from "./arrow.ts";
import { memoryStore } from "./memory.ts";
import { float64, int32, parquet, parquetBatches, parquetTable } from "./parquet.ts";
import { table } from "./parquet.ts";
import { collect } from "../test/collect.ts";
import { countingStore } from "../test/counting-store.ts";
import { input, write } from "../test/written-table.ts";

describe("a long table", () => {
  const ROWS = 400_000;
  const schema = table({ id: int32(), a: float64(), b: float64(), c: float64() });
  const numbers = () => Float64Array.from({ length: ROWS }, () => Math.random());
  const long = new Table({
    id: makeVector(Int32Array.from({ length: ROWS }, (_, index) => index)),
    a: makeVector(numbers()),
    b: makeVector(numbers()),
    c: makeVector(numbers()),
  });

  async function stored(io: AnyIoManager) {
    const store = countingStore(memoryStore());
    const value = await write(io, long, store);
    return { store, value, bytes: value.objects[0]!.bytes };
  }

  test("gives one of its columns for a part of its bytes, in Parquet", async () => {
    const { store, value, bytes } = await stored(parquetTable());
    const loaded = await parquetTable().load(input(value, store, { columns: ["b"] }));
    expect(loaded.numRows).toBe(ROWS);
    expect(loaded.getChild("b")?.get(ROWS - 1)).toBe(long.getChild("b")?.get(ROWS - 1));
    // A third of the bytes, in whole blocks of 1 MiB, and the end of the file.
    expect(store.takeCounts().bytes).toBeLessThan(bytes * 0.75);
  });

  test("reads the row groups alone that can fit", async () => {
    const { store, value, bytes } = await stored(parquetTable());
    const filter = { id: { gte: ROWS - 10 } };
    const loaded = await parquet({ schema }).load(input(value, store, { where: filter, columns: ["a"] }));
    expect(loaded).toHaveLength(10);
    expect(store.takeCounts().bytes).toBeLessThan(bytes / 2);
    const none = await parquetTable().load(input(value, store, { where: { id: { lt: 0 } } }));
    expect([none.numRows, none.schema.names]).toEqual([0, ["id", "a", "b", "c"]]);
    expect(store.takeCounts().requests).toBe(1);
  });

  test.each([
    ["parquet", parquetTable(), parquetBatches()],
    ["arrow", arrowTable(), arrowBatches()],
  ])("shows its first rows without being read as a whole: %s", async (_name, io) => {
    const { store, value, bytes } = await stored(io);
    const preview = await io.preview?.(input(value, store), { rows: 3 });
    expect(preview?.rows.map(([id]) => id)).toEqual([0, 1, 2]);
    expect(preview?.totalRows).toBe(ROWS);
    // One row group of Parquet and those that are on their way behind it; there are four.
    expect(store.takeCounts().bytes).toBeLessThan(bytes);
  });

  test.each([
    ["parquet", parquetTable(), parquetBatches()],
    ["arrow", arrowTable(), arrowBatches()],
  ])("is refused where it was damaged or cut: %s", async (_name, io, batches) => {
    const memory = memoryStore();
    const value = await write(io, long, memory);
    // The map is read-only by its type alone.
    const objects = memory.objects as Map<string, Uint8Array>;
    const [[key, content] = ["", new Uint8Array()]] = objects;
    for (const at of [20, content.length >> 1, content.length - 20]) {
      const damaged = content.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      objects.set(key, damaged);
      await expect(io.load(input(value, memory))).rejects.toMatchObject({ code: "IO_OBJECT_CORRUPT" });
      await expect(consume(batches, value, memory)).rejects.toThrow(/weather\/raw, partition 2012-01-01: /);
      await expect(consume(batches, value, memory)).rejects.toMatchObject({ code: "IO_OBJECT_CORRUPT" });
    }
    objects.set(key, content.subarray(0, content.length - 1));
    await expect(consume(batches, value, memory)).rejects.toMatchObject({ code: "IO_OBJECT_CORRUPT" });
    objects.delete(key);
    await expect(consume(batches, value, memory)).rejects.toMatchObject({ code: "IO_OBJECT_MISSING" });
  });

  async function consume(io: AnyIoManager, value: StoredValue, store: ObjectStore): Promise<number> {
    const batches = (await io.load(input(value, store))) as AsyncIterable<RecordBatch>;
    return (await collect(batches)).length;
  }

  test("can be looped over more than once, and left early", async () => {
    const { store, value } = await stored(parquetBatches());
    const batches = await parquetBatches().load(input(value, store));
    for (let round = 0; round < 2; round += 1) {
      let rows = 0;
      for await (const batch of batches) rows += batch.numRows;
      expect(rows).toBe(ROWS);
    }
    for await (const batch of batches) {
      expect(batch.numRows).toBe(131_072);
      break;
    }
  });
});
