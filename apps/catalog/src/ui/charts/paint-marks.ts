import type uPlot from "uplot";
import { CANVAS_FONT, canvasPalette } from "../../theme/canvas-palette.ts";
import type { ChartData } from "./chart-data.ts";

/** Paints what happened and which bounds there are over a chart, in pixels of the device. */
export function paintMarks(plot: uPlot, { marks = [], thresholds = [] }: ChartData): void {
  const { ctx, bbox } = plot;
  const palette = canvasPalette();
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left - 4 * ratio, bbox.top, bbox.width + 8 * ratio, bbox.height);
  ctx.clip();
  ctx.lineWidth = ratio;
  for (const { at, kind } of marks) {
    const x = Math.round(plot.valToPos(at, "x", true)) + 0.5;
    if (kind === "deploy") paintDeploy(ctx, { x, bbox, ratio, colour: palette.faint });
    else paintFailure(ctx, { x, bbox, ratio, colour: palette.text.failed });
  }
  for (const { value, label } of thresholds) {
    const y = Math.round(plot.valToPos(value, "y", true)) + 0.5;
    ctx.strokeStyle = palette.text.stale;
    ctx.setLineDash([5 * ratio, 4 * ratio]);
    line(ctx, [bbox.left, y], [bbox.left + bbox.width, y]);
    ctx.fillStyle = palette.text.stale;
    ctx.font = `${11 * ratio}px ${CANVAS_FONT}`;
    ctx.textAlign = "right";
    ctx.textBaseline = "bottom";
    ctx.fillText(label, bbox.left + bbox.width - 4 * ratio, y - 2 * ratio);
  }
  ctx.restore();
}

interface MarkPlace {
  readonly x: number;
  readonly bbox: uPlot.BBox;
  readonly ratio: number;
  readonly colour: string;
}

/** A dotted line that hangs from a triangle. */
function paintDeploy(ctx: CanvasRenderingContext2D, { x, bbox: { top, height }, ratio, colour }: MarkPlace): void {
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.setLineDash([2 * ratio, 3 * ratio]);
  line(ctx, [x, top], [x, top + height]);
  ctx.beginPath();
  ctx.moveTo(x - 4 * ratio, top);
  ctx.lineTo(x + 4 * ratio, top);
  ctx.lineTo(x, top + 6 * ratio);
  ctx.fill();
}

/** A short stroke at the foot with a cross on it: shape tells it from a deploy where colour does not. */
function paintFailure(ctx: CanvasRenderingContext2D, { x, bbox: { top, height }, ratio, colour }: MarkPlace): void {
  const foot = top + height;
  const middle = foot - 12 * ratio;
  const arm = 3 * ratio;
  ctx.strokeStyle = colour;
  ctx.setLineDash([]);
  line(ctx, [x, foot], [x, middle + 4 * ratio]);
  ctx.lineWidth = 1.5 * ratio;
  line(ctx, [x - arm, middle - arm], [x + arm, middle + arm]);
  line(ctx, [x - arm, middle + arm], [x + arm, middle - arm]);
  ctx.lineWidth = ratio;
}

function line(ctx: CanvasRenderingContext2D, from: readonly [number, number], to: readonly [number, number]): void {
  ctx.beginPath();
  ctx.moveTo(...from);
  ctx.lineTo(...to);
  ctx.stroke();
}
