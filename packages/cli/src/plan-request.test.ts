import { expect, test } from "vitest";
import { readPartitions } from "./plan-request.ts";

const KEYS = ["days", "months"];

test.each([
  [undefined, { kind: "all" }],
  [[], { kind: "all" }],
  // Assets without partitions are meant as well, and have none that a text could name.
  [["all"], { kind: "all" }],
  [["2024-01-01..2024-01-31"], { kind: "text", text: "2024-01-01..2024-01-31" }],
  [["2024-01-01", "2024-02-01"], { kind: "text", text: "2024-01-01,2024-02-01" }],
  [["days=2024-01-01"], { kind: "each", assets: { days: "2024-01-01" } }],
])("--partitions %j", (texts, partitions) => {
  expect(readPartitions(texts, KEYS)).toEqual(partitions);
});

test("names assets everywhere or nowhere", () => {
  expect(() => readPartitions(["days=2024-01-01", "2024-02"], KEYS)).toThrow(/in one place and none in another/u);
  expect(() => readPartitions([" "], KEYS)).toThrow(/--partitions is empty/u);
  expect(() => readPartitions(["dayz=2024-01-01"], KEYS)).toThrow(/no such asset/u);
});
