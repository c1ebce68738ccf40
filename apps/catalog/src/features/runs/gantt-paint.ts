import { formatDuration } from "../../format/durations.ts";
import { formatClock } from "../../format/instants.ts";
import { paintCell } from "../../status/paint-cell.ts";
import { STEP_LOOK } from "../../status/status-look.ts";
import { CANVAS_FONT, type CanvasPalette } from "../../theme/canvas-palette.ts";
import { type GanttBar, type GanttLane, type GanttLayout, tickSpacing } from "./gantt-layout.ts";

export const LINE_PX = 14;
export const LANE_GAP_PX = 8;
export const AXIS_PX = 22;
export const RIGHT_PX = 12;
/** Room for names where there is enough; on a phone less. */
export const NAMES_PX = 200;
const NARROW_NAMES_PX = 96;
const NARROW_PX = 560;

/** A stretch of time. */
export interface GanttView {
  readonly from: number;
  readonly to: number;
}

/** When the same lane ran in another run, moved to the beginning of this one. */
export interface GhostBar {
  readonly laneKey: string;
  readonly start: number;
  readonly end: number;
}

/** Where everything is. */
export interface GanttGeometry {
  readonly layout: GanttLayout;
  /** Top of each line, from the top of the whole picture without its axis. */
  readonly tops: Float64Array;
  readonly view: GanttView;
  readonly width: number;
  /** Of the part that is seen. */
  readonly height: number;
  /** How far it is scrolled. */
  readonly scroll: number;
}

/** What is painted. */
export interface GanttPicture extends GanttGeometry {
  readonly context: CanvasRenderingContext2D;
  readonly palette: CanvasPalette;
  readonly marked: GanttBar | null;
  /** Bars of the critical path; `null` when it is not shown. */
  readonly critical: ReadonlySet<GanttBar> | null;
  readonly ghosts: readonly GhostBar[];
}

/** Tops of all lines, and how tall they are together. */
export function lineTops({ lanes, lines }: GanttLayout): { readonly tops: Float64Array; readonly height: number } {
  const tops = new Float64Array(lines);
  let y = 0;
  for (const lane of lanes) {
    y += LANE_GAP_PX / 2;
    for (let line = lane.line; line < lane.line + lane.lines; line++) {
      tops[line] = y;
      y += LINE_PX;
    }
    y += LANE_GAP_PX / 2;
  }
  return { tops, height: y };
}

/** How wide the names are. */
export function namesWidth(width: number): number {
  return width < NARROW_PX ? NARROW_NAMES_PX : NAMES_PX;
}

/** Where an instant is. */
export function xOf({ view, width }: Pick<GanttGeometry, "view" | "width">, at: number): number {
  const names = namesWidth(width);
  return names + ((at - view.from) / (view.to - view.from)) * (width - names - RIGHT_PX);
}

/** The instant at a place. */
export function timeAt({ view, width }: Pick<GanttGeometry, "view" | "width">, x: number): number {
  const names = namesWidth(width);
  return view.from + ((x - names) / (width - names - RIGHT_PX)) * (view.to - view.from);
}

/** The bar at a place; the one that was painted last where several are. */
export function barAt(picture: GanttGeometry, x: number, y: number): GanttBar | null {
  const inside = y - AXIS_PX + picture.scroll;
  const hits = picture.layout.bars.filter(({ line, start, end }) => {
    const top = picture.tops[line] ?? 0;
    return inside >= top && inside < top + LINE_PX && x >= xOf(picture, start) - 2 && x <= xOf(picture, end) + 2;
  });
  return hits.at(-1) ?? null;
}

/** The lane at a height. */
export function laneAt(picture: GanttGeometry, y: number): GanttLane | null {
  const inside = y - AXIS_PX + picture.scroll;
  return (
    picture.layout.lanes.find((lane) => {
      const top = (picture.tops[lane.line] ?? 0) - LANE_GAP_PX / 2;
      return inside >= top && inside < top + lane.lines * LINE_PX + LANE_GAP_PX;
    }) ?? null
  );
}

/** Paints the part that is seen. */
export function paintGantt(picture: GanttPicture): void {
  const { context, palette, width, height } = picture;
  context.fillStyle = palette.canvas;
  context.fillRect(0, 0, width, height);
  context.save();
  context.beginPath();
  context.rect(0, AXIS_PX, width, height - AXIS_PX);
  context.clip();
  paintGrid(picture);
  paintLanes(picture);
  context.beginPath();
  context.rect(namesWidth(width), AXIS_PX, width, height - AXIS_PX);
  context.clip();
  paintGhosts(picture);
  paintBars(picture);
  context.restore();
  paintAxis(picture);
}

interface Mark {
  readonly x: number;
  readonly text: string;
}

function marksOf(picture: GanttPicture): Mark[] {
  const { layout, view, width } = picture;
  const span = view.to - view.from;
  const spacing = tickSpacing(span, Math.max(2, Math.floor((width - namesWidth(width)) / 110)) / 2);
  const marks: Mark[] = [];
  const first = Math.ceil((view.from - layout.start) / spacing) * spacing;
  for (let at = first; at <= view.to - layout.start; at += spacing) {
    const text = at === 0 ? formatClock(layout.start) : `+${formatDuration(at)}`;
    marks.push({ x: Math.round(xOf(picture, layout.start + at)), text });
  }
  return marks;
}

