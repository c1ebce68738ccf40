import type { StepBar } from "@heddle/api";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { layoutGantt, tickSpacing } from "./gantt-layout.ts";

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

const steps = fc.array(
  fc.record({ assetId: fc.nat(3), startedAt: fc.nat(100), durationMs: fc.nat(30) }).map((part) => step(part)),
  { maxLength: 40 },
);

describe("layoutGantt", () => {
  test("never puts two steps that ran at once on one line, as long as lines are left", () => {
    fc.assert(
      fc.property(steps, (all) => {
        const { bars, lanes, lines } = layoutGantt(all, 1_000);
        expect(bars).toHaveLength(all.length);
        expect(lanes.reduce((sum, lane) => sum + lane.lines, 0)).toBe(lines);
        for (const lane of lanes.filter((own) => own.lines < 12)) {
          for (let line = lane.line; line < lane.line + lane.lines; line++) {
            const own = bars.filter((bar) => bar.line === line).toSorted((a, b) => a.start - b.start || a.end - b.end);
            expect(own.every((bar, i) => i === 0 || own[i - 1]!.end <= bar.start)).toBe(true);
            expect(own.every((bar) => bar.step.assetId === lane.assetId)).toBe(true);
          }
        }
      }),
    );
  });

  test("leaves out what has not begun, and lets running steps last until now", () => {
    const layout = layoutGantt(
      [step({ startedAt: null, status: "waiting" }), step({ startedAt: 50, durationMs: null, status: "running" })],
      200,
    );
    expect(layout.bars.map(({ start, end }) => [start, end])).toEqual([[50, 200]]);
    expect([layout.start, layout.end]).toEqual([50, 200]);
    expect(layoutGantt([], 7)).toMatchObject({ lines: 0, start: 7, end: 7 });
  });
});

test.each([
  [1_000, 5, 200],
  [60_000, 5, 10_000],
  [3_600_000, 6, 600_000],
  [3, 10, 1],
])("%d ms with %d marks are %d ms apart", (span, marks, spacing) => expect(tickSpacing(span, marks)).toBe(spacing));
