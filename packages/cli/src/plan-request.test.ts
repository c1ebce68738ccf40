import { expect, test } from "vitest";
import { readPartitions } from "./plan-request.ts";

const NAMES = { keys: ["days", "months", "eu/region"], dimensions: ["day", "region"] };

test.each([
  [undefined, { kind: "all" }],
  [[], { kind: "all" }],
  // Assets without partitions are meant as well, and have none that a text could name.
  [["all"], { kind: "all" }],
  [["2024-01-01..2024-01-31"], { kind: "text", text: "2024-01-01..2024-01-31" }],
  [["2024-01-01", "2024-02-01"], { kind: "text", text: "2024-01-01,2024-02-01" }],
  [["days=2024-01-01"], { kind: "each", assets: { days: "2024-01-01" } }],
  // The name of a dimension is that, however near the key of an asset is to it.
  [["region=eu & 2024-01"], { kind: "text", text: "region=eu & 2024-01" }],
  [["day=2024-01-01"], { kind: "text", text: "day=2024-01-01" }],
  [["days=region=eu"], { kind: "each", assets: { days: "region=eu" } }],
])("--partitions %j", (texts, partitions) => {
  expect(readPartitions(texts, NAMES)).toEqual(partitions);
});

test("names assets everywhere or nowhere", () => {
  expect(() => readPartitions(["days=2024-01-01", "2024-02"], NAMES)).toThrow(/in one place and none in another/u);
  expect(() => readPartitions([" "], NAMES)).toThrow(/--partitions is empty/u);
  expect(() => readPartitions(["dayz=2024-01-01"], NAMES)).toThrow(/no such asset/u);
});
