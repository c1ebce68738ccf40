import { formatShortInstant } from "../../format/instants.ts";
import { RUN_LOOK, type StatusLook } from "../../status/status-look.ts";
import { paintCell } from "../../status/paint-cell.ts";
import { CANVAS_FONT, canvasPalette } from "../../theme/canvas-palette.ts";
import { tickSpacing } from "../runs/gantt-layout.ts";
import type { HistoryLayout, PlacedRun } from "./history-layout.ts";

export const AXIS_PX = 22;
export const LINE_PX = 14;
export const LANE_GAP_PX = 8;

/** A run that failed, on the line of a group of which nothing did: neither a success nor a failure. */
const ELSEWHERE_LOOK: StatusLook = { glyph: "ring", word: "failed in another group", tone: "missing" };

/** How a run looks on its line. */
export function lookOfPlaced({ run, isFailedElsewhere }: PlacedRun): StatusLook {
  return isFailedElsewhere ? ELSEWHERE_LOOK : RUN_LOOK[run.status];
}

/** What the timeline is painted from. */
export interface HistoryPicture {
  readonly layout: HistoryLayout;
  readonly from: number;
  readonly to: number;
  readonly width: number;
  readonly height: number;
  /** Width of the names at the left. */
  readonly names: number;
  /** Tops of the lines. */
  readonly tops: Float64Array;
  readonly marked: PlacedRun | null;
}

/** Top of each line, and where the last one ends. */
export function lineTops({ lanes, lines }: HistoryLayout): { readonly tops: Float64Array; readonly bottom: number } {
  const tops = new Float64Array(lines);
  let y = AXIS_PX;
  for (const lane of lanes) {
    y += LANE_GAP_PX / 2;
    for (let line = lane.line; line < lane.line + lane.lines; line++) {
      tops[line] = y;
      y += LINE_PX;
    }
    y += LANE_GAP_PX / 2;
  }
  return { tops, bottom: y };
}

/** Where an instant is. */
export function xOfInstant({ from, to, width, names }: HistoryPicture, at: number): number {
  const share = (at - from) / (to - from);
  return names + Math.min(1, Math.max(0, share)) * (width - names - 8);
}

/** Where a run is. */
export function rectOfRun(picture: HistoryPicture, placed: PlacedRun): { x: number; y: number; width: number } {
  const x = xOfInstant(picture, placed.queuedFrom);
  const end = xOfInstant(picture, placed.end);
  return { x, y: (picture.tops[placed.line] ?? 0) + 2, width: Math.max(4, end - x) };
}

/** The run under a point; of several the one that was painted last. */
export function runAt(picture: HistoryPicture, x: number, y: number): PlacedRun | null {
  const hits = picture.layout.runs.filter((placed) => {
    const rect = rectOfRun(picture, placed);
    return y >= rect.y - 2 && y < rect.y + LINE_PX - 2 && x >= rect.x - 2 && x <= rect.x + rect.width + 2;
  });
  return hits.toSorted(byUrgency).at(-1) ?? null;
}

/** Paints the whole timeline. */
export function paintHistory(context: CanvasRenderingContext2D, picture: HistoryPicture): void {
  const { width, height } = picture;
  context.fillStyle = canvasPalette().canvas;
  context.fillRect(0, 0, width, height);
  paintAxis(context, picture);
  paintLanes(context, picture);
  paintRuns(context, picture);
}

function paintAxis(context: CanvasRenderingContext2D, picture: HistoryPicture): void {
  const { from, to, width, names, height } = picture;
  const palette = canvasPalette();
  const spacing = tickSpacing(to - from, Math.max(2, Math.floor((width - names) / 110)));
  context.font = `400 11px ${CANVAS_FONT}`;
  context.textBaseline = "middle";
  context.textAlign = "left";
  let free = names;
  for (let at = Math.ceil(from / spacing) * spacing; at <= to; at += spacing) {
    const x = Math.round(xOfInstant(picture, at));
    context.fillStyle = palette.line;
    context.fillRect(x, AXIS_PX - 4, 1, height - AXIS_PX + 4);
    const text = formatShortInstant(at, to);
    const room = context.measureText(text).width;
    if (x < free || x + room + 4 > width) continue;
    context.fillStyle = palette.muted;
    context.fillText(text, x + 4, AXIS_PX / 2);
    free = x + room + 12;
  }
}

function paintLanes(context: CanvasRenderingContext2D, picture: HistoryPicture): void {
  const { layout, tops, names, width } = picture;
  const palette = canvasPalette();
  context.textAlign = "left";
  for (const lane of layout.lanes) {
    const top = tops[lane.line] ?? 0;
    context.fillStyle = palette.line;
    context.fillRect(0, Math.round(top - LANE_GAP_PX / 2), width, 1);
    context.font = `500 12px ${CANVAS_FONT}`;
    context.fillStyle = lane.failed > 0 ? palette.text.failed : palette.ink;
    context.fillText(fit(context, lane.name, names - 16), 0, top + LINE_PX / 2);
  }
}

function paintRuns(context: CanvasRenderingContext2D, picture: HistoryPicture): void {
  const palette = canvasPalette();
  // The most urgent are painted last: no failure hides behind what went well.
  for (const placed of picture.layout.runs.toSorted(byUrgency)) {
    const rect = rectOfRun(picture, placed);
    const begun = xOfInstant(picture, placed.start);
    const height = LINE_PX - 4;
    if (begun - rect.x > 1) {
      context.fillStyle = palette.lineStrong;
      context.fillRect(rect.x, rect.y + height / 2 - 1, begun - rect.x, 2);
    }
    const x = Math.min(begun, rect.x + rect.width - 4);
    paintCell(
      context,
      { x, y: rect.y, width: Math.max(3, rect.x + rect.width - x), height },
      { look: lookOfPlaced(placed), palette, grey: false },
    );
    if (placed !== picture.marked) continue;
    context.strokeStyle = palette.ink;
    context.lineWidth = 1.5;
    context.strokeRect(rect.x - 1.5, rect.y - 1.5, rect.width + 3, height + 3);
  }
}

const URGENCY = ["success", "canceled", "canceling", "queued", "paused", "running", "failed"];

function byUrgency(a: PlacedRun, b: PlacedRun): number {
  return URGENCY.indexOf(a.run.status) - URGENCY.indexOf(b.run.status);
}

function fit(context: CanvasRenderingContext2D, text: string, room: number): string {
  if (context.measureText(text).width <= room) return text;
  let end = Math.min(text.length, Math.floor(room / 5));
  while (end > 1 && context.measureText(`${text.slice(0, end)}…`).width > room) end--;
  return `${text.slice(0, end)}…`;
}
