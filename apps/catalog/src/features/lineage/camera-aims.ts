import type { GraphLayout } from "@heddle/graph-layout";
import {
  type Bounds,
  type Camera,
  cameraCentre,
  centreCamera,
  fitCamera,
  type Viewport,
  visibleBounds,
} from "./camera.ts";
import { CARDS_FROM_PX } from "./detail-level.ts";
import { groupBounds, nodeBounds } from "./scene.ts";

/** Scale at which a node that was far away is shown. */
const READING_SCALE = 0.86;

/** Where the whole picture is seen. */
export function aimAtAll({ width, height }: GraphLayout, viewport: Viewport): Camera {
  return fitCamera({ left: 0, top: 0, right: width, bottom: height }, viewport);
}

/** Where a group is seen as large as it fits. */
export function aimAtGroup(layout: GraphLayout, group: number, viewport: Viewport): Camera {
  return fitCamera(groupBounds(layout, group), viewport);
}

/** Where a node is seen in the middle, as large as its card is made to be. */
export function aimAtNode(layout: GraphLayout, node: number, viewport: Viewport): Camera {
  return centreCamera(centreOf(nodeBounds(layout, node)), 1, viewport);
}

/** Where all of some nodes are seen, none larger than its card is made to be; `null` when they are seen so already. */
export function aimAtNodes(
  layout: GraphLayout,
  nodes: readonly number[],
  { camera, viewport }: { readonly camera: Camera; readonly viewport: Viewport },
): Camera | null {
  const boxes = nodes.map((node) => nodeBounds(layout, node));
  if (boxes.length === 0) return null;
  const bounds = {
    left: Math.min(...boxes.map(({ left }) => left)),
    top: Math.min(...boxes.map(({ top }) => top)),
    right: Math.max(...boxes.map(({ right }) => right)),
    bottom: Math.max(...boxes.map(({ bottom }) => bottom)),
  };
  const readable = layout.nodeHeight * camera.scale >= CARDS_FROM_PX;
  if (readable && isInside(bounds, visibleBounds(camera, viewport))) return null;
  const fitted = fitCamera(bounds, viewport);
  return fitted.scale <= 1 ? fitted : centreCamera(cameraCentre(fitted, viewport), 1, viewport);
}

/** Where a node is seen at a size at which its card can be read; `null` when it is seen so already. */
export function aimAtHidden(
  layout: GraphLayout,
  node: number,
  { camera, viewport }: { readonly camera: Camera; readonly viewport: Viewport },
): Camera | null {
  const box = nodeBounds(layout, node);
  const readable = layout.nodeHeight * camera.scale >= CARDS_FROM_PX;
  if (readable && isInside(box, visibleBounds(camera, viewport))) return null;
  return centreCamera(centreOf(box), readable ? camera.scale : READING_SCALE, viewport);
}

function isInside(inner: Bounds, outer: Bounds): boolean {
  const isAcross = inner.left >= outer.left && inner.right <= outer.right;
  return isAcross && inner.top >= outer.top && inner.bottom <= outer.bottom;
}

function centreOf({ left, top, right, bottom }: Bounds): { readonly x: number; readonly y: number } {
  return { x: (left + right) / 2, y: (top + bottom) / 2 };
}
