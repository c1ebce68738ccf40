import { describe, expect, it } from "vitest";
import { IdGaps } from "./id-gaps.ts";

describe("IdGaps", () => {
  it("remembers ids that were passed over until they appear", () => {
    const gaps = new IdGaps();
    gaps.note(10, [11, 14, 15], 0);
    expect(gaps.ranges(1)).toEqual([12, 14]);
    gaps.note(15, [13, 16], 2);
    expect(gaps.ranges(3)).toEqual([12, 13]);
    gaps.note(16, [12], 4);
    expect(gaps.ranges(5)).toEqual([]);
  });

  it("gives up an id whose transaction must be over", () => {
    const gaps = new IdGaps();
    gaps.note(0, [3], 0);
    expect(gaps.ranges(59_999)).toEqual([1, 3]);
    expect(gaps.ranges(60_000)).toEqual([]);
  });

  it("opens no gap when only late ids appear", () => {
    const gaps = new IdGaps();
    gaps.note(0, [4], 0);
    gaps.note(4, [2], 1);
    expect(gaps.ranges(2)).toEqual([1, 2, 3, 4]);
  });
});
