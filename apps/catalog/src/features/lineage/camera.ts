/** What part of the picture is in view: the point at the top left corner of the view, and pixels of screen for each of the picture. */
export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

/** Size of the view in CSS pixels. */
export interface Viewport {
  readonly width: number;
  readonly height: number;
}

/** A rectangle of the picture. */
export interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A point on the screen, from the top left corner of the view. */
export interface ScreenPoint {
  readonly x: number;
  readonly y: number;
}

/** Nearest zoom: cards a little larger than life. */
export const MAX_SCALE = 1.4;

/** Cards are never shown larger than this by fitting alone. */
const MAX_FIT_SCALE = 1;

/** Room around what is fitted, in pixels of screen. */
const FIT_MARGIN = 32;

/** The camera that shows all of `bounds`, centred. */
export function fitCamera(bounds: Bounds, viewport: Viewport): Camera {
  const width = Math.max(1, bounds.right - bounds.left);
  const height = Math.max(1, bounds.bottom - bounds.top);
  const scale = Math.min(
    MAX_FIT_SCALE,
    Math.max(1, viewport.width - 2 * FIT_MARGIN) / width,
    Math.max(1, viewport.height - 2 * FIT_MARGIN) / height,
  );
  return centreCamera({ x: bounds.left + width / 2, y: bounds.top + height / 2 }, scale, viewport);
}

/** The camera that has a point of the picture in its middle. */
export function centreCamera(point: ScreenPoint, scale: number, viewport: Viewport): Camera {
  return { x: point.x - viewport.width / 2 / scale, y: point.y - viewport.height / 2 / scale, scale };
}

/** The point of the picture in the middle of the view. */
export function cameraCentre(camera: Camera, viewport: Viewport): ScreenPoint {
  return { x: camera.x + viewport.width / 2 / camera.scale, y: camera.y + viewport.height / 2 / camera.scale };
}

/** Zooms so that what is under `point` stays there. */
export function zoomAt(
  camera: Camera,
  point: ScreenPoint,
  { factor, minScale }: { readonly factor: number; readonly minScale: number },
): Camera {
  const scale = Math.min(MAX_SCALE, Math.max(Math.min(minScale, camera.scale), camera.scale * factor));
  return {
    x: camera.x + point.x / camera.scale - point.x / scale,
    y: camera.y + point.y / camera.scale - point.y / scale,
    scale,
  };
}

/** Moves the picture by pixels of screen. */
export function panBy(camera: Camera, dx: number, dy: number): Camera {
  return { x: camera.x - dx / camera.scale, y: camera.y - dy / camera.scale, scale: camera.scale };
}

/** The part of the picture that is in view. */
export function visibleBounds(camera: Camera, viewport: Viewport): Bounds {
  return {
    left: camera.x,
    top: camera.y,
    right: camera.x + viewport.width / camera.scale,
    bottom: camera.y + viewport.height / camera.scale,
  };
}

export function toWorld(camera: Camera, point: ScreenPoint): ScreenPoint {
  return { x: camera.x + point.x / camera.scale, y: camera.y + point.y / camera.scale };
}

export function toScreen(camera: Camera, point: ScreenPoint): ScreenPoint {
  return { x: (point.x - camera.x) * camera.scale, y: (point.y - camera.y) * camera.scale };
}

/** Whether two rectangles share a point. */
export function intersects(a: Bounds, b: Bounds): boolean {
  return a.left <= b.right && b.left <= a.right && a.top <= b.bottom && b.top <= a.bottom;
}

/** The camera part of the way from one to another; zoom changes by equal factors, about the moving centre. */
export function betweenCameras(
  from: Camera,
  to: Camera,
  { part, viewport }: { readonly part: number; readonly viewport: Viewport },
): Camera {
  const scale = from.scale * (to.scale / from.scale) ** part;
  const a = cameraCentre(from, viewport);
  const b = cameraCentre(to, viewport);
  // When the zoom changes, the centre must move in step with the visible size, or the target would fly past.
  const moved = from.scale === to.scale ? part : (1 / scale - 1 / from.scale) / (1 / to.scale - 1 / from.scale);
  return centreCamera({ x: a.x + (b.x - a.x) * moved, y: a.y + (b.y - a.y) * moved }, scale, viewport);
}
