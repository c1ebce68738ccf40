import { CANVAS_FONT } from "../../../theme/canvas-palette.ts";
import { intersects, toScreen } from "../camera.ts";
import { nodeBounds } from "../scene.ts";
import { type Frame, useScreen } from "./frame.ts";
import { SPLIT_FROM_PX } from "./paint-nodes.ts";

const LABEL_PX = 11;
const LABEL_HEIGHT = 15;
/** Left and right of the text together. */
const PADDING = 10;
/** Widths of labels, in pixels of the screen: as wide as there is room up to the next asset, but so that they can be read. */
const LEAST_ROOM = 56;
const MOST_ROOM = 170;
/** So much wider than its card may a label be. */
const ROOM_OF_CARD = 1.25;
/** Labels at once: more could not be told apart. */
const MOST_LABELS = 80;

/** `[left, top, right, bottom]` of each label of the frame that is painted; one array for all frames. */
const placed = new Float32Array(4 * MOST_LABELS);

/** The columns of a path below assets that are drawn too small to hold them, as far as these labels leave each other room. */
export function paintColumns(frame: Frame): void {
  const columns = frame.focus?.columns;
  const { context, palette, scene, camera, names } = frame;
  if (columns === undefined || frame.level === "cards") return;
  if (frame.level === "names" && scene.layout.nodeHeight * camera.scale >= SPLIT_FROM_PX) return;
  useScreen(frame);
  context.font = `500 ${LABEL_PX}px ${CANVAS_FONT}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineWidth = 1;
  context.strokeStyle = palette.accent;
  const room = Math.max(LEAST_ROOM, Math.min(MOST_ROOM, scene.layout.nodeWidth * camera.scale * ROOM_OF_CARD));
  let count = 0;
  for (const [node, text] of columns.texts) {
    const bounds = nodeBounds(scene.layout, node);
    if (!intersects(bounds, frame.bounds)) continue;
    const shown = names.fit(text, LABEL_PX, room - PADDING);
    const width = names.widthOf(shown, LABEL_PX) + PADDING;
    const { x, y } = toScreen(camera, { x: (bounds.left + bounds.right) / 2, y: bounds.bottom });
    placed[4 * count] = x - width / 2;
    placed[4 * count + 1] = y + 2;
    placed[4 * count + 2] = x + width / 2;
    placed[4 * count + 3] = y + 2 + LABEL_HEIGHT;
    if (!isFree(count)) continue;
    context.fillStyle = palette.accentSoft;
    context.beginPath();
    context.roundRect(x - width / 2, y + 2, width, LABEL_HEIGHT, 4);
    context.fill();
    context.stroke();
    context.fillStyle = palette.ink;
    context.fillText(shown, x, y + 2 + LABEL_HEIGHT / 2 + 0.5);
    count++;
    if (count === MOST_LABELS) return;
  }
}

/** Whether the label after some others stands on none of them. */
function isFree(count: number): boolean {
  const own = 4 * count;
  for (let i = 0; i < own; i += 4) {
    const isBeside = (placed[own] ?? 0) > (placed[i + 2] ?? 0) || (placed[own + 2] ?? 0) < (placed[i] ?? 0);
    const isAbove = (placed[own + 1] ?? 0) > (placed[i + 3] ?? 0) || (placed[own + 3] ?? 0) < (placed[i + 1] ?? 0);
    if (!isBeside && !isAbove) return false;
  }
  return true;
}
