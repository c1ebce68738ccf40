import { formatShortCount } from "../../../format/amounts.ts";
import { CANVAS_FONT } from "../../../theme/canvas-palette.ts";
import { intersects, toScreen } from "../camera.ts";
import type { Scene } from "../scene.ts";
import { type Frame, isLit, usePicture, useScreen } from "./frame.ts";

/** Trunks painted at most; the largest win. */
const TRUNK_BUDGET = { groups: 500, cells: 400, names: 250, cards: 250 } as const;

/** Edges of a focus painted at most. */
const FOCUS_EDGE_BUDGET = 6_000;

/** So many edges of a focus can be told apart. */
const CLEAR_FOCUS_EDGES = 150;

/** More are painted paler, so many of them in one stroke: what they lead to is not walled up, and dense parts stand out. */
const PALE_STROKE = { edges: 50, alpha: 0.14 } as const;

/** Below this height of a card on the screen, edges inside groups are noise. */
const INNER_EDGES_FROM_PX = 7;

/** Edges between groups, taken together. */
export function paintTrunks(frame: Frame): void {
  const { context, scene, camera, palette, focus } = frame;
  const { layout, trunkOrder, trunkBounds } = scene;
  let budget: number = TRUNK_BUDGET[frame.level];
  usePicture(frame);
  context.strokeStyle = palette.trunk;
  for (const t of trunkOrder) {
    if (budget === 0) break;
    const bounds = {
      left: trunkBounds[4 * t] ?? 0,
      top: trunkBounds[4 * t + 1] ?? 0,
      right: trunkBounds[4 * t + 2] ?? 0,
      bottom: trunkBounds[4 * t + 3] ?? 0,
    };
    if (!intersects(bounds, frame.bounds)) continue;
    budget--;
    const width = 0.75 + 0.55 * Math.log2(1 + (layout.trunkSize[t] ?? 1));
    context.lineWidth = (focus === null ? width : 0.75) / camera.scale;
    context.beginPath();
    traceTrunk(context, scene, t);
    context.stroke();
  }
}

/** What a way is traced on: a canvas, or something that writes it down. */
export type Pen = Pick<CanvasRenderingContext2D, "bezierCurveTo" | "lineTo" | "moveTo">;

/** Traces one trunk. */
export function traceTrunk(context: Pen, { layout }: Scene, trunk: number): void {
  const from = layout.trunkFrom[trunk] ?? 0;
  const to = layout.trunkTo[trunk] ?? 0;
  // A trunk against the order of layers leaves to the left.
  const forward = (layout.groupX[from] ?? 0) < (layout.groupX[to] ?? 0);
  const side = (group: number, right: boolean): number =>
    (layout.groupX[group] ?? 0) + (right ? (layout.groupWidth[group] ?? 0) : 0);
  const middle = (group: number): number => (layout.groupY[group] ?? 0) + (layout.groupHeight[group] ?? 0) / 2;
  traceRoute(context, layout.trunkRoute, {
    x: side(from, forward),
    y: middle(from),
    toX: side(to, !forward),
    toY: middle(to),
    first: layout.trunkRouteStart[trunk] ?? 0,
    end: layout.trunkRouteStart[trunk + 1] ?? 0,
  });
}

/** Edges inside the groups in view, along their routes. */
export function paintInnerEdges(frame: Frame): void {
  const { context, scene, camera, palette } = frame;
  const { layout, graph } = scene;
  if (layout.nodeHeight * camera.scale < INNER_EDGES_FROM_PX) return;
  usePicture(frame);
  context.strokeStyle = frame.focus === null ? palette.edge : palette.trunk;
  context.lineWidth = Math.min(1.25, 0.6 + camera.scale) / camera.scale;
  context.beginPath();
  for (const group of frame.groups) {
    for (let k = layout.groupStart[group] ?? 0; k < (layout.groupStart[group + 1] ?? 0); k++) {
      const node = layout.groupMember[k] ?? 0;
      for (let i = graph.out.start[node] ?? 0; i < (graph.out.start[node + 1] ?? 0); i++) {
        if (layout.nodeGroup[graph.out.target[i] ?? 0] === group) traceEdge(context, scene, graph.out.edge[i] ?? 0);
      }
    }
  }
  context.stroke();
}

/** The edges of the focus, across groups too, over everything but the cards; broken lines where columns are computed. */
export function paintFocusEdges(frame: Frame): void {
  const { context, focus } = frame;
  if (focus === null) return;
  usePicture(frame);
  strokeFocusEdges(frame, focus.edges);
  if (focus.columns === undefined || focus.columns.computed.length === 0) return;
  context.setLineDash([5 / frame.camera.scale, 4 / frame.camera.scale]);
  strokeFocusEdges(frame, focus.columns.computed);
  context.setLineDash([]);
}

