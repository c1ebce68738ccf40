import { describe, expect, test } from "vitest";
import { isOpenable, readMetadata } from "./metadata-view.ts";

describe("readMetadata", () => {
  test("reads tagged values by their kind", () => {
    expect(readMetadata({ type: "number", value: 3, unit: "rows" })).toEqual({
      type: "number",
      value: 3,
      unit: "rows",
    });
    expect(readMetadata({ type: "number", value: 3 })).toEqual({ type: "number", value: 3, unit: null });
    expect(readMetadata({ type: "url", value: "https://x.org" })).toEqual({
      type: "url",
      value: "https://x.org",
      label: "https://x.org",
    });
    expect(readMetadata({ type: "json", value: [1] })).toEqual({ type: "json", value: [1] });
    expect(readMetadata({ type: "table", columns: ["a"], rows: [[1], ["x"]] })).toEqual({
      type: "table",
      columns: ["a"],
      rows: [[1], ["x"]],
    });
    expect(readMetadata({ type: "schema", columns: [{ name: "id", type: "Int64", nullable: false }] })).toEqual({
      type: "table",
      columns: ["column", "type", "nullable"],
      rows: [["id", "Int64", "no"]],
    });
    const columns = [
      { name: "day", type: "Date32<DAY>", nullable: false, min: "2012-01-01", max: "2012-01-31", nulls: 0 },
      { name: "tags", type: "List<Utf8>", nullable: true, nulls: 3 },
    ];
    expect(readMetadata({ type: "schema", columns })).toEqual({
      type: "table",
      columns: ["column", "type", "nullable", "least", "greatest", "without value"],
      rows: [
        ["day", "Date32<DAY>", "no", "2012-01-01", "2012-01-31", 0],
        ["tags", "List<Utf8>", "yes", "", "", 3],
      ],
    });
  });

  test("shows what it does not know as JSON, and plain JSON by its own kind", () => {
    expect(readMetadata({ type: "future", value: 1 })).toEqual({ type: "json", value: { type: "future", value: 1 } });
    expect(readMetadata({ type: "number", value: "not a number" })).toEqual({
      type: "json",
      value: { type: "number", value: "not a number" },
    });
    expect(readMetadata(4)).toEqual({ type: "number", value: 4, unit: null });
    expect(readMetadata(null)).toEqual({ type: "json", value: null });
    expect(readMetadata([1])).toEqual({ type: "json", value: [1] });
  });
});

test("isOpenable lets no script through", () => {
  expect(["https://a", "HTTP://a", "mailto:a@b"].every(isOpenable)).toBe(true);
  expect(["javascript:alert(1)", " javascript:x", "data:text/html,x", "file:///etc"].some(isOpenable)).toBe(false);
});
