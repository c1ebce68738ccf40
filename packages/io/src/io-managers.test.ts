import type { InputContext, ObjectStore, OutputContext, StoredValue } from "@heddle/core";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import { collect } from "../test/collect.ts";
import { TEST_IO_MANAGERS } from "../test/test-io-managers.ts";
import { flipBit } from "../test/contents.ts";
import { TEST_STORES } from "../test/test-stores.ts";
import { unaborted } from "../test/unaborted.ts";
import { memoryStore } from "./memory.ts";

const code = (expected: string) => expect.objectContaining({ code: expected });

const target = { assetKey: "weather/raw", partitionKey: "2012-01-01", attemptId: "17-1", fence: 1 };
const output = (store: ObjectStore, over: Partial<OutputContext> = {}): OutputContext => ({
  ...target,
  store,
  ...unaborted,
  ...over,
});
const input = (store: ObjectStore, stored: StoredValue, over: Partial<InputContext> = {}): InputContext => ({
  assetKey: target.assetKey,
  partitionKey: target.partitionKey,
  store,
  stored,
  ...unaborted,
  ...over,
});

const cases = TEST_STORES.flatMap(({ name, open }) =>
  TEST_IO_MANAGERS.map((manager) => ({ ...manager, store: name, open })),
);

// The contract of every I/O manager on every store. A new one is added to TEST_IO_MANAGERS and passes all of it.
describe.each(cases)("$title in $store", ({ io, values, comparable = (value: unknown) => value, open, ...rest }) => {
  test("loads what was stored", async () => {
    await using opened = await open();
    for (const [name, value] of Object.entries(values)) {
      const stored = await io.write(value, output(opened.store, { attemptId: name }));
      // What the database keeps is JSON.
      const recorded = JSON.parse(JSON.stringify(stored)) as StoredValue;
      expect(recorded).toEqual(stored);
      expect(comparable(await io.load(input(opened.store, recorded)))).toEqual(comparable(value));
    }
  });

  test("records where the value lies, how large it is and which columns it has", async () => {
    await using opened = await open();
    const stored = await io.write(values.many, output(opened.store));
    expect(stored.io).toBe(io.name);
    expect(stored.objects).toHaveLength(1);
    expect(stored.objects[0]!.key).toMatch(/^weather\/raw\/2012-01-01\/17-1\.[a-z]+$/);
    expect(stored.rows).toBe(rest.manyRows);
    const listed = await collect(opened.store.list("weather/raw/"));
    expect(listed).toMatchObject([{ key: stored.objects[0]!.key, bytes: stored.objects[0]!.bytes }]);
  });

  test("gives equal values one data version, and different values different ones", async () => {
    await using opened = await open();
    const write = async (value: unknown, attemptId: string) =>
      (await io.write(value, output(opened.store, { attemptId }))).dataVersion;
    expect(await write(values.many, "1")).toBe(await write(values.many, "2"));
    const versions = await Promise.all(Object.entries(values).map(([name, value]) => write(value, name)));
    expect(new Set(versions).size).toBe(versions.length);
    expect(versions.every((version) => /^[0-9a-f]{64}$/.test(version))).toBe(true);
  });

  test.each([
    ["a flipped bit", flipBit],
    ["a missing end", (content: Uint8Array) => content.slice(0, -1)],
  ])("finds %s, and names asset, partition, place and remedy", async (_name, change) => {
    await using opened = await open();
    const stored = await io.write(values.many, output(opened.store));
    await opened.damage(stored.objects[0]!.key, change);
    const loading = io.load(input(opened.store, stored));
    await expect(loading).rejects.toThrow(code("IO_OBJECT_CORRUPT"));
    await expect(loading).rejects.toThrow(/asset weather\/raw, partition 2012-01-01: /);
    await expect(loading).rejects.toThrow(opened.store.locate(stored.objects[0]!.key));
    await expect(loading).rejects.toMatchObject({ hint: expect.stringMatching(/[Mm]aterialize/) as string });
  });

  test("says that an object is missing", async () => {
    await using opened = await open();
    const stored = await io.write(values.one, output(opened.store));
    await opened.store.delete(stored.objects[0]!.key);
    const loading = io.load(input(opened.store, stored, { partitionKey: null }));
    await expect(loading).rejects.toThrow(code("IO_OBJECT_MISSING"));
    await expect(loading).rejects.toThrow(/^asset weather\/raw: /);
  });

  test("refuses what another I/O manager stored", async () => {
    await using opened = await open();
    const stored = await io.write(values.one, output(opened.store));
    const loading = io.load(input(opened.store, { ...stored, io: "other" }));
    await expect(loading).rejects.toThrow(code("IO_MANAGER_MISMATCH"));
    await expect(io.load(input(opened.store, { ...stored, objects: [] }))).rejects.toThrow(code("IO_MANAGER_MISMATCH"));
  });

  test("refuses what it cannot store, and stores nothing", async () => {
    await using opened = await open();
    const writing = io.write(Symbol("x"), output(opened.store));
    await expect(writing).rejects.toThrow(code("IO_VALUE_NOT_STORABLE"));
    await expect(writing).rejects.toThrow(/asset weather\/raw, partition 2012-01-01: .*symbol/);
    expect(await collect(opened.store.list(""))).toEqual([]);
  });

  test("stops when the signal fires, with its reason", async () => {
    await using opened = await open();
    const reason = new Error("canceled");
    const signal = AbortSignal.abort(reason);
    await expect(io.write(values.many, output(opened.store, { signal }))).rejects.toBe(reason);
    expect(await collect(opened.store.list(""))).toEqual([]);
    const stored = await io.write(values.one, output(opened.store));
    await expect(io.load(input(opened.store, stored, { signal }))).rejects.toBe(reason);
  });

  test("stores one attempt's value once, however often it is repeated", async () => {
    await using opened = await open();
    const repeated = await Promise.all([1, 2, 3].map(() => io.write(values.one, output(opened.store))));
    expect(repeated[1]).toEqual(repeated[0]);
    expect(await collect(opened.store.list(""))).toHaveLength(1);
    await expect(io.write(values.many, output(opened.store))).rejects.toThrow(code("IO_OBJECT_EXISTS"));
  });
});

