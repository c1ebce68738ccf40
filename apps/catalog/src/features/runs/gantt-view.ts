import type { GanttBar, GanttLayout } from "./gantt-layout.ts";
import type { GanttView } from "./gantt-paint.ts";

/** The shortest stretch that is shown. */
const MIN_SPAN_MS = 5;

/** Zooms about an instant, so that it stays where it is; `factor` below 1 shows less. Never more than there is. */
export function zoomGantt(
  view: GanttView,
  { about, factor, whole }: { readonly about: number; readonly factor: number; readonly whole: GanttView },
): GanttView {
  const full = whole.to - whole.from;
  const span = Math.min(full, Math.max(Math.min(MIN_SPAN_MS, full), (view.to - view.from) * factor));
  const from = about - ((about - view.from) / (view.to - view.from)) * span;
  return panGantt({ from, to: from + span }, { by: 0, whole });
}

/** Moves the stretch that is shown, and keeps it within the whole. */
export function panGantt(
  view: GanttView,
  { by, whole }: { readonly by: number; readonly whole: GanttView },
): GanttView {
  const span = Math.min(view.to - view.from, whole.to - whole.from);
  const from = Math.min(whole.to - span, Math.max(whole.from, view.from + by));
  return { from, to: from + span };
}

/** The bar that a key leads to from another one: along its line, or to the nearest one of another lane. */
export function neighbourBar(
  { bars, lanes }: GanttLayout,
  from: GanttBar | null,
  key: "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown",
): GanttBar | null {
  if (from === null) return bars[0] ?? null;
  if (key === "ArrowLeft" || key === "ArrowRight") {
    const own = bars.filter(({ line }) => line === from.line).toSorted((a, b) => a.start - b.start);
    return own[own.indexOf(from) + (key === "ArrowRight" ? 1 : -1)] ?? from;
  }
  const lane = lanes.findIndex(({ line, lines }) => from.line >= line && from.line < line + lines);
  const next = lanes[lane + (key === "ArrowDown" ? 1 : -1)];
  if (next === undefined) return from;
  const middle = (from.start + from.end) / 2;
  const own = bars.filter(({ line }) => line >= next.line && line < next.line + next.lines);
  const distance = (bar: GanttBar): number => Math.abs((bar.start + bar.end) / 2 - middle);
  return own.reduce<GanttBar | null>(
    (best, bar) => (best === null || distance(bar) < distance(best) ? bar : best),
    null,
  );
}
