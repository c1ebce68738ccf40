import type { Materialization } from "@heddle/api";
import type { StoredValue } from "@heddle/core";
import { afterEach, expect, test, vi } from "vitest";
import { printLatest } from "./print-materialization.ts";

afterEach(() => vi.restoreAllMocks());

/** What is printed of a materialization. */
function printed(over: Partial<Materialization> | null): string {
  const lines: string[] = [];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => Boolean(lines.push(String(text))));
  printLatest(over === null ? null : { ...MADE, ...over });
  return lines.join("");
}

const MADE: Materialization = {
  ordinal: 0,
  partitionKey: "",
  runId: 7,
  attempt: 1,
  attemptId: "7-1",
  codeVersion: null,
  startedAt: 0,
  durationMs: 1_234,
  publishedAt: 0,
  dataVersion: null,
  stored: null,
  metadata: {},
  inputs: [],
  current: true,
  collectedAt: null,
};

const stored = (over: Partial<StoredValue> = {}): StoredValue => ({
  io: "parquet",
  objects: [{ key: "k", bytes: 4_200_000, sha256: "" }],
  dataVersion: "d",
  ...over,
});

test("a table is told with its rows, its size and what was found in its columns", () => {
  const columns = [
    { name: "day", type: "Date32<DAY>", nullable: false, min: "2012-01-01", max: "2012-01-31", nulls: 0 },
    { name: "rain", type: "Float64", nullable: true, min: -1, max: 30.5, nulls: 1_200 },
    { name: "tags", type: "List<Utf8>", nullable: true },
  ];
  expect(printed({ partitionKey: "2012-01\u001b", stored: stored({ rows: 65_536, columns }) })).toMatchInlineSnapshot(`
    "last made
      2012-01�, by run 7 in 1.2 s, 65,536 rows, 4.2 MB through parquet
      day   Date32<DAY>  "2012-01-01" … "2012-01-31"
      rain  Float64?     -1 … 30.5                    1,200 without value
      tags  List<Utf8>?
    "
  `);
});

test("whole numbers beyond those of JSON are no text, and what lies in a database has no bytes", () => {
  const columns = [{ name: "id", type: "Int64", nullable: false, min: 1, max: "1152921504606846976", nulls: 0 }];
  const text = printed({ stored: stored({ io: "postgres", objects: [], rows: 2, columns }) });
  expect(text).toContain("2 rows, through postgres\n");
  expect(text).toContain("1 … 1152921504606846976");
});

test("columns beyond those that are listed are counted", () => {
  const columns = Array.from({ length: 22 }, (_, index) => ({ name: `c${index}`, type: "Bool", nullable: false }));
  const text = printed({ stored: stored({ rows: 1, columns }) });
  expect(text).toContain("c19");
  expect(text).not.toContain("c20");
  expect(text).toContain("1 row, ");
  expect(text).toContain("and 2 more columns");
});

test("what stores nothing, or was never made, is told in a line or not at all", () => {
  expect(printed({})).toBe("last made\n  by run 7 in 1.2 s\n");
  expect(printed({ stored: stored({ io: "json", objects: [{ key: "k", bytes: 12, sha256: "" }] }) })).toContain(
    "12 bytes through json",
  );
  expect(printed(null)).toBe("");
});
