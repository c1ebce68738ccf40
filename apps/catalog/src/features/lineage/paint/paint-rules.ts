import { CANVAS_FONT } from "../../../theme/canvas-palette.ts";
import { toScreen } from "../camera.ts";
import { type Frame, usePicture, useScreen } from "./frame.ts";

/** A schedule or a sensor with its place in the picture and the nodes that it materializes. */
export interface PlacedRule {
  readonly name: string;
  readonly kind: "schedule" | "sensor";
  readonly isPaused: boolean;
  /** Right end of its name, in the picture. */
  readonly x: number;
  readonly y: number;
  readonly targets: Int32Array;
}

/** Edges of one rule that are painted. */
const EDGES_PER_RULE = 200;

const PILL_PX = 20;

/** Schedules and sensors to the left of the picture, with a dashed edge to each asset that they materialize. */
export function paintRules(frame: Frame): void {
  if (frame.rules.length === 0) return;
  for (const rule of frame.rules) paintRuleEdges(frame, rule);
  for (const rule of frame.rules) paintRuleName(frame, rule);
}

function paintRuleEdges(frame: Frame, { x, y, targets, isPaused }: PlacedRule): void {
  const { context, camera, palette, scene } = frame;
  const { layout } = scene;
  usePicture(frame);
  context.strokeStyle = palette.accent;
  context.globalAlpha = isPaused ? 0.25 : 0.6;
  context.lineWidth = 1 / camera.scale;
  context.setLineDash([5 / camera.scale, 4 / camera.scale]);
  context.beginPath();
  for (const node of targets.subarray(0, EDGES_PER_RULE)) {
    const toX = layout.nodeX[node] ?? 0;
    const toY = (layout.nodeY[node] ?? 0) + layout.nodeHeight / 2;
    const reach = Math.min(260, Math.max(40, (toX - x) / 2));
    context.moveTo(x, y);
    context.bezierCurveTo(x + reach, y, toX - reach, toY, toX, toY);
  }
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
}

function paintRuleName(frame: Frame, { name, kind, isPaused, x, y }: PlacedRule): void {
  const { context, camera, palette, names } = frame;
  useScreen(frame);
  const point = toScreen(camera, { x, y });
  const text = `${kind} ${name}${isPaused ? " (paused)" : ""}`;
  const width = names.widthOf(text, 11) + 18;
  if (point.x < -40 || point.x - width > frame.viewport.width || point.y < -30 || point.y > frame.viewport.height + 30)
    return;
  context.fillStyle = palette.accentSoft;
  context.strokeStyle = palette.accent;
  context.lineWidth = 1;
  context.beginPath();
  context.roundRect(point.x - width, point.y - PILL_PX / 2, width, PILL_PX, PILL_PX / 2);
  context.fill();
  context.stroke();
  context.font = `500 11px ${CANVAS_FONT}`;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillStyle = isPaused ? palette.muted : palette.ink;
  context.fillText(text, point.x - width + 9, point.y + 0.5);
}
