import { PARTITION_STATUSES } from "@heddle/core/internal";
import { paintCell } from "../status/paint-cell.ts";
import { lookOfCode, PARTITION_LOOK } from "../status/status-look.ts";
import type { CanvasPalette } from "../theme/canvas-palette.ts";
import type { StatusRuns } from "./status-runs.ts";
import { columnSpan, stackColumn, type StripView, xAtPosition } from "./strip-geometry.ts";

/** What one picture of a strip is painted from. Lengths are CSS pixels. */
export interface StripFrame {
  readonly context: CanvasRenderingContext2D;
  readonly palette: CanvasPalette;
  readonly runs: StatusRuns;
  readonly view: StripView;
  readonly width: number;
  readonly height: number;
  /** Marked positions, flat `[from, to, …)`. */
  readonly marked: readonly number[];
  /** Position with the frame around it; -1 for none. */
  readonly cursor: number;
}

/** From this width of a partition on, each is a cell of its own. */
const CELLS_FROM_PX = 3;

/** Room above and below the cells for frames. */
const MARGIN = 3;

/** Paints the strip: single cells where there is room, else pixel columns that lose no failure. */
export function paintStrip(frame: StripFrame): void {
  const { context, palette, width, height, view } = frame;
  context.fillStyle = palette.canvas;
  context.fillRect(0, 0, width, height);
  if (frame.runs.count === 0) return;
  paintMarked(frame);
  if (width / (view.to - view.from) >= CELLS_FROM_PX) paintCells(frame);
  else paintColumns(frame);
  paintMarkEdges(frame);
  paintCursor(frame);
}

function paintCells({ context, palette, runs, view, width, height }: StripFrame): void {
  const first = Math.floor(view.from);
  const last = Math.min(runs.count, Math.ceil(view.to));
  const cell = width / (view.to - view.from);
  const gap = cell >= 6 ? 1 : 0;
  for (let position = first; position < last; position++) {
    const x = Math.round(xAtPosition(view, position, width));
    const end = Math.round(xAtPosition(view, position + 1, width));
    const rect = { x, y: MARGIN, width: Math.max(1, end - x - gap), height: height - 2 * MARGIN };
    paintCell(context, rect, { look: lookOfCode(runs.codeAt(position)), palette, grey: false });
  }
}

function paintColumns({ context, palette, runs, view, width, height }: StripFrame): void {
  const inner = height - 2 * MARGIN;
  for (let column = 0; column < Math.floor(width); column++) {
    const [from, to] = columnSpan(view, Math.floor(width), column);
    for (const { code, y, height: part } of stackColumn(runs.countBetween(from, to), inner)) {
      const status = PARTITION_STATUSES[code] ?? "missing";
      const { tone } = PARTITION_LOOK[status];
      context.fillStyle = palette.fill[tone];
      context.globalAlpha = status === "fresh" ? 0.62 : 1;
      context.fillRect(column, MARGIN + y, 1, part);
    }
  }
  context.globalAlpha = 1;
}

/** Marked partitions stand on a ground that shows above and below them. */
function paintMarked({ context, palette, marked, view, width, height }: StripFrame): void {
  context.fillStyle = palette.accentSoft;
  for (let i = 0; i + 1 < marked.length; i += 2) {
    const x = xAtPosition(view, marked[i] ?? 0, width);
    context.fillRect(x, 0, Math.max(2, xAtPosition(view, marked[i + 1] ?? 0, width) - x), height);
  }
}

function paintMarkEdges({ context, palette, marked, view, width, height }: StripFrame): void {
  context.fillStyle = palette.accent;
  for (let i = 0; i + 1 < marked.length; i += 2) {
    const x = Math.round(xAtPosition(view, marked[i] ?? 0, width));
    const end = Math.max(x + 2, Math.round(xAtPosition(view, marked[i + 1] ?? 0, width)));
    context.fillRect(x, 0, end - x, 2);
    context.fillRect(x, height - 2, end - x, 2);
  }
}

function paintCursor({ context, palette, cursor, view, width, height }: StripFrame): void {
  if (cursor < 0) return;
  const x = Math.floor(xAtPosition(view, cursor, width));
  const cell = Math.max(3, Math.round(xAtPosition(view, cursor + 1, width)) - x);
  context.strokeStyle = palette.ink;
  context.lineWidth = 1.5;
  context.strokeRect(x - 0.75, 0.75, cell + 0.5, height - 1.5);
}
