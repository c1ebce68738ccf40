import type { OutputTarget } from "@heddle/core";
import fc from "fast-check";
import { posix, win32 } from "node:path";
import { describe, expect, test } from "vitest";
import { assertKeyPrefix, assertObjectKey, encodeObjectKey, objectKeyPrefix, parseObjectKey } from "./object-key.ts";

const target = (assetKey: string, partitionKey: string | null = null, attemptId = "17-1"): OutputTarget => ({
  assetKey,
  partitionKey,
  attemptId,
});
const key = (...parts: Parameters<typeof target>) => encodeObjectKey(target(...parts), "json");

/** Texts that may be part of a key: any Unicode but control characters, and often near twins of each other. */
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 80 }),
  fc.string({ unit: fc.constantFrom("a", "A", "_", "%", "/", ".", "-", "u", "3", "z", "ä", "a\u0308"), maxLength: 8 }),
  fc.string({ unit: fc.constantFrom("a", "A", "é"), minLength: 150, maxLength: 260 }),
  fc.constantFrom("", "_", ".", "..", "con", "CON", "nul", "%2e%2e", "a.", "../../etc/passwd", "__proto__", "US%u3"),
);
const printable = text.map((value) => value.replaceAll(/\p{Cc}/gu, ""));
const anyTarget = fc.record({
  assetKey: printable,
  partitionKey: fc.option(printable, { nil: null }),
  attemptId: printable,
});

describe("encodeObjectKey", () => {
  test.each([
    [key("weather/raw", "2012-01-01"), "weather/raw/2012-01-01/17-1.json"],
    [key("weather/daily_summary"), "weather/daily_summary/_/17-1.json"],
    [key("sales", "US"), "sales/US%u3/17-1.json"],
    [key("sales", "Europe"), "sales/Europe%u1/17-1.json"],
    [key("sales", "2012-01-01T05:00"), "sales/2012-01-01T05%3a00%u1/17-1.json"],
    [key("sales", "_"), "sales/%5f/17-1.json"],
    [key("sales", ""), "sales/%z/17-1.json"],
    [key("sales", ".."), "sales/%2e%2e/17-1.json"],
    [key("sales", "a/b"), "sales/a%2fb/17-1.json"],
    [key("con", "NUL"), "%63on/%4eUL%u3/17-1.json"],
    [key("café"), "caf%c3%a9/_/17-1.json"],
  ])("%s", (encoded, expected) => {
    expect(encoded).toBe(expected);
  });

  test("tells twins apart: letter case, normal forms, dots, slashes", () => {
    const partitions = [
      "us",
      "US",
      "Us",
      "us.",
      "us%2e",
      "é",
      "e\u0301",
      "É",
      "a/b",
      "a%2fb",
      "a\\b",
      " us",
      "us ",
      "_",
      "",
    ];
    const keys = new Set(partitions.map((partition) => key("a", partition).toLowerCase()));
    keys.add(key("a").toLowerCase()).add(key("a/b").toLowerCase()).add(key("A").toLowerCase());
    expect(keys.size).toBe(partitions.length + 3);
  });

  test("keeps keys short enough for every store, however long their parts are", () => {
    const long = "Ünïcode/".repeat(140);
    const encoded = key(long, long, long);
    expect(encoded.length).toBeLessThanOrEqual(1024);
    expect(encoded).not.toBe(key(`${long}x`, long, long));
    expect(Math.max(...encoded.split("/").map((part) => part.length))).toBeLessThanOrEqual(255);
  });

  test.each(["a\0b", "a\nb", "\u007f", "\u0085", "\ud800"])("refuses %j", (bad) => {
    expect(() => key(bad)).toThrow(expect.objectContaining({ code: "IO_KEY_INVALID" }));
    expect(() => key("a", bad)).toThrow(expect.objectContaining({ code: "IO_KEY_INVALID" }));
  });

  test("gives distinct keys for distinct targets, also where letter case is ignored", () => {
    const property = fc.property(anyTarget, anyTarget, (left, right) => {
      const [one, other] = [left, right].map((any) => encodeObjectKey(any, "json").normalize("NFKC").toLowerCase());
      return (one === other) === (JSON.stringify(left) === JSON.stringify(right));
    });
    expect(() => fc.assert(property, { numRuns: 10_000 })).not.toThrow();
  });

  test("gives one key to each of many targets", () => {
    const targets = new Set(fc.sample(anyTarget, 30_000).map((any) => JSON.stringify(any)));
    const keys = [...targets].map((any) => encodeObjectKey(JSON.parse(any) as OutputTarget, "json").toLowerCase());
    expect(new Set(keys).size).toBe(targets.size);
  });

  test("stays inside the root on POSIX and on Windows, and is a key that stores take", () => {
    const property = fc.property(anyTarget, (any) => {
      const encoded = encodeObjectKey(any, "json");
      assertObjectKey(encoded);
      const windows = `C:\\root\\${encoded.replaceAll("/", "\\")}`;
      return posix.resolve("/root", encoded) === `/root/${encoded}` && win32.resolve("C:\\root", encoded) === windows;
    });
    expect(() => fc.assert(property, { numRuns: 5_000 })).not.toThrow();
  });
});

describe("assertObjectKey", () => {
  test.each([
    "",
    "/a",
    "a/",
    "a//b",
    ".",
    "..",
    "a/../b",
    "a/.tmp-1",
    "a\\b",
    "C:/a",
    "a\0",
    "é",
    "a.",
    "x".repeat(256),
  ])("refuses %j", (bad) => {
    expect(() => assertObjectKey(bad)).toThrow(expect.objectContaining({ code: "IO_KEY_INVALID" }));
  });

  test("takes prefixes that end anywhere in a key, and no others", () => {
    for (const prefix of ["", "a", "a/", "a/b.j"]) assertKeyPrefix(prefix);
    for (const bad of ["/", "../", "a/../", ".tmp"]) expect(() => assertKeyPrefix(bad)).toThrow(/not an object key/);
  });
});

describe("parseObjectKey", () => {
  test("reads what was encoded, but for what only a hash is left of", () => {
    const property = fc.property(anyTarget, (any) => {
      const encoded = encodeObjectKey(any, "json");
      expect(encoded.startsWith(objectKeyPrefix(any.assetKey))).toBe(true);
      const { partitionKey, attemptId } = any;
      const isHashed = /%h[0-9a-f]{64}/.test(encoded.slice(objectKeyPrefix(any.assetKey).length));
      expect(parseObjectKey(encoded, any.assetKey)).toEqual(isHashed ? null : { partitionKey, attemptId });
    });
    fc.assert(property, { numRuns: 10_000 });
  });

  test.each([
    "weather/raw/2012-01-01/17-1",
    "weather/raw/2012-01-01/17-1.JSON",
    "weather/raw/2012-01-01/17-1.json.gz",
    "weather/raw/2012-01-01/deeper/17-1.json",
    "weather/raw/17-1.json",
    "weather/raw/US/17-1.json",
    "weather/raw/us%u3/17-1.json",
    "weather/raw/a%0ab/17-1.json",
    "weather/raw/a%zzb/17-1.json",
    "weather/raw/%/17-1.json",
    "weather/raws/2012-01-01/17-1.json",
    "weather/raw/%h00/17-1.json",
    "",
  ])("leaves %j to others", (foreign) => {
    expect(parseObjectKey(foreign, "weather/raw")).toBeNull();
  });
});
