import { expect, test } from "vitest";
import { readKeyLines } from "./key-lines.ts";

test("keys are read line by line, and what cannot be one is named with its line", () => {
  const read = readKeyLines(" acme \r\n\nb|c, d..e\nacme\nbell\u0007\n");
  expect(read.keys).toEqual(["acme", "b|c, d..e"]);
  expect(read.repeated).toBe(1);
  expect(read.problems).toEqual([{ line: 5, text: "bell\u0007", reason: expect.stringContaining("control") }]);
});

test("a key that is too long is a problem of its line alone", () => {
  const { keys, problems } = readKeyLines(`short\n${"x".repeat(600)}`);
  expect(keys).toEqual(["short"]);
  expect(problems.map(({ line }) => line)).toEqual([2]);
});
