import { PartitionSet } from "@heddle/core/internal";
import { type RefObject, useEffect, useRef, useState } from "react";
import { canvasPalette } from "../theme/canvas-palette.ts";
import { useTheme } from "../theme/theme.ts";
import { measureTiming } from "../timings.ts";
import { paintStrip } from "./paint-strip.ts";
import type { Partitions } from "./partition-space.ts";
import { clampView, columnSpan, positionAtX, type StripView, zoomView } from "./strip-geometry.ts";
import { useCanvasPointer } from "../ui/use-canvas-pointer.ts";
import { useCanvasWidth } from "../ui/use-canvas-width.ts";

interface StripCanvas {
  readonly partitions: Partitions;
  readonly selection: PartitionSet;
  readonly view: StripView;
  readonly setView: (view: StripView) => void;
  readonly marked: readonly number[];
  readonly cursor: number;
  /** Every drag and click adds to what is marked or takes away from it, without Shift too. */
  readonly marking: boolean;
  readonly height: number;
  readonly setHovered: (span: readonly [number, number] | null) => void;
  readonly onCurrent: (ordinal: number) => void;
  readonly onSelection: (selection: PartitionSet) => void;
}

/** A pointer that moves less than this has clicked. */
const DRAG_FROM_PX = 3;

/** Paints a strip and lets a pointer mark, zoom and choose on it. */
export function useStripCanvas(canvas: RefObject<HTMLCanvasElement | null>, strip: StripCanvas): void {
  const width = useCanvasWidth(canvas);
  const theme = useTheme();
  const { partitions, view, cursor, height } = strip;
  const [drag, setDrag] = useState<Drag | null>(null);
  const marked = drag === null ? strip.marked : markedWhile(drag, strip.marked);
  const timed = useRef<Partitions | null>(null);
  useEffect(() => {
    const startedAt = performance.now();
    const request = requestAnimationFrame(() => {
      const context = canvas.current?.getContext("2d");
      if (canvas.current === null || context === null || context === undefined || width === 0) return;
      const ratio = Math.min(2, window.devicePixelRatio);
      canvas.current.width = Math.round(width * ratio);
      canvas.current.height = Math.round(height * ratio);
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      paintStrip({ context, palette: canvasPalette(), runs: partitions.runs, view, width, height, marked, cursor });
      if (timed.current !== partitions) measureTiming("partition-strip", startedAt);
      timed.current = partitions;
    });
    return () => cancelAnimationFrame(request);
  });
  // The theme is no input of the picture but its colours are: a change of it paints anew through the render it causes.
  void theme;
  useStripPointer(canvas, { ...strip, width, setDrag });
}

/** Positions `[from, to)` under a drag that is not over. */
interface Drag {
  readonly span: readonly [number, number];
  /** Whether it changes what is marked; otherwise it takes the place of that. */
  readonly changes: boolean;
}

/** What would be marked if the drag ended here. */
function markedWhile({ span, changes }: Drag, marked: readonly number[]): readonly number[] {
  if (!changes) return span;
  return toggled(PartitionSet.fromRanges(marked), PartitionSet.range(...span)).ranges;
}

interface StripPointer extends StripCanvas {
  readonly width: number;
  readonly setDrag: (drag: Drag | null) => void;
}

function useStripPointer(canvas: RefObject<HTMLCanvasElement | null>, strip: StripPointer): void {
  const start = useRef<{ readonly x: number; readonly position: number } | null>(null);
  const { runs } = strip.partitions;
  const offsetOf = (event: MouseEvent): number => event.clientX - (canvas.current?.getBoundingClientRect().left ?? 0);
  const positionOf = (event: MouseEvent): number =>
    positionAtX(strip.view, offsetOf(event), { width: strip.width, count: runs.count });
  const spanTo = (event: MouseEvent): readonly [number, number] => {
    const from = start.current?.position ?? 0;
    const to = positionOf(event);
    return [Math.min(from, to), Math.max(from, to) + 1];
  };
  const changesMarks = (event: MouseEvent): boolean => strip.marking || event.shiftKey;
  const isDrag = (event: MouseEvent): boolean =>
    start.current !== null && Math.abs(offsetOf(event) - start.current.x) >= DRAG_FROM_PX;

  useCanvasPointer(canvas, {
    onDown(event) {
      start.current = { x: offsetOf(event), position: positionOf(event) };
    },
    onMove(event) {
      if (isDrag(event)) {
        strip.setDrag({ span: spanTo(event), changes: changesMarks(event) });
        strip.setHovered(spanTo(event));
      } else {
        strip.setHovered(columnSpan(strip.view, Math.max(1, Math.floor(strip.width)), Math.floor(offsetOf(event))));
      }
    },
    onUp(event) {
      if (start.current === null) return;
      const position = positionOf(event);
      if (isDrag(event)) {
        const dragged = runs.setBetween(...spanTo(event));
        strip.onSelection(changesMarks(event) ? toggled(strip.selection, dragged) : dragged);
      } else {
        const ordinal = runs.ordinalAt(worstNear(strip, position));
        strip.onCurrent(ordinal);
        if (strip.marking) strip.onSelection(toggled(strip.selection, PartitionSet.of([ordinal])));
      }
      start.current = null;
      strip.setDrag(null);
    },
    onLeave: () => strip.setHovered(null),
    onEnd() {
      start.current = null;
      strip.setDrag(null);
    },
    onWheel(event) {
      event.preventDefault();
      if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        const shift = ((event.deltaX || event.deltaY) / strip.width) * (strip.view.to - strip.view.from);
        strip.setView(clampView({ from: strip.view.from + shift, to: strip.view.to + shift }, runs.count));
        return;
      }
      strip.setView(
        zoomView(strip.view, positionOf(event), { factor: Math.exp(event.deltaY * 0.002), count: runs.count }),
      );
    },
  });
}

/** What is marked after a change: over what is marked wholly already it unmarks, over anything else it adds. */
export function toggled(selection: PartitionSet, dragged: PartitionSet): PartitionSet {
  return dragged.isSubsetOf(selection) ? selection.subtract(dragged) : selection.union(dragged);
}

/** A click where many partitions share a pixel means the most urgent one of them. */
function worstNear({ partitions: { runs }, view, width }: StripPointer, position: number): number {
  const perPixel = (view.to - view.from) / Math.max(1, width);
  if (perPixel <= 1) return position;
  const from = position;
  const to = Math.min(runs.count, position + Math.ceil(perPixel));
  const worst = runs.worstBetween(from, to);
  if (runs.codeAt(from) === worst) return from;
  return runs.next(from, 1, new Set([worst]));
}
