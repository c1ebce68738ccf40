import { type Camera, type Viewport, visibleBounds } from "./camera.ts";

/** How much larger than the view a snapshot is, on each side, as a part of the view. */
const MARGIN = 0.35;

/** How much a snapshot may be enlarged and made smaller before it looks wrong. */
const MOST_ENLARGED = 4;
const MOST_REDUCED = 0.62;

/** Where something is painted. */
export interface PaintTarget {
  readonly context: CanvasRenderingContext2D;
  readonly camera: Camera;
  readonly viewport: Viewport;
  /** Device pixels for each CSS pixel. */
  readonly ratio: number;
}

/** A picture of more than is in view, which stands in for it while the camera moves: moving it costs next to nothing. */
export class Snapshot {
  readonly #canvas = document.createElement("canvas");
  #camera: Camera | null = null;
  #viewport: Viewport = { width: 0, height: 0 };
  #ratio = 1;
  #stamp = -1;

  /** Paints the surroundings of a view. @param stamp changes whenever what is painted does */
  take(
    { camera, viewport, ratio }: Omit<PaintTarget, "context">,
    stamp: number,
    paint: (target: PaintTarget) => void,
  ): void {
    const context = this.#canvas.getContext("2d", { alpha: false });
    if (context === null) return;
    const wide = { width: viewport.width * (1 + 2 * MARGIN), height: viewport.height * (1 + 2 * MARGIN) };
    const from = {
      x: camera.x - (viewport.width * MARGIN) / camera.scale,
      y: camera.y - (viewport.height * MARGIN) / camera.scale,
      scale: camera.scale,
    };
    this.#canvas.width = Math.round(wide.width * ratio);
    this.#canvas.height = Math.round(wide.height * ratio);
    paint({ context, camera: from, viewport: wide, ratio });
    this.#camera = from;
    this.#viewport = wide;
    this.#ratio = ratio;
    this.#stamp = stamp;
  }

  /** Draws what is in view from the snapshot. False when it does not hold that, or is of something else. */
  draw({ context, camera, viewport, ratio }: PaintTarget, stamp: number): boolean {
    const from = this.#camera;
    if (from === null || stamp !== this.#stamp || ratio !== this.#ratio) return false;
    const enlarged = camera.scale / from.scale;
    if (enlarged > MOST_ENLARGED || enlarged < MOST_REDUCED) return false;
    const held = visibleBounds(from, this.#viewport);
    const wanted = visibleBounds(camera, viewport);
    if (wanted.left < held.left || wanted.right > held.right || wanted.top < held.top || wanted.bottom > held.bottom)
      return false;
    context.setTransform(
      enlarged,
      0,
      0,
      enlarged,
      (from.x - camera.x) * camera.scale * ratio,
      (from.y - camera.y) * camera.scale * ratio,
    );
    context.drawImage(this.#canvas, 0, 0);
    return true;
  }

  /** Frees the memory of the picture. */
  clear(): void {
    this.#camera = null;
    this.#canvas.width = 0;
    this.#canvas.height = 0;
  }
}
