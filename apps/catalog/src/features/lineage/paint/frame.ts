import type { CanvasPalette } from "../../../theme/canvas-palette.ts";
import { type Bounds, type Camera, toScreen, type Viewport } from "../camera.ts";
import type { DetailLevel } from "../detail-level.ts";
import type { FocusView } from "../focus-view.ts";
import type { Overlay } from "../overlay/overlay.ts";
import type { Scene } from "../scene.ts";
import type { NameWidths } from "./name-widths.ts";
import type { PlacedRule } from "./paint-rules.ts";

/** Everything that one frame is painted from. */
export interface Frame {
  readonly context: CanvasRenderingContext2D;
  /** Device pixels for each CSS pixel. */
  readonly ratio: number;
  readonly camera: Camera;
  readonly viewport: Viewport;
  /** What is in view, in the picture's pixels. */
  readonly bounds: Bounds;
  readonly level: DetailLevel;
  readonly palette: CanvasPalette;
  readonly scene: Scene;
  readonly groups: readonly number[];
  readonly nodes: readonly number[];
  /** Assets of each group by status, see `countByGroup`; under an overlay by its classes. */
  readonly groupCounts: Int32Array;
  /** What colours the assets; `null`: their status. */
  readonly overlay: Overlay | null;
  readonly focus: FocusView | null;
  /** 1 for each picked node; empty when none is. */
  readonly picked: Uint8Array;
  readonly hoveredNode: number;
  readonly names: NameWidths;
  readonly rules: readonly PlacedRule[];
}

/** Paint in CSS pixels of the screen. */
export function useScreen({ context, ratio }: Frame): void {
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
}

/** Paint in pixels of the picture. */
export function usePicture({ context, ratio, camera }: Frame): void {
  const scale = ratio * camera.scale;
  context.setTransform(scale, 0, 0, scale, -camera.x * scale, -camera.y * scale);
}

/** A rectangle of the screen. */
export interface ScreenRect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A rectangle of the picture on the screen, on whole device pixels so that its edges are sharp. */
export function screenRect({ camera, ratio }: Frame, bounds: Bounds): ScreenRect {
  const snap = (value: number): number => Math.round(value * ratio) / ratio;
  const start = toScreen(camera, { x: bounds.left, y: bounds.top });
  const end = toScreen(camera, { x: bounds.right, y: bounds.bottom });
  const x = snap(start.x);
  const y = snap(start.y);
  return { x, y, width: Math.max(1 / ratio, snap(end.x) - x), height: Math.max(1 / ratio, snap(end.y) - y) };
}

/** Whether a node keeps its colours: nothing is in focus, or it belongs to what is. */
export function isLit({ focus }: Frame, node: number): boolean {
  return focus === null || focus.lit[node] === 1;
}
