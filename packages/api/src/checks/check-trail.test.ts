import { PartitionSet } from "@heddle/core/internal";
import type { NewCheckResult } from "@heddle/storage";
import { describe, expect, it } from "vitest";
import { EMPTY_TRAIL, extendTrail, isFlapping, TRAIL_LENGTH } from "./check-trail.ts";

const NOTHING = { passed: PartitionSet.EMPTY, warned: PartitionSet.EMPTY, failed: PartitionSet.EMPTY };

/** Results in the order of their ids: `p`, `w` or `f`, each on the partition that stands before it. */
function results(text: string, firstId = 1): NewCheckResult[] {
  return [...text.matchAll(/(\d+)([pwf])/gu)].map(([, ordinal, letter], i) => ({
    id: firstId + i,
    environmentId: 1,
    assetId: 1,
    name: "complete",
    ordinal: Number(ordinal),
    runId: 1,
    passed: letter === "p",
    severity: letter === "w" ? "warn" : "error",
    at: new Date((firstId + i) * 1_000),
  }));
}

describe("extendTrail", () => {
  it("notes when an outcome became another one on its partition, and no first success", () => {
    expect(extendTrail(EMPTY_TRAIL, results("1p 2p 1p"), NOTHING).changedAt).toBeNull();
    expect(extendTrail(EMPTY_TRAIL, results("1p 2f 1p"), NOTHING).changedAt).toBe(2_000);
    expect(extendTrail(EMPTY_TRAIL, results("1p 2f 2f 1w 1w"), NOTHING).changedAt).toBe(4_000);
    // What was known of the partition before.
    const failed = { ...NOTHING, failed: PartitionSet.of([1]) };
    expect(extendTrail(EMPTY_TRAIL, results("1f"), failed).changedAt).toBeNull();
    expect(extendTrail(EMPTY_TRAIL, results("1p"), failed).changedAt).toBe(1_000);
  });

  it("keeps the newest results, each once, whatever order they come in", () => {
    const later = extendTrail(EMPTY_TRAIL, results("1p 1w", 10), NOTHING);
    const both = extendTrail(later, [...results("1f", 5), ...results("1p 1w", 10)], NOTHING);
    expect(both.recent.map(({ id, outcome }) => [id, outcome])).toEqual([
      [5, "failed"],
      [10, "passed"],
      [11, "warned"],
    ]);
    const many = extendTrail(both, results("1p ".repeat(40), 100), NOTHING);
    expect(many.recent.map(({ id }) => id)).toEqual(Array.from({ length: TRAIL_LENGTH }, (_, i) => 116 + i));
  });
});

describe("isFlapping", () => {
  it.each([
    ["1p 1f 1p 1f", true],
    ["1p 1f 1p 1p", false],
    ["1p 1f 1f 1f 1w 1p", true],
    // Partitions that differ from each other are no flapping.
    ["1p 2f 3p 4f 5p 6f", false],
    ["1p 2f 1f 2p 1p 2f 1f", true],
    ["", false],
  ])("of %s is %s", (text, expected) => {
    expect(isFlapping(extendTrail(EMPTY_TRAIL, results(text), NOTHING))).toBe(expected);
  });
});
