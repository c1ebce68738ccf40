import type uPlot from "uplot";
import { formatClock, formatShortInstant } from "../../format/instants.ts";
import { CANVAS_FONT, canvasPalette } from "../../theme/canvas-palette.ts";
import { type ChartData, valueExtent, valueRange } from "./chart-data.ts";
import { formatAxisValue } from "./chart-format.ts";
import { paintMarks } from "./paint-marks.ts";

interface ChartSize {
  readonly width: number;
  readonly height: number;
}

/** Smallest distance between two labels of the lower axis, in pixels. */
const LABEL_SPACE = 96;
const VALUE_SPACE = 24;
const MINUTE_MS = 60_000;
/** Points are drawn as such up to this many. */
const MAX_DOTS = 80;
const FONT = `11px ${CANVAS_FONT}`;

/** Everything that the chart library is told: colours are those of the theme that is shown. */
export function chartOptions(
  data: ChartData,
  { width, height }: ChartSize,
  onPoint: (index: number | null) => void,
): uPlot.Options {
  const palette = canvasPalette();
  const axis = { stroke: palette.faint, font: FONT, ticks: { show: false } } as const;
  const grid = { stroke: palette.line, width: 1 };
  const unit = data.series[0]?.unit ?? null;
  return {
    width,
    height,
    // Milliseconds, as everywhere else.
    ms: 1,
    padding: [8, 32, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { setScale: false, x: false, y: false },
      points: { size: 7, width: 2, fill: palette.canvas },
    },
    scales: {
      x: { time: data.axis.kind === "time", range: (_, least, greatest) => pointRange(least, greatest, data) },
      y: { range: () => valueRange(valueExtent(data)) },
    },
    axes: [
      { ...axis, grid: { show: false }, space: LABEL_SPACE, size: 28, ...pointAxis(data) },
      {
        ...axis,
        grid,
        space: VALUE_SPACE,
        size: 56,
        values: (_, splits) => splits.map((v) => formatAxisValue(v, unit)),
      },
    ],
    series: [{}, ...data.series.map((series) => lineOf(series, data.at.length))],
    hooks: {
      draw: [(plot) => paintMarks(plot, data)],
      setCursor: [({ cursor: { idx } }) => onPoint(idx ?? null)],
    },
  };
}

function lineOf({ name, tone }: ChartData["series"][number], points: number): uPlot.Series {
  const palette = canvasPalette();
  const stroke = tone === undefined ? palette.accent : palette.fill[tone];
  const dots = points <= MAX_DOTS ? { show: true, size: 4, fill: stroke } : {};
  return { label: name, stroke, width: 1.5, spanGaps: false, points: dots };
}

/** One point alone stands in the middle. */
function pointRange(least: number, greatest: number, { axis, marks = [] }: ChartData): [number, number] {
  const from = Math.min(least, ...marks.map(({ at }) => at));
  const to = Math.max(greatest, ...marks.map(({ at }) => at));
  if (!Number.isFinite(from) || !Number.isFinite(to)) return [0, 1];
  if (from !== to) return [from, to];
  const around = axis.kind === "time" ? 3_600_000 : 1;
  return [from - around, to + around];
}

function pointAxis({ axis }: ChartData): Partial<uPlot.Axis> {
  if (axis.kind === "partition") {
    return {
      incrs: [1, 2, 5]
        .flatMap((by) => Array.from({ length: 15 }, (_, power) => by * 10 ** power))
        .toSorted((a, b) => a - b),
      values: (_, splits) => splits.map((ordinal) => axis.labelOf(ordinal)),
    };
  }
  return {
    values: (_, splits) => {
      const [first = 0, second = Infinity] = splits;
      const last = splits.at(-1) ?? first;
      // Labels less than a minute apart would all say the same.
      return splits.map((at) => (second - first < MINUTE_MS ? formatClock(at) : formatShortInstant(at, last)));
    },
  };
}
