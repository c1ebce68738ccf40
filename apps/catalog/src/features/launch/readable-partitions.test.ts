import { expect, test } from "vitest";
import { isReadable } from "./readable-partitions.ts";

test.each([
  ["a,c", true],
  ["a..b", true],
  ["d", false],
  ["b..a", false],
])("static keys: %s", (text, readable) => {
  expect(isReadable({ kind: "static", keys: ["a", "b", "c"] }, text)).toBe(readable);
});

test("what only the server can read, it reads", () => {
  const dynamic = { kind: "dynamic", name: "customers" } as const;
  expect(isReadable(dynamic, "anything")).toBe(true);
  expect(isReadable({ kind: "multi", dimensions: [{ name: "customer", partitions: dynamic }] }, "anything")).toBe(true);
  expect(isReadable(null, "anything")).toBe(true);
});