describe.each(cases.filter(({ projection }) => projection !== undefined))(
  "$title in $store",
  ({ io, values, comparable = (value: unknown) => value, open, projection }) => {
    test("loads the columns that are asked for", async () => {
      await using opened = await open();
      const stored = await io.write(values.many, output(opened.store));
      const { columns, expected } = projection ?? { columns: [], expected: undefined };
      expect(comparable(await io.load(input(opened.store, stored, { columns })))).toEqual(expected);
      const asking = io.load(input(opened.store, stored, { columns: [...columns, "nope"] }));
      await expect(asking).rejects.toThrow(code("IO_COLUMN_UNKNOWN"));
      await expect(asking).rejects.toThrow(/weather\/raw.*"nope".*"station"/);
    });
  },
);

test.each(TEST_IO_MANAGERS.filter(({ large }) => large !== undefined))(
  "$title: 100,000 rows",
  async ({ io, large }) => {
    const store = memoryStore();
    const rows = large?.() ?? [];
    const stored = await io.write(rows, output(store));
    expect(stored.rows).toBe(100_000);
    // The matcher's own comparison takes seconds for so many rows.
    expect(isDeepStrictEqual(await io.load(input(store, stored)), rows)).toBe(true);
  },
);

test("an I/O manager with a store of its own uses it, and not the deployment's", async () => {
  const { json } = await import("./json.ts");
  const [own, deployment] = [memoryStore(), memoryStore()];
  const io = json({ store: own });
  const stored = await io.write({ a: 1 }, output(deployment));
  expect([own.objects.size, deployment.objects.size]).toEqual([1, 0]);
  expect(await io.load(input(deployment, stored))).toEqual({ a: 1 });
});
