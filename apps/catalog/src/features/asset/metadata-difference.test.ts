import { expect, test } from "vitest";
import { describeChange, describeDifference } from "./metadata-difference.ts";
import { readMetadata } from "./metadata-view.ts";

const differ = (now: number | string | boolean, before?: number | string | boolean) =>
  describeDifference(readMetadata(now), before === undefined ? undefined : readMetadata(before));

test("numbers tell by how much, and by which share", () => {
  expect(differ(108, 100)).toBe("+8 (+8.0 %)");
  expect(differ(50, 100)).toBe("−50 (−50 %)");
  expect(differ(5, 0)).toBe("+5");
  expect(differ(7, 7)).toBeNull();
  expect(describeChange(2_048, 1_024, "bytes")).toMatch(/^\+1 ?KB|^\+1,024/u);
});

test("other values tell what they were, or that they are others", () => {
  expect(differ("b", "a")).toBe("was a");
  expect(differ("a", "a")).toBeNull();
  expect(differ("a", "x".repeat(80))).toBe("changed");
  expect(differ(true, false)).toBe("was no");
  expect(differ(1)).toBe("new");
  expect(describeDifference(readMetadata({ a: [1] }), readMetadata({ a: [2] }))).toBe("changed");
  expect(describeDifference(readMetadata({ a: [1] }), readMetadata({ a: [1] }))).toBeNull();
});
