import { columnSpan, type StripView } from "./strip-geometry.ts";

/** How the rows of a heatmap stand. Lengths are CSS pixels. */
export interface HeatmapRows {
  readonly count: number;
  /** Height of one drawn row. */
  readonly rowPx: number;
  /** Drawn rows: each shows one row, or several where there are more than pixels. */
  readonly drawn: number;
  readonly height: number;
}

const MAX_HEIGHT_PX = 360;
const MAX_ROW_PX = 22;
const MIN_ROW_PX = 3;

/** From this width of a column on, each is drawn by itself. */
const COLUMNS_FROM_PX = 3;

/** Rows as high as there is room for. */
export function heatmapRows(count: number): HeatmapRows {
  const rowPx = Math.max(MIN_ROW_PX, Math.min(MAX_ROW_PX, Math.floor(MAX_HEIGHT_PX / Math.max(1, count))));
  const drawn = Math.min(count, Math.floor(MAX_HEIGHT_PX / rowPx));
  return { count, rowPx, drawn, height: drawn * rowPx };
}

/** The rows that a drawn one stands for. */
export function rowSpan({ count, drawn }: HeatmapRows, row: number): readonly [from: number, to: number] {
  return columnSpan({ from: 0, to: count }, drawn, row);
}

/** The drawn row in which a row is. */
export function drawnRowOf({ count, drawn }: HeatmapRows, row: number): number {
  return Math.min(drawn - 1, Math.floor((row * drawn) / count));
}

/** Columns that are drawn, and how wide: one by one where there is room, else pixel by pixel. */
export function heatmapColumns(view: StripView, width: number): { readonly drawn: number; readonly isSingle: boolean } {
  const isSingle = width / (view.to - view.from) >= COLUMNS_FROM_PX;
  return { drawn: isSingle ? Math.ceil(view.to) - Math.floor(view.from) : Math.max(1, Math.floor(width)), isSingle };
}
