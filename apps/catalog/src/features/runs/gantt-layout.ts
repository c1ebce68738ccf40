import type { RunLane, StepBar } from "@heddle/api";
import type { StepStatus } from "@heddle/core";

/** What a bar of the timeline stands for. */
export interface GanttBar {
  readonly line: number;
  readonly start: number;
  readonly end: number;
  /** Of the step, or the most urgent of several. */
  readonly status: StepStatus;
  /** The step; `null` where one bar stands for several. */
  readonly step: StepBar | null;
  /** Steps that it stands for. */
  readonly count: number;
  /** How many of them ran at once on average, as a share of the most: how strongly it is painted. */
  readonly strength: number;
}

/** Rows of the timeline that belong together: the lines `[line, line + lines)`. */
export interface GanttLane {
  /** Names it among the others. */
  readonly key: string;
  readonly label: string;
  readonly assetIds: readonly number[];
  readonly line: number;
  readonly lines: number;
  readonly started: number;
  readonly failed: number;
}

/** A timeline: steps of one lane share lines, as many as ran at once. */
export interface GanttLayout {
  readonly lanes: readonly GanttLane[];
  readonly bars: readonly GanttBar[];
  readonly lines: number;
  readonly start: number;
  readonly end: number;
}

/** How steps are put onto lines. */
export interface GanttOptions {
  readonly now: number;
  /** Which lane the steps of an asset belong to: its own, or that of its group. */
  readonly laneOf: (assetId: number) => { readonly key: string; readonly label: string };
  /** Lanes that take one line, on which bars that touch are one. */
  readonly isFolded: (laneKey: string) => boolean;
}

/** Lines of one lane at most: with more steps at once, bars overlap on the last. */
const MAX_LINES = 12;

/** Bars of a folded lane become one when less than this share of the whole lies between them. */
const FOLD_SHARE = 1 / 600;

const URGENCY: readonly StepStatus[] = [
  "failed",
  "running",
  "backoff",
  "canceled",
  "ready",
  "waiting",
  "skipped",
  "success",
];

/** Puts steps on as few lines as there ran at once, lane by lane in the order of the steps. */
export function layoutGantt(steps: readonly StepBar[], { now, laneOf, isFolded }: GanttOptions): GanttLayout {
  const begun = steps.filter(({ startedAt }) => startedAt !== null);
  const span = spanOf(
    begun.map((step) => [step.startedAt ?? 0, endOf(step, now)]),
    now,
  );
  const lanes: GanttLane[] = [];
  const bars: GanttBar[] = [];
  let line = 0;
  for (const [key, own] of Map.groupBy(begun, ({ assetId }) => laneOf(assetId).key)) {
    const placed = isFolded(key) ? foldSteps(own, now, (span.end - span.start) * FOLD_SHARE) : placeSteps(own, now);
    const lines = placed.reduce((most, bar) => Math.max(most, bar.line + 1), 0);
    for (const bar of placed) bars.push({ ...bar, line: bar.line + line });
    const assetIds = [...new Set(own.map(({ assetId }) => assetId))];
    lanes.push({
      key,
      label: laneOf(assetIds[0] ?? 0).label,
      assetIds,
      line,
      lines,
      started: own.length,
      failed: own.filter(({ status }) => status === "failed").length,
    });
    line += lines;
  }
  return { lanes, bars, lines: line, ...span };
}

/** A timeline of what is only known in sums: one line for each asset, painted by how many steps ran at once. */
export function layoutLanes(
  given: readonly RunLane[],
  timeline: { readonly start: number; readonly end: number; readonly bucketMs: number },
  laneOf: GanttOptions["laneOf"],
): GanttLayout {
  const lanes: GanttLane[] = [];
  const bars: GanttBar[] = [];
  const grouped = Map.groupBy(given, ({ assetId }) => laneOf(assetId).key);
  for (const [key, own] of grouped) {
    const line = lanes.length;
    const active = sumOf(own.map((lane) => lane.active));
    const most = Math.max(...active, 0.01);
    if (active.length === 0) {
      for (const { start, end } of own) bars.push({ ...MANY, line, start, end, strength: 0.6 });
    }
    for (const [i, count] of active.entries()) {
      if (count <= 0) continue;
      const start = timeline.start + i * timeline.bucketMs;
      bars.push({ ...MANY, line, start, end: start + timeline.bucketMs, strength: Math.max(0.25, count / most) });
    }
    const assetIds = own.map(({ assetId }) => assetId);
    lanes.push({ key, label: laneOf(assetIds[0] ?? 0).label, assetIds, line, lines: 1, started: 0, failed: 0 });
  }
  const { start } = timeline;
  return { lanes, bars, lines: lanes.length, start, end: Math.max(timeline.end, start + 1) };
}

const MANY = { status: "success", step: null, count: 0 } as const;

function sumOf(lists: readonly (readonly number[])[]): number[] {
  const length = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length }, (_, i) => lists.reduce((sum, list) => sum + (list[i] ?? 0), 0));
}

type PlacedBar = GanttBar;

function placeSteps(steps: readonly StepBar[], now: number): PlacedBar[] {
  const free: number[] = [];
  return inOrder(steps, now).map(({ step, start, end }) => {
    const found = free.findIndex((until) => until <= start);
    const line = found >= 0 ? found : Math.min(free.length, MAX_LINES - 1);
    free[line] = Math.max(end, free[line] ?? 0);
    return { step, line, start, end, status: step.status, count: 1, strength: 1 };
  });
}

function foldSteps(steps: readonly StepBar[], now: number, gapMs: number): PlacedBar[] {
  const folded: { start: number; end: number; status: StepStatus; step: StepBar | null; count: number }[] = [];
  for (const { step, start, end } of inOrder(steps, now)) {
    const last = folded.at(-1);
    if (last === undefined || start > last.end + gapMs) {
      folded.push({ start, end, status: step.status, step, count: 1 });
      continue;
    }
    last.end = Math.max(last.end, end);
    last.step = null;
    last.count += 1;
    if (URGENCY.indexOf(step.status) < URGENCY.indexOf(last.status)) last.status = step.status;
  }
  return folded.map((bar) => ({ ...bar, line: 0, strength: 1 }));
}

function inOrder(steps: readonly StepBar[], now: number) {
  return steps
    .map((step) => ({ step, start: step.startedAt ?? 0, end: endOf(step, now) }))
    .toSorted((a, b) => a.start - b.start || a.step.ordinal - b.step.ordinal);
}

/** When a step ended; now while it runs. */
export function endOf({ startedAt, durationMs, status }: StepBar, now: number): number {
  const start = startedAt ?? 0;
  if (durationMs !== null) return start + durationMs;
  return status === "running" ? Math.max(now, start) : start;
}

function spanOf(
  times: readonly (readonly [number, number])[],
  now: number,
): { readonly start: number; readonly end: number } {
  if (times.length === 0) return { start: now, end: now };
  const start = times.reduce((first, [from]) => Math.min(first, from), Number.POSITIVE_INFINITY);
  return { start, end: times.reduce((last, [, to]) => Math.max(last, to), start + 1) };
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