function strokeFocusEdges({ context, scene, camera, palette, level }: Frame, all: Int32Array): void {
  context.strokeStyle = palette.accent;
  const edges = all.subarray(0, FOCUS_EDGE_BUDGET);
  const isClear = edges.length <= CLEAR_FOCUS_EDGES;
  const atOnce = isClear ? edges.length : PALE_STROKE.edges;
  context.lineWidth = (level === "groups" ? 1 : 1.6) / camera.scale;
  context.globalAlpha = isClear ? 1 : PALE_STROKE.alpha;
  for (let first = 0; first < edges.length; first += atOnce) {
    context.beginPath();
    for (const edge of edges.subarray(first, first + atOnce)) traceEdge(context, scene, edge);
    context.stroke();
  }
  context.globalAlpha = 1;
}

/** Ports where many edges meet, with their number. */
export function paintBundles(frame: Frame): void {
  const { context, scene, camera, palette } = frame;
  const { layout } = scene;
  if (frame.level !== "names" && frame.level !== "cards") return;
  useScreen(frame);
  const size = Math.min(11, 13 * camera.scale + 3);
  context.font = `600 ${size}px ${CANVAS_FONT}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (let b = 0; b < layout.bundleSize.length; b++) {
    const point = toScreen(camera, { x: layout.bundleX[b] ?? 0, y: layout.bundleY[b] ?? 0 });
    if (point.x < -20 || point.y < -20 || point.x > frame.viewport.width + 20 || point.y > frame.viewport.height + 20)
      continue;
    const text = formatShortCount(layout.bundleSize[b] ?? 0);
    const width = size * (0.7 * text.length + 0.8);
    context.fillStyle = palette.group;
    context.strokeStyle = isLit(frame, layout.bundleTarget[b] ?? 0) ? palette.lineStrong : palette.line;
    context.lineWidth = 1;
    context.beginPath();
    context.roundRect(point.x - width / 2, point.y - size * 0.75, width, size * 1.5, size * 0.75);
    context.fill();
    context.stroke();
    context.fillStyle = palette.muted;
    context.fillText(text, point.x, point.y + 0.5);
  }
}

/** Traces one edge. */
export function traceEdge(context: Pen, { layout, graph }: Scene, edge: number): void {
  const from = graph.from[edge] ?? 0;
  const to = graph.to[edge] ?? 0;
  traceRoute(context, layout.edgeRoute, {
    x: (layout.nodeX[from] ?? 0) + layout.nodeWidth,
    y: (layout.nodeY[from] ?? 0) + layout.nodeHeight / 2,
    toX: layout.nodeX[to] ?? 0,
    toY: (layout.nodeY[to] ?? 0) + layout.nodeHeight / 2,
    first: layout.edgeRouteStart[edge] ?? 0,
    end: layout.edgeRouteStart[edge + 1] ?? 0,
  });
}

interface RouteEnds {
  readonly x: number;
  readonly y: number;
  readonly toX: number;
  readonly toY: number;
  /** Points of the route: `[first, end)`. */
  readonly first: number;
  readonly end: number;
}

/** Curves to the first point of each pair and runs straight to the second, then curves to the end. */
function traceRoute(context: Pen, route: Float32Array, ends: RouteEnds): void {
  let { x, y } = ends;
  context.moveTo(x, y);
  for (let i = ends.first; i + 1 < ends.end; i += 2) {
    const toX = route[2 * i] ?? 0;
    // A route may begin straight, at the end of its box.
    if (toX !== Math.fround(x)) curveTo(context, [x, y, toX, route[2 * i + 1] ?? 0]);
    x = route[2 * i + 2] ?? 0;
    y = route[2 * i + 3] ?? 0;
    context.lineTo(x, y);
  }
  curveTo(context, [x, y, ends.toX, ends.toY]);
}

/** How far the handles of a curve reach at most: long curves stay flat at their ends without bulging. */
const MAX_REACH = 220;

function curveTo(context: Pen, [x, y, toX, toY]: readonly [number, number, number, number]): void {
  const reach = Math.min(MAX_REACH, Math.max(16, Math.abs(toX - x) / 2)) * (toX >= x ? 1 : -1);
  context.bezierCurveTo(x + reach, y, toX - reach, toY, toX, toY);
}
