import { describe, expect, test } from "vitest";
import type { GanttBar, GanttLayout } from "./gantt-layout.ts";
import { neighbourBar, panGantt, zoomGantt } from "./gantt-view.ts";

const whole = { from: 1_000, to: 2_000 };

describe("the stretch of time that is shown", () => {
  test("zooms about the pointer, and out to the whole at most", () => {
    const half = zoomGantt(whole, { about: 1_250, factor: 0.5, whole });
    expect(half).toEqual({ from: 1_125, to: 1_625 });
    expect(zoomGantt(half, { about: 1_250, factor: 100, whole })).toEqual(whole);
    expect(zoomGantt(half, { about: 1_250, factor: 0, whole }).to).toBeGreaterThan(1_249);
  });

  test("moves only within the whole", () => {
    expect(panGantt({ from: 1_100, to: 1_300 }, { by: -500, whole })).toEqual({ from: 1_000, to: 1_200 });
    expect(panGantt({ from: 1_100, to: 1_300 }, { by: 5_000, whole })).toEqual({ from: 1_800, to: 2_000 });
  });
});

function bar(line: number, start: number): GanttBar {
  return { line, start, end: start + 10, status: "success", step: null, count: 1, strength: 1 };
}

test("arrows go along a line and to the nearest bar of the next lane", () => {
  const [a, b, c, d] = [bar(0, 0), bar(0, 100), bar(1, 20), bar(2, 95)] as const;
  const lane = { label: "", assetIds: [], started: 0, failed: 0 };
  const layout: GanttLayout = {
    bars: [a, b, c, d],
    lanes: [
      { ...lane, key: "1", line: 0, lines: 1 },
      { ...lane, key: "2", line: 1, lines: 2 },
    ],
    lines: 3,
    start: 0,
    end: 110,
  };
  expect(neighbourBar(layout, null, "ArrowDown")).toBe(a);
  expect(neighbourBar(layout, a, "ArrowRight")).toBe(b);
  expect(neighbourBar(layout, b, "ArrowRight")).toBe(b);
  expect(neighbourBar(layout, b, "ArrowDown")).toBe(d);
  expect(neighbourBar(layout, a, "ArrowDown")).toBe(c);
  expect(neighbourBar(layout, c, "ArrowUp")).toBe(a);
  expect(neighbourBar(layout, a, "ArrowUp")).toBe(a);
});
