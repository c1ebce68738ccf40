import { lookOfCode, type StatusLook } from "../../../status/status-look.ts";
import { CANVAS_FONT } from "../../../theme/canvas-palette.ts";
import { paintCell } from "../../../status/paint-cell.ts";
import { paintOf } from "../overlay/overlay.ts";
import { nodeBounds } from "../scene.ts";
import { type Frame, isLit, type ScreenRect, screenRect, useScreen } from "./frame.ts";

/** Assets as cells in the colour and shape of their status. */
export function paintCells(frame: Frame): void {
  useScreen(frame);
  for (const node of frame.nodes) {
    const rect = screenRect(frame, nodeBounds(frame.scene.layout, node));
    paintNodeCell(frame, node, rect);
    paintMarks(frame, node, rect);
  }
}

/** One cell in the colour of the overlay, or in colour and shape of the status. */
function paintNodeCell(frame: Frame, node: number, rect: ScreenRect): void {
  const { context, palette, overlay } = frame;
  const grey = !isLit(frame, node);
  if (overlay === null || grey) {
    paintCell(context, rect, { look: lookOf(frame, node), palette, grey });
    return;
  }
  const colour = overlay.classes[overlay.classOf[node] ?? 0]?.colour ?? { kind: "none" };
  context.fillStyle = paintOf(colour, palette);
  context.fillRect(rect.x, rect.y, rect.width, rect.height);
}

/** From this height on there is room for a name and for columns below it. */
export const SPLIT_FROM_PX = 26;

/** Assets as small cards: a bar in the colour of the status, and the name. */
export function paintNames(frame: Frame): void {
  const { context, palette, scene, names } = frame;
  useScreen(frame);
  context.textAlign = "left";
  context.textBaseline = "middle";
  for (const node of frame.nodes) {
    const rect = screenRect(frame, nodeBounds(scene.layout, node));
    const lit = isLit(frame, node);
    const look = lookOf(frame, node);
    paintCardGround(frame, rect, { look, lit, loud: frame.overlay === null });
    const bar = Math.max(3, rect.height * 0.12);
    paintNodeCell(frame, node, { x: rect.x, y: rect.y, width: bar, height: rect.height });
    const columns = frame.focus?.columns?.texts.get(node);
    // Two lines where there is room for them; cards that are less tall have their columns below, see paintColumns.
    const isSplit = columns !== undefined && rect.height >= SPLIT_FROM_PX;
    const size = Math.min(13, Math.max(9, rect.height * (isSplit ? 0.34 : 0.4)));
    const left = rect.x + bar + rect.height * 0.22;
    const name = scene.index.names[scene.rows[node] ?? 0] ?? "";
    const room = rect.x + rect.width - left - 3;
    const text = names.fit(name, size, room);
    context.font = `500 ${size}px ${CANVAS_FONT}`;
    context.fillStyle = lit ? palette.ink : palette.faint;
    const middle = rect.y + rect.height / 2 + 0.5;
    if (text !== "") context.fillText(text, left, isSplit ? middle - size * 0.62 : middle);
    if (isSplit) {
      context.fillStyle = palette.accent;
      context.fillText(names.fit(columns, size, room), left, middle + size * 0.66);
    }
    paintMarks(frame, node, rect);
  }
}

function paintCardGround(
  { context, palette }: Frame,
  rect: ScreenRect,
  { look, lit, loud }: { readonly look: StatusLook; readonly lit: boolean; readonly loud: boolean },
): void {
  context.fillStyle = lit ? palette.card : palette.group;
  context.strokeStyle =
    lit && loud && look.tone === "failed" ? palette.fill.failed : lit ? palette.lineStrong : palette.line;
  context.lineWidth = 1;
  context.setLineDash(look.glyph === "diamond" ? [3, 2] : []);
  context.beginPath();
  context.roundRect(rect.x + 0.5, rect.y + 0.5, rect.width - 1, rect.height - 1, Math.min(4, rect.height / 6));
  context.fill();
  context.stroke();
  context.setLineDash([]);
}

/** Frames around the focus, what is picked and what the pointer is on. */
function paintMarks(frame: Frame, node: number, rect: ScreenRect): void {
  const { context, palette } = frame;
  const focused = frame.focus?.node === node;
  const picked = frame.picked[node] === 1;
  if (!focused && !picked && frame.hoveredNode !== node) return;
  const width = focused ? 2.5 : picked ? 2 : 1.5;
  context.strokeStyle = focused || picked ? palette.accent : palette.muted;
  context.lineWidth = width;
  context.strokeRect(rect.x - width / 2, rect.y - width / 2, rect.width + width, rect.height + width);
}

function lookOf({ scene }: Frame, node: number): StatusLook {
  return lookOfCode(scene.statuses.codes[scene.rows[node] ?? 0] ?? -1);
}
