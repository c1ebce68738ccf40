import type { AnyIoManager, InputContext, ObjectStore, OutputContext, RowFilter, StoredValue } from "@heddle/core";
import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { beforeEach, describe, expect, test } from "vitest";
import { memoryStore } from "../memory.ts";
import { collect, flipBit, unaborted } from "./contents.ts";
import type { TestStore } from "./describe-object-store.ts";
import { PATIENCE } from "./test-store.ts";

/** What the suite has to know about an I/O manager, in order to try it. */
export interface TestIoManager {
  /** Names it in the reports. */
  readonly title: string;
  readonly io: AnyIoManager;
  /** Values by what is special about them; every set has `empty`, `one` and `many`. */
  readonly values: Readonly<Record<"empty" | "one" | "many", unknown>> & Readonly<Record<string, unknown>>;
  /** For values that the matcher cannot compare as they are, such as those that are loaded in another form. */
  readonly comparable?: (value: unknown) => unknown;
  /** The number of rows that is recorded for `many`; absent for values that are no tables. */
  readonly manyRows?: number;
  /** A hundred thousand rows. */
  readonly large?: () => unknown[];
  /** Columns to ask for, and the comparable value of `many` with these alone. */
  readonly projection?: { readonly columns: readonly string[]; readonly expected: unknown };
  /** Rows to ask for, for an I/O manager that `filters`, and the comparable value of `many` with these alone. */
  readonly filter?: { readonly where: RowFilter; readonly expected: unknown };
  /**
   * Whether a value lies in one object of the store, under a key of Heddle's form. False for one that keeps its values
   * elsewhere, such as in tables: what is tried by damaging objects is left out then. @default true
   */
  readonly inObjects?: boolean;
}

/** The deployment's store that tests of an I/O manager run on: an empty one for each. */
export interface TestStoreSource {
  readonly name: string;
  open(): Promise<TestStore>;
}

const code = (expected: string) => expect.objectContaining({ code: expected });

const target = { assetKey: "weather/raw", partitionKey: "2012-01-01", fence: 1 };

/** Tests of an I/O manager that does not use the store share the place where it keeps its values: attempts are unique. */
let attempts = "";

function output(store: ObjectStore, over: Partial<OutputContext> = {}): OutputContext {
  const { attemptId = "17-1", ...rest } = over;
  return { ...target, store, ...unaborted, ...rest, attemptId: `${attempts}${attemptId}` };
}

function input(store: ObjectStore, stored: StoredValue, over: Partial<InputContext> = {}): InputContext {
  const { assetKey, partitionKey } = target;
  return { assetKey, partitionKey, store, stored, ...unaborted, ...over };
}

const removal = (store: ObjectStore) => ({
  assetKey: target.assetKey,
  partitionKey: target.partitionKey,
  store,
  ...unaborted,
});

/** An object of a value that has one. */
function soleKey({ objects: [object] }: StoredValue): string {
  if (object === undefined) throw new Error("the value has no object: state `inObjects: false`");
  return object.key;
}

/**
 * The contract of every I/O manager, as tests of vitest: call it in a test file, once for each I/O manager of yours.
 *
 * @param stores the stores to try it on. @default one in memory
 * @example
 * describeIoManager({ title: "msgpack", io: msgpack(), values: { empty: null, one: { a: 1 }, many: rows } });
 */
export function describeIoManager(manager: TestIoManager, stores: readonly TestStoreSource[] = [IN_MEMORY]): void {
  describe.each(stores)(`${manager.title} in $name`, PATIENCE, ({ open }) => {
    beforeEach(() => {
      attempts = manager.inObjects === false ? `${randomUUID()}-` : "";
    });
    describeValues(manager, open);
    describeAttempts(manager, open);
    if (manager.inObjects !== false) describeObjects(manager, open);
    if (manager.projection !== undefined) describeProjection(manager, manager.projection, open);
    if (manager.filter !== undefined) describeFilter(manager, manager.filter, open);
  });
  if (manager.large !== undefined) describeLarge(manager, manager.large);
}

const IN_MEMORY: TestStoreSource = {
  name: "memory",
  async open() {
    const store = memoryStore();
    return {
      store,
      async damage(key, change) {
        // The map is read-only by its type alone.
        const objects = store.objects as Map<string, Uint8Array>;
        objects.set(key, change(objects.get(key)?.slice() ?? new Uint8Array()));
      },
      async [Symbol.asyncDispose]() {},
    };
  },
};

