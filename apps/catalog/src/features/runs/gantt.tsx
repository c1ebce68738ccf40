import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { formatClock } from "../../format/instants.ts";
import { formatDuration } from "../../format/durations.ts";
import { paintCell } from "../../status/paint-cell.ts";
import { STEP_LOOK } from "../../status/status-look.ts";
import { canvasPalette, CANVAS_FONT } from "../../theme/canvas-palette.ts";
import { useTheme } from "../../theme/theme.ts";
import { type GanttBar, type GanttLayout, tickSpacing } from "./gantt-layout.ts";

interface GanttProps {
  readonly layout: GanttLayout;
  readonly nameOf: (assetId: number) => string;
  readonly onStep: (bar: GanttBar) => void;
}

const LINE_PX = 14;
const LANE_GAP_PX = 6;
const AXIS_PX = 22;
const NAMES_PX = 200;
const RIGHT_PX = 12;

/** When each step ran, one lane for each asset. */
export function Gantt({ layout, nameOf, onStep }: GanttProps): ReactNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [hovered, setHovered] = useState<GanttBar | null>(null);
  const theme = useTheme();
  const height = AXIS_PX + layout.lines * LINE_PX + layout.lanes.length * LANE_GAP_PX;
  const offsets = useMemo(() => lineOffsets(layout), [layout]);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(Math.round(element.clientWidth)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (canvas.current === null || context === null || context === undefined || width === 0) return;
    const ratio = Math.min(2, window.devicePixelRatio);
    canvas.current.width = Math.round(width * ratio);
    canvas.current.height = Math.round(height * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    paintGantt({ context, layout, offsets, width, height, nameOf, hovered });
  }, [layout, offsets, width, height, nameOf, hovered, theme]);
  const barAt = (event: React.MouseEvent): GanttBar | null => {
    const rect = event.currentTarget.getBoundingClientRect();
    return hitBar({ layout, offsets, width }, event.clientX - rect.left, event.clientY - rect.top);
  };
  return (
    <div className="relative">
      <canvas
        ref={canvas}
        role="img"
        aria-label={`Timeline of ${layout.bars.length} steps of ${layout.lanes.length} assets`}
        className="block w-full"
        style={{ height }}
        onMouseMove={(event) => setHovered(barAt(event))}
        onMouseLeave={() => setHovered(null)}
        onClick={(event) => {
          const bar = barAt(event);
          if (bar !== null) onStep(bar);
        }}
      />
      {hovered !== null && (
        <BarTip
          bar={hovered}
          name={nameOf(hovered.step.assetId)}
          x={xOf({ layout, width }, hovered.start)}
          y={offsets[hovered.line] ?? 0}
        />
      )}
    </div>
  );
}

function BarTip({
  bar,
  name,
  x,
  y,
}: {
  readonly bar: GanttBar;
  readonly name: string;
  readonly x: number;
  readonly y: number;
}): ReactNode {
  const { step } = bar;
  return (
    <div
      aria-hidden
      className="popup pointer-events-none absolute z-10 max-w-96 px-2.5 py-1.5 text-xs"
      style={{ left: Math.max(NAMES_PX, x), top: y + LINE_PX + 4 }}
    >
      <p className="font-medium">
        {name} {step.partitionKey}
      </p>
      <p className="text-muted">
        {STEP_LOOK[step.status].word}, {formatDuration(bar.end - bar.start)} from {formatClock(bar.start)}
        {step.attempts > 1 && `, attempt ${step.attempts}`}
      </p>
      {step.message !== null && <p className="line-clamp-2 text-failed-ink">{step.message}</p>}
    </div>
  );
}

/** Top of each line. */
function lineOffsets({ lanes, lines }: GanttLayout): Float64Array {
  const offsets = new Float64Array(lines);
  let y = AXIS_PX;
  for (const lane of lanes) {
    y += LANE_GAP_PX / 2;
    for (let line = lane.line; line < lane.line + lane.lines; line++) {
      offsets[line] = y;
      y += LINE_PX;
    }
    y += LANE_GAP_PX / 2;
  }
  return offsets;
}

