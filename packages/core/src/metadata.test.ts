import { describe, expect, test } from "vitest";
import { MAX_METADATA_LENGTH, meta, normalizeMetadata } from "./metadata.ts";

const invalid = expect.objectContaining({ code: "METADATA_INVALID" });

describe("normalizeMetadata", () => {
  test("tags plain values by their type, and keeps tagged ones", () => {
    const normalized = normalizeMetadata({
      rows: 3,
      note: "ok",
      done: true,
      nothing: null,
      list: [1, 2],
      report: meta.url("https://example.org", "Report"),
      size: meta.number(12, "MB"),
    });
    expect(JSON.parse(JSON.stringify(normalized))).toEqual({
      rows: { type: "number", value: 3 },
      note: { type: "text", value: "ok" },
      done: { type: "boolean", value: true },
      nothing: { type: "json", value: null },
      list: { type: "json", value: [1, 2] },
      report: { type: "url", value: "https://example.org", label: "Report" },
      size: { type: "number", value: 12, unit: "MB" },
    });
  });

  test("an object that only looks tagged is JSON", () => {
    const { entry } = normalizeMetadata({ entry: { type: "number", value: 3 } });
    expect(entry).toEqual({ type: "json", value: { type: "number", value: 3 } });
  });

  test("may be repeated", () => {
    const once = normalizeMetadata({ n: 1, t: "x", j: [1], u: meta.path("/a") });
    expect(normalizeMetadata({ ...once })).toEqual(once);
  });

  test("names that mean something to JavaScript are names like any other", () => {
    const normalized = normalizeMetadata(JSON.parse('{ "__proto__": 1, "constructor": 2 }'));
    expect(Object.entries(normalized)).toHaveLength(2);
    expect(({} as { value?: unknown }).value).toBeUndefined();
  });

  test("refuses what is not JSON, and too much of it", () => {
    expect(() => normalizeMetadata({ at: new Date(0) as never })).toThrow(invalid);
    expect(() => normalizeMetadata({ n: Number.NaN })).toThrow(invalid);
    expect(() => normalizeMetadata({ long: "x".repeat(MAX_METADATA_LENGTH) })).toThrow(/more than/u);
  });
});

describe("meta", () => {
  test("a table takes its columns from all rows", () => {
    expect(meta.table([{ a: 1 }, { a: 2, b: "x" }])).toEqual({
      type: "table",
      columns: ["a", "b"],
      rows: [
        [1, null],
        [2, "x"],
      ],
    });
    expect(() => meta.table(Array.from({ length: 1_001 }, () => ({})))).toThrow(invalid);
  });

  test.each(["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "//evil"])(
    "refuses the address %s",
    (url) => {
      expect(() => meta.url(url)).toThrow(invalid);
      expect(() => meta.image(url)).toThrow(invalid);
    },
  );

  test("takes an instant as a Date or a number", () => {
    expect(meta.timestamp(new Date(5))).toEqual(meta.timestamp(5));
  });
});