type Open = TestStoreSource["open"];

const unchanged = (value: unknown): unknown => value;

function describeValues({ io, values, comparable = unchanged, ...rest }: TestIoManager, open: Open): void {
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

  test("records who stored the value, and how many rows it has", async () => {
    await using opened = await open();
    const stored = await io.write(values.many, output(opened.store));
    expect(stored.io).toBe(io.name);
    expect(stored.rows).toBe(rest.manyRows);
  });

  test("gives equal values one data version, and different values different ones", async () => {
    await using opened = await open();
    const write = async (value: unknown, attemptId: string): Promise<string> =>
      (await io.write(value, output(opened.store, { attemptId }))).dataVersion;
    expect(await write(values.many, "1")).toBe(await write(values.many, "2"));
    const versions = await Promise.all(Object.entries(values).map(([name, value]) => write(value, name)));
    expect(new Set(versions).size).toBe(versions.length);
    expect(versions.every((version) => /^[0-9a-f]{16,}$/.test(version))).toBe(true);
  });

  test("refuses what another I/O manager stored", async () => {
    await using opened = await open();
    const stored = await io.write(values.one, output(opened.store));
    const loading = io.load(input(opened.store, { ...stored, io: "other" }));
    await expect(loading).rejects.toThrow(code("IO_MANAGER_MISMATCH"));
  });

  test("refuses what it cannot store, and stores nothing", async () => {
    await using opened = await open();
    const writing = io.write(Symbol("x"), output(opened.store));
    await expect(writing).rejects.toThrow(code("IO_VALUE_NOT_STORABLE"));
    await expect(writing).rejects.toThrow(/asset weather\/raw, partition 2012-01-01: .*symbol/);
    expect(await collect(opened.store.list(""))).toEqual([]);
  });
}

