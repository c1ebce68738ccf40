import type { StepBar } from "@heddle/api";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type GanttOptions, layoutGantt, layoutLanes, tickSpacing } from "./gantt-layout.ts";

function step(part: Partial<StepBar>): StepBar {
  return {
    assetId: 1,
    ordinal: 0,
    partitionKey: "",
    status: "success",
    startedAt: 0,
    durationMs: 10,
    attempts: 1,
    retryAt: null,
    cause: null,
    message: null,
    skippedBecause: null,
    ...part,
  };
}

const laneOf = (assetId: number) => ({ key: String(assetId), label: `asset ${assetId}` });
const options = (now: number): GanttOptions => ({ now, laneOf, isFolded: () => false });

const steps = fc.array(
  fc.record({ assetId: fc.nat(3), startedAt: fc.nat(100), durationMs: fc.nat(30) }).map((part) => step(part)),
  { maxLength: 40 },
);

describe("layoutGantt", () => {
  test("never puts two steps that ran at once on one line, as long as lines are left", () => {
    fc.assert(
      fc.property(steps, (all) => {
        const { bars, lanes, lines } = layoutGantt(all, options(1_000));
        expect(bars).toHaveLength(all.length);
        expect(lanes.reduce((sum, lane) => sum + lane.lines, 0)).toBe(lines);
        for (const lane of lanes.filter((own) => own.lines < 12)) {
          for (let line = lane.line; line < lane.line + lane.lines; line++) {
            const own = bars.filter((bar) => bar.line === line).toSorted((a, b) => a.start - b.start || a.end - b.end);
            expect(own.every((bar, i) => i === 0 || own[i - 1]!.end <= bar.start)).toBe(true);
            expect(own.every((bar) => String(bar.step?.assetId) === lane.key)).toBe(true);
          }
        }
      }),
    );
  });

  test("leaves out what has not begun, and lets running steps last until now", () => {
    const layout = layoutGantt(
      [step({ startedAt: null, status: "waiting" }), step({ startedAt: 50, durationMs: null, status: "running" })],
      options(200),
    );
    expect(layout.bars.map(({ start, end }) => [start, end])).toEqual([[50, 200]]);
    expect([layout.start, layout.end]).toEqual([50, 200]);
    expect(layoutGantt([], options(7))).toMatchObject({ lines: 0, start: 7, end: 7 });
  });
});

describe("a folded lane", () => {
  test("takes one line, and bars that touch are one that looks like the most urgent of them", () => {
    fc.assert(
      fc.property(steps, (all) => {
        const { bars, lanes, lines } = layoutGantt(all, { ...options(1_000), isFolded: () => true });
        expect(lines).toBe(lanes.length);
        expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(all.length);
      }),
    );
    const { bars } = layoutGantt(
      [
        step({ startedAt: 0, durationMs: 10 }),
        step({ startedAt: 5, durationMs: 10, status: "failed", ordinal: 1 }),
        step({ startedAt: 900, durationMs: 10, ordinal: 2 }),
      ],
      { ...options(1_000), isFolded: () => true },
    );
    expect(bars.map(({ start, end, status, count }) => [start, end, status, count])).toEqual([
      [0, 15, "failed", 2],
      [900, 910, "success", 1],
    ]);
  });

  test("may hold the steps of several assets", () => {
    const { lanes } = layoutGantt([step({ assetId: 1 }), step({ assetId: 2 })], {
      now: 100,
      laneOf: () => ({ key: "ingest", label: "ingest" }),
      isFolded: () => false,
    });
    expect(lanes).toMatchObject([{ key: "ingest", assetIds: [1, 2], started: 2, lines: 2 }]);
  });
});

test("sums are painted by how many steps ran at once", () => {
  const layout = layoutLanes(
    [{ assetId: 1, start: 0, end: 40, workMs: 90, active: [4, 0, 1, 2] }],
    { start: 0, end: 40, bucketMs: 10 },
    laneOf,
  );
  expect(layout.bars.map(({ start, strength }) => [start, strength])).toEqual([
    [0, 1],
    [20, 0.25],
    [30, 0.5],
  ]);
  expect(layout).toMatchObject({ lines: 1, start: 0, end: 40 });
});

test.each([
  [1_000, 5, 200],
  [60_000, 5, 10_000],
  [3_600_000, 6, 600_000],
  [3, 10, 1],
])("%d ms with %d marks are %d ms apart", (span, marks, spacing) => expect(tickSpacing(span, marks)).toBe(spacing));
