import { expect, test } from "vitest";
import { findNearest, formatNearest } from "./nearest.ts";

test("finds what was meant, the nearest first", () => {
  const keys = ["weather/raw", "weather/rows", "weather/summary", "orders"];
  expect(findNearest("wether/raw", keys)).toEqual(["weather/raw", "weather/rows"]);
  expect(findNearest("Orders", keys)).toEqual(["orders"]);
  expect(findNearest("Wset", ["West", "South"])).toEqual(["West"]);
  expect(findNearest("zzz", keys)).toEqual([]);
  expect(formatNearest("ordrs", keys)).toBe('Did you mean "orders"?');
  expect(formatNearest("zzz", keys)).toBeNull();
});

test("takes no more names than asked for, and never names of any length apart", () => {
  expect(findNearest("aa", ["ab", "ac", "ad", "ae"], 2)).toEqual(["ab", "ac"]);
  expect(findNearest("a", ["a".repeat(50)])).toEqual([]);
});