function describeAttempts({ io, values, comparable = unchanged }: TestIoManager, open: Open): void {
  test("keeps the values of attempts apart: a later one changes nothing of an earlier one", async () => {
    await using opened = await open();
    const first = await io.write(values.one, output(opened.store, { attemptId: "17-1", fence: 1 }));
    const second = await io.write(values.many, output(opened.store, { attemptId: "18-2", fence: 2 }));
    expect(comparable(await io.load(input(opened.store, first)))).toEqual(comparable(values.one));
    expect(comparable(await io.load(input(opened.store, second)))).toEqual(comparable(values.many));
  });

  test("publishes again and again, and an older attempt takes nothing back", async () => {
    await using opened = await open();
    const [older, newer] = [
      output(opened.store, { attemptId: "17-1", fence: 1 }),
      output(opened.store, { attemptId: "18-2", fence: 2 }),
    ];
    const first = await io.write(values.one, older);
    const second = await io.write(values.many, newer);
    for (const [stored, context] of [
      [second, newer],
      [second, newer],
      [first, older],
    ] as const) {
      await io.publish?.(stored, context);
      expect(comparable(await io.load(input(opened.store, second)))).toEqual(comparable(values.many));
    }
  });

  test("removes one value and no other, whether it was published or not, and as often as it is asked", async () => {
    await using opened = await open();
    const older = output(opened.store, { attemptId: "17-1", fence: 1 });
    const newer = output(opened.store, { attemptId: "18-2", fence: 2 });
    const first = await io.write(values.many, older);
    await io.publish?.(first, older);
    const second = await io.write(values.one, newer);
    await io.publish?.(second, newer);
    const staged = await io.write(values.many, output(opened.store, { attemptId: "19-3", fence: 3 }));
    for (const stored of [first, first, staged, staged]) await io.remove(stored, removal(opened.store));
    await expect(io.load(input(opened.store, first))).rejects.toThrow(code("IO_OBJECT_MISSING"));
    await expect(io.load(input(opened.store, staged))).rejects.toThrow(code("IO_OBJECT_MISSING"));
    expect(comparable(await io.load(input(opened.store, second)))).toEqual(comparable(values.one));
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
}

function describeObjects({ io, values }: TestIoManager, open: Open): void {
  test("stores one object under a key that holds asset, partition and attempt", async () => {
    await using opened = await open();
    const stored = await io.write(values.many, output(opened.store));
    expect(stored.objects).toHaveLength(1);
    const [object] = stored.objects;
    expect(object?.key).toMatch(/^weather\/raw\/2012-01-01\/17-1\.[a-z0-9]+$/);
    const listed = await collect(opened.store.list("weather/raw/"));
    expect(listed).toMatchObject([{ key: object?.key, bytes: object?.bytes }]);
  });

  test.each([
    ["a flipped bit", flipBit],
    ["a missing end", (content: Uint8Array) => content.slice(0, -1)],
  ])("finds %s, and names asset, partition, place and remedy", async (_name, change) => {
    await using opened = await open();
    const stored = await io.write(values.many, output(opened.store));
    await opened.damage(soleKey(stored), change);
    const loading = io.load(input(opened.store, stored));
    await expect(loading).rejects.toThrow(code("IO_OBJECT_CORRUPT"));
    await expect(loading).rejects.toThrow(/asset weather\/raw, partition 2012-01-01: /);
    await expect(loading).rejects.toThrow(opened.store.locate(soleKey(stored)));
    await expect(loading).rejects.toMatchObject({ hint: expect.stringMatching(/[Mm]aterialize/) as string });
  });

  test("says that an object is missing", async () => {
    await using opened = await open();
    const stored = await io.write(values.one, output(opened.store));
    await opened.store.delete(soleKey(stored));
    const loading = io.load(input(opened.store, stored, { partitionKey: null }));
    await expect(loading).rejects.toThrow(code("IO_OBJECT_MISSING"));
    await expect(loading).rejects.toThrow(/^asset weather\/raw: /);
  });

  test("refuses a value without its object", async () => {
    await using opened = await open();
    const stored = await io.write(values.one, output(opened.store));
    await expect(io.load(input(opened.store, { ...stored, objects: [] }))).rejects.toThrow(code("IO_MANAGER_MISMATCH"));
  });

  test("stores one attempt's value once, however often it is repeated", async () => {
    await using opened = await open();
    const repeated = await Promise.all([1, 2, 3].map(() => io.write(values.one, output(opened.store))));
    expect(repeated[1]).toEqual(repeated[0]);
    expect(await collect(opened.store.list(""))).toHaveLength(1);
    await expect(io.write(values.many, output(opened.store))).rejects.toThrow(code("IO_OBJECT_EXISTS"));
  });
}

function describeProjection(
  { io, values, comparable = unchanged }: TestIoManager,
  { columns, expected }: NonNullable<TestIoManager["projection"]>,
  open: Open,
): void {
  test("loads the columns that are asked for, and names those that there are when one is not there", async () => {
    await using opened = await open();
    const stored = await io.write(values.many, output(opened.store));
    expect(comparable(await io.load(input(opened.store, stored, { columns })))).toEqual(expected);
    const asking = io.load(input(opened.store, stored, { columns: [...columns, "nope"] }));
    await expect(asking).rejects.toThrow(code("IO_COLUMN_UNKNOWN"));
    for (const text of ["weather/raw", '"nope"', columns[0] ?? ""]) await expect(asking).rejects.toThrow(text);
  });
}

function describeFilter(
  { io, values, comparable = unchanged }: TestIoManager,
  { where, expected }: NonNullable<TestIoManager["filter"]>,
  open: Open,
): void {
  test("says that it filters, and loads exactly the rows that are asked for", async () => {
    expect(io.filters).toBe(true);
    await using opened = await open();
    const stored = await io.write(values.many, output(opened.store));
    expect(comparable(await io.load(input(opened.store, stored, { where })))).toEqual(expected);
    expect(comparable(await io.load(input(opened.store, stored, { where: {} })))).toEqual(comparable(values.many));
    const empty = await io.write(values.empty, output(opened.store, { attemptId: "18-2", fence: 2 }));
    expect(comparable(await io.load(input(opened.store, empty, { where })))).toEqual(comparable(values.empty));
    const asking = io.load(input(opened.store, stored, { where: { ...where, nope: { isNull: false } } }));
    await expect(asking).rejects.toThrow(code("IO_COLUMN_UNKNOWN"));
  });
}

function describeLarge({ title, io, comparable = unchanged }: TestIoManager, large: () => unknown[]): void {
  test(`${title}: 100,000 rows`, PATIENCE, async () => {
    const store = memoryStore();
    const rows = large();
    const stored = await io.write(rows, output(store, { attemptId: "large" }));
    expect(stored.rows).toBe(100_000);
    // The matcher's own comparison takes seconds for so many rows.
    expect(isDeepStrictEqual(comparable(await io.load(input(store, stored))), comparable(rows))).toBe(true);
  });
}
