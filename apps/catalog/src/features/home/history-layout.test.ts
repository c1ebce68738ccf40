import type { RunBar } from "@heddle/api";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { layOutHistory } from "./history-layout.ts";

let nextId = 1;
function bar(from: number, to: number | null, changes: Partial<RunBar> = {}): RunBar {
  return {
    id: nextId++,
    status: "success",
    origin: { kind: "manual" },
    tags: {},
    createdAt: from,
    startedAt: from,
    endedAt: to,
    total: 1,
    failed: 0,
    assetCount: 1,
    assets: [],
    groups: ["finance"],
    failedGroups: [],
    ...changes,
  };
}

const options = { by: "group", now: 1_000, spanMs: 1_000 } as const;

describe("the timeline of runs", () => {
  test("puts runs that were at work at once on lines of their own", () => {
    const { runs, lanes, lines } = layOutHistory([bar(60, 90), bar(20, 80), bar(0, 50)], options);
    expect(runs.map(({ line }) => line)).toEqual([0, 1, 0]);
    expect([lanes.length, lines]).toEqual([1, 2]);
  });

  test("lists groups with failures first, then those with the most runs", () => {
    const runs = [
      bar(0, 1, { groups: ["few"] }),
      bar(10, 11, { groups: ["many"] }),
      bar(20, 21, { groups: ["many", "broken"], failedGroups: ["many", "broken"], status: "failed" }),
      bar(30, 31, { groups: [] }),
    ];
    const { lanes } = layOutHistory(runs, options);
    expect(lanes.map(({ name, failed }) => [name, failed])).toEqual([
      ["many", 1],
      ["broken", 1],
      ["few", 0],
      ["no group", 0],
    ]);
  });

  test("accuses only the groups in which something failed", () => {
    const run = bar(0, 1, { groups: ["airports", "flights"], failedGroups: ["flights", ""], status: "failed" });
    const { lanes, runs } = layOutHistory([run], options);
    expect(lanes.map(({ name, failed }) => [name, failed])).toEqual([
      ["flights", 1],
      ["no group", 1],
      ["airports", 0],
    ]);
    expect(runs.map(({ isFailedElsewhere }) => isFailedElsewhere)).toEqual([false, false, true]);
    const byStatus = layOutHistory([run], { ...options, by: "status" });
    expect(byStatus.lanes.map(({ failed }) => failed)).toEqual([1]);
  });

  test("shows a run that failed as a whole as failed, and accuses no group", () => {
    const { lanes, runs } = layOutHistory([bar(0, 1, { status: "failed" })], options);
    expect([lanes[0]?.failed, runs[0]?.isFailedElsewhere]).toEqual([0, false]);
  });

  test("draws what goes on until now, and what has not begun as waiting", () => {
    const { runs } = layOutHistory([bar(100, null, { startedAt: null, status: "queued" }), bar(50, null)], options);
    expect(runs.map(({ queuedFrom, start, end }) => [queuedFrom, start, end])).toEqual([
      [50, 50, 1_000],
      [100, 1_000, 1_000],
    ]);
  });

  test("never takes more than five lines for a group, and loses no run", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(900), fc.nat(300)), { maxLength: 60 }), (spans) => {
        const given = spans
          .toSorted(([a], [b]) => b - a)
          .map(([from, length]) => bar(from, Math.min(1_000, from + length)));
        const { runs, lines } = layOutHistory(given, options);
        expect(lines).toBeLessThanOrEqual(5);
        expect(runs).toHaveLength(given.length);
        expect(runs.every(({ line }) => line < Math.max(1, lines))).toBe(true);
      }),
    );
  });
});
