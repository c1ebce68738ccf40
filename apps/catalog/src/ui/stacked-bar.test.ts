import { expect, test } from "vitest";
import { partEnds } from "./stacked-bar.tsx";

const part = (count: number, minPx = 3) => ({ count, minPx });

test("the last part ends where the bar does, however little it is", () => {
  expect(partEnds([part(10)])).toEqual(["100%"]);
  expect(partEnds([part(999_999, 1), part(1)])).toEqual(["min(max(99.9999%, 1px), 100% - 3px)", "100%"]);
});

test("a part begins where the one before ends, and is as wide as it has to be", () => {
  const [first = "", second] = partEnds([part(50, 1), part(1), part(49, 1)]);
  expect(first).toBe("min(max(50%, 1px), 100% - 4px)");
  expect(second).toBe(`min(max(51%, ${first} + 3px), 100% - 1px)`);
});

test("a bar without parts has no ends", () => {
  expect(partEnds([])).toEqual([]);
});
