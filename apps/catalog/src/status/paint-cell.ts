import type { CanvasPalette } from "../theme/canvas-palette.ts";
import type { StatusLook } from "./status-look.ts";

/** Where a cell is, in CSS pixels. */
export interface CellRect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** How a cell is painted. `grey`: outside the focus, all statuses look alike. */
export interface CellOptions {
  readonly look: StatusLook;
  readonly palette: CanvasPalette;
  readonly grey: boolean;
}

/** From this height on, patterns inside a cell can be told from noise. */
const PATTERN_FROM_PX = 12;
const DETAIL_FROM_PX = 8;
const NOTCH_FROM_PX = 4;

/**
 * Paints one cell in the colour and the shape of its status. The shape alone tells statuses apart: failed has a bright
 * outline and a notch, missing is low, queued hollow with dots, skipped crossed, stale hatched, running striped.
 */
export function paintCell(
  context: CanvasRenderingContext2D,
  rect: CellRect,
  { look, palette, grey }: CellOptions,
): void {
  const { x, y, width, height } = rect;
  if (grey) {
    context.fillStyle = palette.line;
    context.fillRect(x, y, width, height);
    return;
  }
  const fill = palette.fill[look.tone];
  context.fillStyle = fill;
  switch (look.glyph) {
    case "ring":
      context.fillRect(x, y + height * 0.175, width, height * 0.65);
      return;
    case "dots":
      paintQueued(context, rect, fill);
      return;
    case "diamond":
      context.strokeStyle = palette.faint;
      context.lineWidth = 1;
      context.setLineDash([2, 2]);
      context.strokeRect(x + 0.5, y + 0.5, Math.max(0, width - 1), Math.max(0, height - 1));
      context.setLineDash([]);
      return;
    case "check":
      // Quiet success: what holds recedes behind what does not.
      context.globalAlpha = 0.62;
      context.fillRect(x, y, width, height);
      context.globalAlpha = 1;
      return;
    default:
      context.fillRect(x, y, width, height);
      paintShape(context, rect, { look, palette, grey });
  }
}

function paintShape(context: CanvasRenderingContext2D, rect: CellRect, { look, palette }: CellOptions): void {
  const { x, y, width, height } = rect;
  if (look.glyph === "cross" && height >= NOTCH_FROM_PX) {
    context.strokeStyle = palette.failedOutline;
    context.lineWidth = 1;
    context.strokeRect(x + 0.5, y + 0.5, Math.max(0, width - 1), Math.max(0, height - 1));
    context.fillStyle = palette.failedOutline;
    const notch = Math.max(2, Math.min(width / 3, height / 3));
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x + notch, y);
    context.lineTo(x, y + notch);
    context.fill();
  }
  if (look.glyph === "half" && height >= PATTERN_FROM_PX)
    paintDiagonals(context, rect, { colour: palette.canvas, step: 5 });
  if (look.glyph === "play" && height >= DETAIL_FROM_PX)
    paintDiagonals(context, rect, { colour: palette.canvas, step: 9 });
  if (look.glyph === "slash" && height >= DETAIL_FROM_PX) {
    context.strokeStyle = palette.canvas;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(x, y + height);
    context.lineTo(x + width, y);
    context.stroke();
  }
}

function paintQueued(context: CanvasRenderingContext2D, { x, y, width, height }: CellRect, colour: string): void {
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.strokeRect(x + 0.5, y + 0.5, Math.max(0, width - 1), Math.max(0, height - 1));
  if (height < DETAIL_FROM_PX || width < DETAIL_FROM_PX) return;
  const size = Math.max(1, Math.min(2, height / 6));
  for (const part of [0.3, 0.5, 0.7])
    context.fillRect(x + width * part - size / 2, y + height / 2 - size / 2, size, size);
}

/** Thin lines from lower left to upper right, cut at the edges of the cell. */
function paintDiagonals(
  context: CanvasRenderingContext2D,
  { x, y, width, height }: CellRect,
  { colour, step }: { readonly colour: string; readonly step: number },
): void {
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.strokeStyle = colour;
  context.globalAlpha = 0.4;
  context.lineWidth = 1;
  context.beginPath();
  for (let at = -height; at < width; at += step) {
    context.moveTo(x + at, y + height);
    context.lineTo(x + at + height, y);
  }
  context.stroke();
  context.restore();
}