function xOf({ layout, width }: Pick<GanttPicture, "layout" | "width">, at: number): number {
  return NAMES_PX + ((at - layout.start) / (layout.end - layout.start)) * (width - NAMES_PX - RIGHT_PX);
}

function hitBar(picture: Pick<GanttPicture, "layout" | "offsets" | "width">, x: number, y: number): GanttBar | null {
  const hits = picture.layout.bars.filter(({ line, start, end }) => {
    const top = picture.offsets[line] ?? 0;
    return y >= top && y < top + LINE_PX && x >= xOf(picture, start) - 2 && x <= xOf(picture, end) + 2;
  });
  return hits.at(-1) ?? null;
}

interface GanttPicture {
  readonly context: CanvasRenderingContext2D;
  readonly layout: GanttLayout;
  readonly offsets: Float64Array;
  readonly width: number;
  readonly height: number;
  readonly nameOf: (assetId: number) => string;
  readonly hovered: GanttBar | null;
}

function paintGantt(picture: GanttPicture): void {
  const { context, width, height } = picture;
  context.fillStyle = canvasPalette().canvas;
  context.fillRect(0, 0, width, height);
  paintAxis(picture);
  paintLanes(picture);
  paintBars(picture);
}

function paintAxis(picture: GanttPicture): void {
  const { context, layout, width, height } = picture;
  const palette = canvasPalette();
  const span = layout.end - layout.start;
  const spacing = tickSpacing(span, Math.max(2, Math.floor((width - NAMES_PX) / 110)) / 2);
  context.font = `400 11px ${CANVAS_FONT}`;
  context.textBaseline = "middle";
  context.textAlign = "left";
  for (let at = 0; at <= span; at += spacing) {
    const x = Math.round(xOf(picture, layout.start + at));
    context.fillStyle = palette.line;
    context.fillRect(x, AXIS_PX, 1, height - AXIS_PX);
    context.fillStyle = palette.muted;
    const text = at === 0 ? formatClock(layout.start) : `+${formatDuration(at)}`;
    if (x + context.measureText(text).width < width) context.fillText(text, x + 3, AXIS_PX / 2);
  }
}

function paintLanes(picture: GanttPicture): void {
  const { context, layout, offsets, nameOf, width } = picture;
  const palette = canvasPalette();
  context.font = `500 12px ${CANVAS_FONT}`;
  context.textAlign = "left";
  for (const lane of layout.lanes) {
    const top = (offsets[lane.line] ?? 0) - LANE_GAP_PX / 2;
    context.fillStyle = palette.line;
    context.fillRect(0, Math.round(top), width, 1);
    context.fillStyle = lane.failed > 0 ? palette.text.failed : palette.ink;
    const name = nameOf(lane.assetId);
    const room = Math.floor((NAMES_PX - 20) / 6.6);
    context.fillText(name.length > room ? `${name.slice(0, room - 1)}…` : name, 0, top + LANE_GAP_PX / 2 + LINE_PX / 2);
  }
}

function paintBars(picture: GanttPicture): void {
  const { context, layout, offsets, hovered } = picture;
  const palette = canvasPalette();
  for (const bar of layout.bars) {
    const x = xOf(picture, bar.start);
    const rect = {
      x,
      y: (offsets[bar.line] ?? 0) + 2,
      width: Math.max(2, xOf(picture, bar.end) - x - 0.5),
      height: LINE_PX - 4,
    };
    paintCell(context, rect, { look: STEP_LOOK[bar.step.status], palette, grey: false });
    if (bar !== hovered) continue;
    context.strokeStyle = palette.ink;
    context.lineWidth = 1.5;
    context.strokeRect(rect.x - 1, rect.y - 1, rect.width + 2, rect.height + 2);
  }
}
