import { type KeyboardEvent, type ReactNode, useEffect, useEffectEvent, useMemo, useRef, useState } from "react";
import { formatDuration } from "../../format/durations.ts";
import { formatClock } from "../../format/instants.ts";
import { formatCounted } from "../../format/amounts.ts";
import { STEP_LOOK } from "../../status/status-look.ts";
import { canvasPalette } from "../../theme/canvas-palette.ts";
import { useTheme } from "../../theme/theme.ts";
import { useCanvasWidth } from "../../ui/use-canvas-width.ts";
import type { GanttBar, GanttLayout } from "./gantt-layout.ts";
import {
  AXIS_PX,
  barAt,
  type GanttGeometry,
  type GanttView,
  type GhostBar,
  laneAt,
  LINE_PX,
  lineTops,
  namesWidth,
  paintGantt,
  timeAt,
  xOf,
} from "./gantt-paint.ts";
import { neighbourBar, panGantt, zoomGantt } from "./gantt-view.ts";

interface GanttProps {
  readonly layout: GanttLayout;
  /** What is known of a bar beside its times: "shop/orders 2024-01-03". */
  readonly nameOf: (bar: GanttBar) => string;
  readonly critical: ReadonlySet<GanttBar> | null;
  readonly ghosts: readonly GhostBar[];
  readonly view: GanttView | null;
  readonly onView: (view: GanttView | null) => void;
  readonly onStep: (bar: GanttBar) => void;
  /** The name of a lane was chosen. */
  readonly onLane: (laneKey: string) => void;
}

/** Taller than this it scrolls. */
const MAX_HEIGHT_PX = 520;

/** When each step ran. Keys: arrows go from bar to bar, + and - zoom, 0 shows all, Enter opens. */
export function Gantt(props: GanttProps): ReactNode {
  const { layout, nameOf, critical, ghosts, onView, onStep, onLane } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const width = useCanvasWidth(canvas);
  const [scroll, setScroll] = useState(0);
  const [marked, setMarked] = useState<GanttBar | null>(null);
  const theme = useTheme();
  const { tops, height } = useMemo(() => lineTops(layout), [layout]);
  const whole = { from: layout.start, to: layout.end };
  const view = props.view ?? whole;
  const seen = Math.min(MAX_HEIGHT_PX, height + AXIS_PX);
  const geometry: GanttGeometry = { layout, tops, view, width, height: seen, scroll };
  const shown = marked !== null && layout.bars.includes(marked) ? marked : null;
  const { from, to } = view;
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (canvas.current === null || context === null || context === undefined || width === 0) return;
    const ratio = Math.min(2, window.devicePixelRatio);
    canvas.current.width = Math.round(width * ratio);
    canvas.current.height = Math.round(seen * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const own = { layout, tops, view: { from, to }, width, height: seen, scroll };
    paintGantt({ ...own, context, palette: canvasPalette(), marked: shown, critical, ghosts });
  }, [layout, tops, from, to, width, seen, scroll, shown, critical, ghosts, theme]);
  useGanttPointer(canvas, { geometry, whole, onView });
  const placeOf = (event: React.MouseEvent): readonly [number, number] => {
    const rect = event.currentTarget.getBoundingClientRect();
    return [event.clientX - rect.left, event.clientY - rect.top];
  };
  return (
    <div className="relative">
      <p className="sr-only" aria-live="polite">
        {shown === null ? "" : `${nameOf(shown)}, ${describeBar(shown)}`}
      </p>
      <div
        ref={scroller}
        role="group"
        aria-label={`Timeline of ${formatCounted(layout.bars.length, "bar")} in ${formatCounted(layout.lanes.length, "row")}`}
        tabIndex={0}
        onKeyDown={(event) => handleKey(event, { ...props, view, whole, marked: shown, setMarked })}
        className="overflow-y-auto rounded-sm"
        style={{ height: seen }}
        onScroll={(event) => setScroll(event.currentTarget.scrollTop)}
      >
        <div style={{ height: height + AXIS_PX }}>
          <canvas
            ref={canvas}
            aria-hidden
            className="sticky top-0 block w-full touch-pan-y"
            style={{ height: seen }}
            onMouseMove={(event) => event.buttons === 0 && setMarked(barAt(geometry, ...placeOf(event)))}
            onMouseLeave={() => setMarked(null)}
            onClick={(event) => {
              const [x, y] = placeOf(event);
              const bar = barAt(geometry, x, y);
              if (bar !== null) onStep(bar);
              else if (x < namesWidth(width)) {
                const lane = laneAt(geometry, y);
                if (lane !== null) onLane(lane.key);
              }
            }}
          />
        </div>
      </div>
      {shown !== null && width > 0 && (
        <BarTip
          bar={shown}
          name={nameOf(shown)}
          x={Math.min(width - 280, Math.max(namesWidth(width), xOf(geometry, shown.start)))}
          y={(tops[shown.line] ?? 0) + AXIS_PX - scroll}
        />
      )}
    </div>
  );
}

