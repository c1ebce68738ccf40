import { describe, expect, test } from "vitest";
import { formatBytes, formatCount, formatCounted, formatShare, formatShortCount } from "./amounts.ts";
import { formatAgo, formatDuration } from "./durations.ts";
import { formatInstant, formatPreciseClock, formatShortInstant } from "./instants.ts";

describe("durations", () => {
  test.each([
    [0, "0 ms"],
    [350.4, "350 ms"],
    [999, "999 ms"],
    [1_000, "1.0 s"],
    [9_940, "9.9 s"],
    [9_960, "10 s"],
    [59_400, "59 s"],
    [59_600, "1 m"],
    [185_000, "3 m 05 s"],
    [3_599_600, "1 h"],
    [7_800_000, "2 h 10 m"],
    [86_399_000, "1 d"],
    [273_600_000, "3 d 4 h"],
    [-5, "0 ms"],
  ])("%d ms is %s", (ms, text) => expect(formatDuration(ms)).toBe(text));

  test.each([
    [0, "now"],
    [-4_900, "now"],
    [12_000, "12 s ago"],
    [59_999, "59 s ago"],
    [300_000, "5 m ago"],
    [47 * 3_600_000, "47 h ago"],
    [12 * 86_400_000, "12 d ago"],
    [-180_000, "in 3 m"],
  ])("%d ms before now is %s", (distance, text) =>
    expect(formatAgo(1_000_000_000 - distance, 1_000_000_000)).toBe(text),
  );
});

describe("instants", () => {
  const at = new Date(2026, 2, 1, 14, 2, 7, 45).getTime();
  test("are written in full, in short and to the millisecond", () => {
    expect(formatInstant(at)).toBe("2026-03-01 14:02:07");
    expect(formatPreciseClock(at)).toBe("14:02:07.045");
    expect(formatShortInstant(at, at + 60_000)).toBe("14:02");
    expect(formatShortInstant(at, new Date(2026, 2, 2).getTime())).toBe("03-01 14:02");
    expect(formatShortInstant(at, new Date(2027, 2, 2).getTime())).toBe("2026-03-01 14:02");
  });
});

describe("amounts", () => {
  test("are grouped, shortened and counted", () => {
    expect(formatCount(1_234_567)).toBe("1,234,567");
    expect([999, 1_000, 12_345, 999_499, 999_500, 4_100_000].map(formatShortCount)).toEqual([
      "999",
      "1k",
      "12.3k",
      "999k",
      "1M",
      "4.1M",
    ]);
    expect(formatCounted(1, "partition")).toBe("1 partition");
    expect(formatCounted(0, "dependency", "dependencies")).toBe("0 dependencies");
    expect([0, 999, 1_000, 4_200_000, 2_000_000_000].map(formatBytes)).toEqual([
      "0 B",
      "999 B",
      "1 KB",
      "4.2 MB",
      "2 GB",
    ]);
  });

  test("a share never claims all or nothing when there is a rest", () => {
    expect(formatShare(0, 10)).toBe("0%");
    expect(formatShare(1, 10_000)).toBe("1%");
    expect(formatShare(9_999, 10_000)).toBe("99%");
    expect(formatShare(10, 10)).toBe("100%");
    expect(formatShare(0, 0)).toBe("0%");
  });
});
