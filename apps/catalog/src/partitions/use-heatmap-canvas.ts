import { type RefObject, useEffect, useRef, useState } from "react";
import { canvasPalette } from "../theme/canvas-palette.ts";
import { useTheme } from "../theme/theme.ts";
import { useCanvasPointer } from "../ui/use-canvas-pointer.ts";
import { useCanvasWidth } from "../ui/use-canvas-width.ts";
import type { CellBox, HeatmapCells } from "./heatmap-cells.ts";
import { heatmapColumns, type HeatmapRows, rowSpan } from "./heatmap-geometry.ts";
import { paintHeatmap } from "./paint-heatmap.ts";
import { clampView, columnSpan, positionAtX, type StripView, zoomView } from "./strip-geometry.ts";

interface HeatmapCanvas {
  readonly cells: HeatmapCells;
  readonly rows: HeatmapRows;
  readonly view: StripView;
  readonly setView: (view: StripView) => void;
  readonly marked: Uint8Array | null;
  readonly cursor: { readonly x: number; readonly y: number } | null;
  readonly setHovered: (box: CellBox | null) => void;
  readonly choose: (box: CellBox) => void;
  /** Marks a rectangle; added to what is marked, or taken away from it. */
  readonly mark: (box: CellBox, isAdded: boolean) => void;
}

/** A pointer that moves less than this has clicked. */
const DRAG_FROM_PX = 3;

/** Paints a heatmap and lets a pointer choose, mark and zoom on it. */
export function useHeatmapCanvas(canvas: RefObject<HTMLCanvasElement | null>, map: HeatmapCanvas): void {
  const width = useCanvasWidth(canvas);
  const theme = useTheme();
  const { cells, rows, view, marked, cursor } = map;
  const [dragged, setDragged] = useState<CellBox | null>(null);
  useEffect(() => {
    // The theme is no input of the picture, but its colours are.
    void theme;
    const request = requestAnimationFrame(() => {
      const context = canvas.current?.getContext("2d");
      if (canvas.current === null || context === null || context === undefined || width === 0) return;
      const ratio = Math.min(2, window.devicePixelRatio);
      canvas.current.width = Math.round(width * ratio);
      canvas.current.height = Math.round(rows.height * ratio);
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      paintHeatmap({ context, palette: canvasPalette(), cells, rows, view, width, marked, dragged, cursor });
    });
    return () => cancelAnimationFrame(request);
  }, [canvas, cells, rows, view, width, marked, dragged, cursor, theme]);
  useHeatmapPointer(canvas, { ...map, width, setDragged });
}

interface HeatmapPointer extends HeatmapCanvas {
  readonly width: number;
  readonly setDragged: (box: CellBox | null) => void;
}

function useHeatmapPointer(canvas: RefObject<HTMLCanvasElement | null>, map: HeatmapPointer): void {
  const start = useRef<{ readonly x: number; readonly y: number; readonly box: CellBox } | null>(null);
  const boxAt = (event: MouseEvent): CellBox => {
    const { left, top } = canvas.current?.getBoundingClientRect() ?? { left: 0, top: 0 };
    return boxOf(map, event.clientX - left, event.clientY - top);
  };
  const spanTo = (event: MouseEvent): CellBox => {
    const [a, b] = [start.current?.box ?? boxAt(event), boxAt(event)];
    return {
      left: Math.min(a.left, b.left),
      right: Math.max(a.right, b.right),
      top: Math.min(a.top, b.top),
      bottom: Math.max(a.bottom, b.bottom),
    };
  };
  const isDrag = ({ clientX, clientY }: MouseEvent): boolean =>
    start.current !== null &&
    Math.max(Math.abs(clientX - start.current.x), Math.abs(clientY - start.current.y)) >= DRAG_FROM_PX;

  useCanvasPointer(canvas, {
    onDown(event) {
      start.current = { x: event.clientX, y: event.clientY, box: boxAt(event) };
    },
    onMove(event) {
      if (isDrag(event)) map.setDragged(spanTo(event));
      map.setHovered(isDrag(event) ? spanTo(event) : boxAt(event));
    },
    onUp(event) {
      if (start.current === null) return;
      if (isDrag(event)) map.mark(spanTo(event), event.shiftKey);
      else if (event.shiftKey) map.mark(boxAt(event), true);
      else map.choose(boxAt(event));
      start.current = null;
      map.setDragged(null);
    },
    onEnd() {
      start.current = null;
      map.setDragged(null);
    },
    onLeave: () => map.setHovered(null),
    onWheel(event) {
      // Without a modifier the page scrolls: a heatmap is as high as half of it.
      if (!event.ctrlKey && !event.metaKey && !event.shiftKey) return;
      event.preventDefault();
      const { view, width, cells } = map;
      const count = cells.xs.length;
      if (event.shiftKey) {
        const shift = ((event.deltaX || event.deltaY) / width) * (view.to - view.from);
        map.setView(clampView({ from: view.from + shift, to: view.to + shift }, count));
        return;
      }
      const { left } = boxAt(event);
      map.setView(zoomView(view, left, { factor: Math.exp(event.deltaY * 0.002), count }));
    },
  });
}

/** The cells under a place of the picture: one, or all that share its pixels. */
function boxOf({ cells, rows, view, width }: HeatmapPointer, x: number, y: number): CellBox {
  const row = Math.min(rows.drawn - 1, Math.max(0, Math.floor(y / rows.rowPx)));
  const [top, bottom] = rowSpan(rows, row);
  const columns = heatmapColumns(view, width);
  if (columns.isSingle) {
    const left = positionAtX(view, x, { width, count: cells.xs.length });
    return { left, right: left + 1, top, bottom };
  }
  const column = Math.min(columns.drawn - 1, Math.max(0, Math.floor(x)));
  const [left, right] = columnSpan(view, columns.drawn, column);
  return { left, right: Math.min(right, cells.xs.length), top, bottom };
}