function describeBar({ status, start, end, step, count }: GanttBar): string {
  const many = count > 1 ? `${formatCounted(count, "step")}, ` : "";
  const attempts = step !== null && step.attempts > 1 ? `, attempt ${step.attempts}` : "";
  return `${many}${STEP_LOOK[status].word}, ${formatDuration(end - start)} from ${formatClock(start)}${attempts}`;
}

interface BarTipProps {
  readonly bar: GanttBar;
  readonly name: string;
  readonly x: number;
  readonly y: number;
}

function BarTip({ bar, name, x, y }: BarTipProps): ReactNode {
  return (
    <div
      aria-hidden
      className="popup pointer-events-none absolute z-10 max-w-96 px-2.5 py-1.5 text-xs"
      style={{ left: x, top: y + LINE_PX + 4 }}
    >
      <p className="font-medium">{name}</p>
      <p className="text-muted">{describeBar(bar)}</p>
      {bar.step !== null && bar.step.message !== null && (
        <p className="line-clamp-2 text-failed-ink">{bar.step.message}</p>
      )}
    </div>
  );
}

interface KeyScope extends GanttProps {
  readonly view: GanttView;
  readonly whole: GanttView;
  readonly marked: GanttBar | null;
  readonly setMarked: (bar: GanttBar | null) => void;
}

function handleKey(event: KeyboardEvent, scope: KeyScope): void {
  const { layout, view, whole, marked, setMarked, onView, onStep } = scope;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const about = marked === null ? (view.from + view.to) / 2 : (marked.start + marked.end) / 2;
  const zoom = (factor: number) => onView(zoomGantt(view, { about, factor, whole }));
  const actions: Readonly<Record<string, () => void>> = {
    "+": () => zoom(0.6),
    "=": () => zoom(0.6),
    "-": () => zoom(1 / 0.6),
    "0": () => onView(null),
    Enter: () => marked !== null && onStep(marked),
    Escape: () => setMarked(null),
  };
  const { key } = event;
  if (key === "ArrowLeft" || key === "ArrowRight" || key === "ArrowUp" || key === "ArrowDown") {
    event.preventDefault();
    const next = neighbourBar(layout, marked, key);
    setMarked(next);
    // What is marked is in view.
    if (next !== null && (next.end < view.from || next.start > view.to)) {
      onView(panGantt(view, { by: next.start - (view.from + view.to) / 2, whole }));
    }
    return;
  }
  const action = actions[key];
  if (action === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  action();
}

interface PointerScope {
  readonly geometry: GanttGeometry;
  readonly whole: GanttView;
  readonly onView: (view: GanttView) => void;
}

/** Dragging moves; the wheel with Ctrl or ⌘ zooms about the pointer, as it does sideways by itself. */
function useGanttPointer(canvas: React.RefObject<HTMLCanvasElement | null>, scope: PointerScope): void {
  const onWheel = useEffectEvent((event: WheelEvent) => {
    const { geometry, whole, onView } = scope;
    const perPixel = (geometry.view.to - geometry.view.from) / Math.max(1, geometry.width);
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      const about = timeAt(geometry, event.offsetX);
      onView(zoomGantt(geometry.view, { about, factor: Math.exp(event.deltaY * 0.002), whole }));
    } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault();
      onView(panGantt(geometry.view, { by: event.deltaX * perPixel, whole }));
    }
  });
  const onMove = useEffectEvent((event: PointerEvent) => {
    const { geometry, whole, onView } = scope;
    if (event.buttons !== 1 || event.movementX === 0) return;
    const span = geometry.view.to - geometry.view.from;
    const perPixel = span / Math.max(1, geometry.width - namesWidth(geometry.width));
    if (span < whole.to - whole.from) onView(panGantt(geometry.view, { by: -event.movementX * perPixel, whole }));
  });
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return undefined;
    const abort = new AbortController();
    element.addEventListener("wheel", (event) => onWheel(event), { signal: abort.signal, passive: false });
    element.addEventListener("pointermove", (event) => onMove(event), { signal: abort.signal });
    return () => abort.abort();
  }, [canvas]);
}
