import type { StepBar } from "@heddle/api";

/** A step on the timeline: its line, and when it ran. */
export interface GanttBar {
  readonly step: StepBar;
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

/** The steps of one asset: the lines `[line, line + lines)`. */
export interface GanttLane {
  readonly assetId: number;
  readonly line: number;
  readonly lines: number;
  readonly started: number;
  readonly failed: number;
}

/** A timeline: steps of one asset share lines, as many as ran at once. */
export interface GanttLayout {
  readonly lanes: readonly GanttLane[];
  readonly bars: readonly GanttBar[];
  readonly lines: number;
  readonly start: number;
  readonly end: number;
}

/** Lines of one asset at most: with more steps at once, bars overlap on the last. */
const MAX_LINES = 12;

/** Puts steps on as few lines as there ran at once, asset by asset in the order of the steps. */
export function layoutGantt(steps: readonly StepBar[], now: number): GanttLayout {
  const byAsset = Map.groupBy(
    steps.filter(({ startedAt }) => startedAt !== null),
    ({ assetId }) => assetId,
  );
  const lanes: GanttLane[] = [];
  const bars: GanttBar[] = [];
  let line = 0;
  for (const [assetId, own] of byAsset) {
    const placed = placeSteps(own, now);
    const lines = placed.reduce((most, bar) => Math.max(most, bar.line + 1), 0);
    for (const bar of placed) bars.push({ ...bar, line: bar.line + line });
    lanes.push({
      assetId,
      line,
      lines,
      started: own.length,
      failed: own.filter(({ status }) => status === "failed").length,
    });
    line += lines;
  }
  const start = bars.reduce((first, bar) => Math.min(first, bar.start), Number.POSITIVE_INFINITY);
  const end = bars.reduce((last, bar) => Math.max(last, bar.end), Number.NEGATIVE_INFINITY);
  return {
    lanes,
    bars,
    lines: line,
    start: bars.length === 0 ? now : start,
    end: bars.length === 0 ? now : Math.max(end, start + 1),
  };
}

function placeSteps(steps: readonly StepBar[], now: number): GanttBar[] {
  const free: number[] = [];
  return steps
    .map((step) => ({ step, start: step.startedAt ?? 0, end: endOf(step, now) }))
    .toSorted((a, b) => a.start - b.start || a.step.ordinal - b.step.ordinal)
    .map(({ step, start, end }) => {
      const found = free.findIndex((until) => until <= start);
      const line = found >= 0 ? found : Math.min(free.length, MAX_LINES - 1);
      free[line] = Math.max(end, free[line] ?? 0);
      return { step, line, start, end };
    });
}

function endOf({ startedAt, durationMs, status }: StepBar, now: number): number {
  const start = startedAt ?? 0;
  if (durationMs !== null) return start + durationMs;
  return status === "running" ? Math.max(now, start) : start;
}

/** Steps between marks on a time axis, in milliseconds. */
const TICKS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 15e3, 3e4, 6e4, 12e4, 3e5, 6e5, 9e5, 18e5, 36e5, 72e5, 108e5,
  216e5, 432e5, 864e5, 1728e5, 6048e5,
];

/** The widest spacing of marks, counted from the start, of which at least `marks` fit. */
export function tickSpacing(spanMs: number, marks: number): number {
  return TICKS.findLast((tick) => spanMs / tick >= marks) ?? TICKS[0] ?? 1;
}