function paintGrid(picture: GanttPicture): void {
  const { context, palette, height } = picture;
  context.fillStyle = palette.line;
  for (const { x } of marksOf(picture)) context.fillRect(x, AXIS_PX, 1, height);
}

function paintAxis(picture: GanttPicture): void {
  const { context, palette, width } = picture;
  context.fillStyle = palette.canvas;
  context.fillRect(0, 0, width, AXIS_PX);
  context.font = `400 11px ${CANVAS_FONT}`;
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.fillStyle = palette.muted;
  for (const { x, text } of marksOf(picture)) {
    if (x + context.measureText(text).width < width) context.fillText(text, x + 3, AXIS_PX / 2);
  }
  context.fillStyle = palette.line;
  context.fillRect(0, AXIS_PX - 1, width, 1);
}

function paintLanes(picture: GanttPicture): void {
  const { context, palette, layout, tops, width, height, scroll } = picture;
  context.font = `500 12px ${CANVAS_FONT}`;
  context.textAlign = "left";
  context.textBaseline = "middle";
  const names = namesWidth(width);
  for (const [i, lane] of layout.lanes.entries()) {
    const top = (tops[lane.line] ?? 0) - LANE_GAP_PX / 2 + AXIS_PX - scroll;
    if (top > height || top + lane.lines * LINE_PX + LANE_GAP_PX < AXIS_PX) continue;
    context.fillStyle = palette.line;
    if (i > 0) context.fillRect(0, Math.round(top), width, 1);
    context.fillStyle = lane.failed > 0 ? palette.text.failed : palette.ink;
    context.fillText(shortened(context, lane.label, names - 16), 0, top + LANE_GAP_PX / 2 + LINE_PX / 2);
  }
}

const shortenings = new Map<string, string>();
const MAX_SHORTENINGS = 5_000;

/** A name cut in its middle, where neither group nor last segment is lost. */
function shortened(context: CanvasRenderingContext2D, text: string, room: number): string {
  const name = `${room}:${text}`;
  const known = shortenings.get(name);
  if (known !== undefined) return known;
  let short = text;
  let kept = text.length;
  while (kept > 3 && context.measureText(short).width > room) {
    kept -= 1;
    const head = Math.floor(kept / 3);
    short = `${text.slice(0, head)}…${text.slice(text.length - (kept - head))}`;
  }
  if (shortenings.size > MAX_SHORTENINGS) shortenings.clear();
  shortenings.set(name, short);
  return short;
}

function paintGhosts(picture: GanttPicture): void {
  const { context, palette, ghosts, layout, tops, scroll } = picture;
  context.fillStyle = palette.faint;
  for (const { laneKey, start, end } of ghosts) {
    const lane = layout.lanes.find(({ key }) => key === laneKey);
    if (lane === undefined) continue;
    const y = (tops[lane.line] ?? 0) + lane.lines * LINE_PX + AXIS_PX - scroll - 1;
    const x = xOf(picture, start);
    const length = Math.max(3, xOf(picture, end) - x);
    context.fillRect(x, y + 1, length, 2);
    context.fillRect(x, y - 1, 1, 6);
    context.fillRect(x + length - 1, y - 1, 1, 6);
  }
}

function paintBars(picture: GanttPicture): void {
  const { context, palette, layout, view, tops, height, scroll, marked, critical } = picture;
  for (const bar of layout.bars) {
    if (bar.end < view.from || bar.start > view.to) continue;
    const y = (tops[bar.line] ?? 0) + AXIS_PX - scroll + 2;
    if (y > height || y < AXIS_PX - LINE_PX) continue;
    const x = xOf(picture, bar.start);
    const rect = { x, y, width: Math.max(2, xOf(picture, bar.end) - x - 0.5), height: LINE_PX - 4 };
    const isOn = critical?.has(bar) === true;
    const { tone } = STEP_LOOK[bar.status];
    // What is off the path recedes; trouble never does.
    const alpha = critical === null || isOn || tone === "failed" ? 1 : 0.42;
    if (bar.count === 0) {
      context.globalAlpha = bar.strength * alpha;
      context.fillStyle = palette.fill[tone];
      context.fillRect(rect.x, rect.y, rect.width, rect.height);
    } else {
      context.globalAlpha = alpha;
      if (alpha < 1) {
        context.fillStyle = palette.fill[tone];
        context.fillRect(rect.x, rect.y, rect.width, rect.height);
      } else paintCell(context, rect, { look: STEP_LOOK[bar.status], palette, grey: false });
    }
    context.globalAlpha = 1;
    if (isOn && bar.count === 1) outline(context, rect, palette.accent);
    else if (isOn) {
      context.fillStyle = palette.accent;
      context.fillRect(rect.x, rect.y + rect.height, rect.width + 0.5, 2);
    }
    if (bar === marked) outline(context, rect, palette.ink);
  }
}

function outline(
  context: CanvasRenderingContext2D,
  rect: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  colour: string,
): void {
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.strokeRect(rect.x - 0.75, rect.y - 0.75, rect.width + 1.5, rect.height + 1.5);
}
