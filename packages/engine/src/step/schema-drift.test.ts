import type { SchemaDrift, StoredColumn } from "@heddle/core";
import { describe, expect, test } from "vitest";
import { findSchemaDrift, schemaDriftError } from "./schema-drift.ts";

/** Columns from text: `a Int32, b Utf8?`. */
function columns(text: string): StoredColumn[] {
  return text
    .split("; ")
    .filter((part) => part !== "")
    .map((part) => {
      const [name = "", type = ""] = part.split(": ");
      return { name, type: type.replace(/\?$/, ""), nullable: type.endsWith("?") };
    });
}

const drifted = (from: string, to: string, drift: SchemaDrift = "additive") =>
  findSchemaDrift(columns(from), columns(to), drift).map(({ column }) => column);

describe("additive", () => {
  test.each([
    ["the same", "a: Int32; b: Utf8?", "a: Int32; b: Utf8?"],
    ["another order", "a: Int32; b: Utf8?", "b: Utf8?; a: Int32"],
    ["a new nullable column", "a: Int32", "a: Int32; b: Utf8?"],
    ["a column that becomes nullable", "a: Int32", "a: Int32?"],
    ["a wider integer", "a: Int32", "a: Int64"],
    ["an integer that becomes a float", "a: Int32?", "a: Float64?"],
    ["wider and nullable", "a: Float32", "a: Float64?"],
    ["another encoding", "a: Dictionary<Int32, Utf8>; b: LargeUtf8", "a: Utf8; b: Utf8View"],
    ["other statistics", "a: Int32", "a: Int32"],
  ])("allows %s", (_name, from, to) => {
    expect(drifted(from, to)).toEqual([]);
  });

  test.each<[name: string, change: [from: string, to: string], expected: string[]]>([
    ["a column that is gone", ["a: Int32; b: Utf8?", "a: Int32"], ["b"]],
    ["a column with another name", ["a: Int32; b: Utf8?", "a: Int32; c: Utf8?"], ["b"]],
    ["a new required column", ["a: Int32", "a: Int32; b: Utf8"], ["b"]],
    ["a column that becomes required", ["a: Int32?", "a: Int32"], ["a"]],
    ["a narrower integer", ["a: Int64", "a: Int32"], ["a"]],
    // 2⁵³ + 1 has no float.
    ["an integer of 64 bits that becomes a float", ["a: Int64", "a: Float64"], ["a"]],
    ["another type", ["a: Utf8; b: Int32", "a: Int32; b: Utf8"], ["a", "b"]],
    ["other items of a list", ["a: List<Int32>", "a: List<Int64>"], ["a"]],
  ])("refuses %s", (_name, change, expected) => {
    expect(drifted(...change)).toEqual(expected);
  });
});

test("`any` allows everything, `refuse` nothing but another order", () => {
  expect(drifted("a: Int32; b: Utf8", "c: Int32", "any")).toEqual([]);
  expect(drifted("a: Int32; b: Utf8", "b: Utf8; a: Int32", "refuse")).toEqual([]);
  expect(drifted("a: Int32", "a: Int64", "refuse")).toEqual(["a"]);
  expect(drifted("a: Int32", "a: Int32; b: Utf8?", "refuse")).toEqual(["b"]);
});

test("the error names each column with its old and its new type, and what to do", () => {
  const found = findSchemaDrift(
    columns("gone: Utf8; narrow: Int64; same: Int32"),
    columns("narrow: Int32; same: Int32; required: Utf8"),
    "additive",
  );
  const error = schemaDriftError("weather/raw [2012-01-01]", found);
  expect(error.message).toBe(
    'weather/raw [2012-01-01] was not published: column "gone" (Utf8) is gone; column "narrow" was Int64 and is Int32; column "required" (Utf8) is new, and not nullable',
  );
  expect(error.hint).toContain('drift: "any"');
  expect(error.details).toEqual({
    columns: [
      { column: "gone", from: "Utf8", to: null },
      { column: "narrow", from: "Int64", to: "Int32" },
      { column: "required", from: null, to: "Utf8" },
    ],
  });
});
