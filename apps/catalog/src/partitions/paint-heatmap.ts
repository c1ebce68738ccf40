import { paintCell } from "../status/paint-cell.ts";
import { BY_URGENCY, PARTITION_LOOK } from "../status/status-look.ts";
import type { CanvasPalette } from "../theme/canvas-palette.ts";
import { type CellBox, type HeatmapCells, NO_CELL, worstOfBox } from "./heatmap-cells.ts";
import { drawnRowOf, heatmapColumns, type HeatmapRows, rowSpan } from "./heatmap-geometry.ts";
import { columnSpan, type StripView, xAtPosition } from "./strip-geometry.ts";

/** What one picture of a heatmap is painted from. Lengths are CSS pixels. */
export interface HeatmapFrame {
  readonly context: CanvasRenderingContext2D;
  readonly palette: CanvasPalette;
  readonly cells: HeatmapCells;
  readonly rows: HeatmapRows;
  readonly view: StripView;
  readonly width: number;
  /** By cell; `null` while nothing is marked. */
  readonly marked: Uint8Array | null;
  /** Cells that are being dragged over. */
  readonly dragged: CellBox | null;
  readonly cursor: { readonly x: number; readonly y: number } | null;
}

/** Cells from this size on have the shape of their status. */
const SHAPES_FROM_PX = 6;
const UNMARKED_ALPHA = 0.28;

/** Paints all cells in view, each with the worst of what is behind it: a pixel never hides a failure. */
export function paintHeatmap(frame: HeatmapFrame): void {
  const { context, palette, rows, view, width } = frame;
  context.fillStyle = palette.canvas;
  context.fillRect(0, 0, width, rows.height);
  const columns = heatmapColumns(view, width);
  const first = Math.floor(view.from);
  for (let column = 0; column < columns.drawn; column++) {
    const [left, right] = columns.isSingle
      ? [first + column, first + column + 1]
      : columnSpan(view, columns.drawn, column);
    const x = columns.isSingle ? Math.round(xAtPosition(view, left, width)) : column;
    const end = columns.isSingle ? Math.round(xAtPosition(view, right, width)) : column + 1;
    for (let row = 0; row < rows.drawn; row++) {
      const [top, bottom] = rowSpan(rows, row);
      paintBox(frame, { left, right, top, bottom }, { x, y: row * rows.rowPx, width: end - x, height: rows.rowPx });
    }
  }
  context.globalAlpha = 1;
  paintCursor(frame);
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function paintBox(frame: HeatmapFrame, box: CellBox, { x, y, width, height }: Place): void {
  const { context, palette } = frame;
  const rank = worstOfBox(frame.cells, box);
  const status = rank === NO_CELL ? undefined : BY_URGENCY[rank];
  if (status === undefined) return;
  const look = PARTITION_LOOK[status];
  const isMarked = isAnyMarked(frame, box);
  if (width >= SHAPES_FROM_PX && height >= SHAPES_FROM_PX && isMarked) {
    paintCell(context, { x, y, width: width - 1, height: height - 1 }, { look, palette, grey: false });
    return;
  }
  context.globalAlpha = (status === "fresh" ? 0.62 : 1) * (isMarked ? 1 : UNMARKED_ALPHA);
  context.fillStyle = palette.fill[look.tone];
  const gap = width >= SHAPES_FROM_PX && height >= SHAPES_FROM_PX ? 1 : 0;
  context.fillRect(x, y, width - gap, height - gap);
  context.globalAlpha = 1;
}

/** Without marks all are as loud as they are; with marks the others recede. */
function isAnyMarked({ marked, dragged, cells: { xs } }: HeatmapFrame, box: CellBox): boolean {
  const isDragged =
    dragged !== null &&
    box.left < dragged.right &&
    box.right > dragged.left &&
    box.top < dragged.bottom &&
    box.bottom > dragged.top;
  if (isDragged) return true;
  if (marked === null) return dragged === null;
  for (let y = box.top; y < box.bottom; y++) {
    for (let x = box.left; x < box.right; x++) if (marked[y * xs.length + x] === 1) return true;
  }
  return false;
}

function paintCursor({ context, palette, cursor, view, width, rows }: HeatmapFrame): void {
  if (cursor === null) return;
  const x = Math.floor(xAtPosition(view, cursor.x, width));
  const cell = Math.max(3, Math.round(xAtPosition(view, cursor.x + 1, width)) - x);
  context.strokeStyle = palette.ink;
  context.lineWidth = 1.5;
  context.strokeRect(x - 0.25, drawnRowOf(rows, cursor.y) * rows.rowPx + 0.25, cell - 0.5, rows.rowPx - 0.5);
}
