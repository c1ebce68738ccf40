import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { json, jsonLines } from "./json.ts";
import { canonicalJson, inspectJson } from "./json-text.ts";
import { memoryStore } from "./memory.ts";
import { int32, table, timestamp, utf8 } from "./parquet.ts";

const signal = new AbortController().signal;
const context = () => ({ assetKey: "a", partitionKey: null, store: memoryStore(), signal });

function cycle(): unknown {
  const parent: { children: unknown[] } = { children: [] };
  parent.children.push({ parent });
  return parent;
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
}

class Point {
  readonly x = 1;
}

describe("what is not JSON is refused with its path", () => {
  test.each<[string, unknown, string]>([
    ["undefined", undefined, "value is undefined"],
    ["undefined in a list", [1, undefined], "value[1] is undefined"],
    ["a hole", Array.from({ length: 1 }), "value[0] is undefined"],
    ["NaN", { rows: [{ t: Number.NaN }] }, "value.rows[0].t is NaN"],
    ["Infinity", [Infinity], "value[0] is Infinity"],
    ["a function", { f: () => 1 }, "value.f is a function"],
    ["a bigint", { n: 1n }, "value.n is 1n"],
    ["a symbol", { s: Symbol("s") }, "value.s is a symbol"],
    ["a symbol as a key", { [Symbol("s")]: 1 }, "value is an object with a symbol as a key"],
    ["a Date", { at: new Date(0) }, "value.at is a Date (1970-01-01T00:00:00.000Z)"],
    ["a Map", [new Map()], "value[0] is a Map"],
    ["an instance of a class", [new Point()], "value[0] is a Point"],
    ["bytes", Uint8Array.of(1), "value is an Uint8Array"],
    ["a cycle", cycle(), "value.children[0].parent is a cycle: it contains itself"],
    ["a deep nest", nested(501), /is nested more than 500 levels deep/ as unknown as string],
    ["NUL in text", { "a b": "x\0" }, 'value["a b"] is text with a NUL character'],
    ["NUL in a key", { "x\0": 1 }, 'value["x\\u0000"] is a key with a NUL character'],
    ["half of a surrogate pair", ["\udc00"], "value[0] is text with half of a surrogate pair"],
  ])("%s", async (_name, value, problem) => {
    const writing = json().write(value as never, { ...context(), attemptId: "1", fence: 1 });
    await expect(writing).rejects.toThrow(expect.objectContaining({ code: "IO_VALUE_NOT_STORABLE" }));
    await expect(writing).rejects.toThrow(problem);
  });

  test("jsonLines names the row, and wants an array", async () => {
    const write = (value: unknown) => jsonLines().write(value as never, { ...context(), attemptId: "1", fence: 1 });
    await expect(write([{ a: 1 }, { a: 1n }])).rejects.toThrow("value[1].a is 1n");
    await expect(write({ a: 1 })).rejects.toThrow('expected rows, got an object with "a"');
  });

  test("the same object twice is no cycle, a deep nest below the limit is none either", () => {
    const shared = { a: 1 };
    expect(inspectJson([shared, { shared }]).problem).toBeNull();
    expect(inspectJson(nested(500)).problem).toBeNull();
  });
});

describe("json", () => {
  const roundTrip = async (value: unknown) => {
    const given = context();
    const stored = await json().write(value as never, { ...given, attemptId: "1", fence: 1 });
    return { stored, loaded: (await json().load({ ...given, stored })) as unknown };
  };

  test("leaves out properties that are undefined, and keeps every key as plain data", async () => {
    expect((await roundTrip({ a: undefined, b: 1 })).loaded).toEqual({ b: 1 });
    const hostile = JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":1}}') as unknown;
    const { loaded } = await roundTrip(hostile);
    expect(JSON.stringify(loaded)).toBe(JSON.stringify(hostile));
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test("gives one data version whatever the order of keys is, and loads the order that was stored", async () => {
    const one = await roundTrip({ b: [{ d: 1, c: 2 }], a: 1 });
    const other = await roundTrip({ a: 1, b: [{ c: 2, d: 1 }] });
    expect(one.stored.dataVersion).toBe(other.stored.dataVersion);
    expect(JSON.stringify(one.loaded)).toBe('{"b":[{"d":1,"c":2}],"a":1}');
    expect((await roundTrip({ a: 1, b: [{ c: 2, d: 2 }] })).stored.dataVersion).not.toBe(one.stored.dataVersion);
  });

  test("stores every JSON value", async () => {
    const property = fc.asyncProperty(fc.jsonValue(), async (value) => {
      const text = JSON.stringify(value);
      if (text.includes("\\u0000")) return;
      expect(JSON.stringify((await roundTrip(value)).loaded)).toBe(text);
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(text));
      expect(inspectJson(value).isCanonical).toBe(canonicalJson(value) === text);
    });
    await expect(fc.assert(property, { numRuns: 500 })).resolves.toBeUndefined();
  });
});

describe("jsonLines", () => {
  test("writes a line for each row, in the schema's order of columns, that other programs can read", async () => {
    const given = context();
    const schema = table({ at: timestamp(), name: utf8(), n: int32().nullable() });
    const rows = [
      { n: null, name: "a\nb", at: new Date(0) },
      { n: 1, name: "é", at: new Date(1) },
    ];
    const stored = await jsonLines({ schema }).write(rows, { ...given, attemptId: "1", fence: 1 });
    const text = Buffer.from(given.store.objects.get(stored.objects[0]!.key)!).toString();
    expect(text).toBe(
      '{"at":"1970-01-01T00:00:00.000Z","name":"a\\nb","n":null}\n{"at":"1970-01-01T00:00:00.001Z","name":"é","n":1}\n',
    );
  });

  test("reads lines of more bytes than are decoded at once", async () => {
    const given = context();
    const rows = Array.from({ length: 40 }, (_, index) => ({ index, text: "x".repeat(1_000_000) }));
    const stored = await jsonLines().write(rows, { ...given, attemptId: "1", fence: 1 });
    expect(await jsonLines().load({ ...given, stored })).toEqual(rows);
  });

  test("does not load with a schema that was not there when it was stored, but for new nullable columns", async () => {
    const given = context();
    const stored = await jsonLines({ schema: table({ a: utf8() }) }).write([{ a: "x" }], {
      ...given,
      attemptId: "1",
      fence: 1,
    });
    const load = (schema: Parameters<typeof jsonLines>[0]) => jsonLines(schema as never).load({ ...given, stored });
    expect(await load({ schema: table({ a: utf8(), b: int32().nullable() }) } as never)).toEqual([{ a: "x", b: null }]);
    const mismatch = expect.objectContaining({ code: "IO_SCHEMA_MISMATCH" });
    await expect(load({ schema: table({ a: timestamp() }) } as never)).rejects.toThrow(mismatch);
    await expect(load({ schema: table({ b: utf8() }) } as never)).rejects.toThrow(mismatch);
  });
});
