import type { DirectedGraph, GraphLayout } from "@heddle/graph-layout";
import { directedGraph } from "@heddle/graph-layout";
import type { CatalogIndex } from "../../data/catalog-index.ts";
import { STATUS_COUNT, type StatusTable } from "../../data/status-table.ts";
import { type Bounds, intersects, type ScreenPoint } from "./camera.ts";

/**
 * What is on the canvas: some of the assets (nodes), laid out. Nodes count what is shown, from 0; rows count what the
 * index holds.
 */
export interface Scene {
  readonly index: CatalogIndex;
  readonly statuses: StatusTable;
  readonly layout: GraphLayout;
  /** Row of each node. */
  readonly rows: Int32Array;
  /** Node of each row; -1 when it is not shown. */
  readonly nodeOfRow: Int32Array;
  /** Lineage among the nodes; edge numbers are those of the layout. */
  readonly graph: DirectedGraph;
  /** Trunks by size, the largest first. */
  readonly trunkOrder: Int32Array;
  /** `[left, top, right, bottom]` of each trunk. */
  readonly trunkBounds: Float32Array;
  /** Neighbours of each node that are not shown, upstream and downstream. */
  readonly hiddenUpstream: Int32Array;
  readonly hiddenDownstream: Int32Array;
}

/** The nodes and edges to lay out: all assets, or those of a filter. */
export interface SceneGraph {
  readonly rows: Int32Array;
  readonly nodeOfRow: Int32Array;
  readonly edgeFrom: Int32Array;
  readonly edgeTo: Int32Array;
}

/** Cuts the graph of the index down to some rows. */
export function sceneGraph(index: CatalogIndex, rows: Int32Array): SceneGraph {
  const nodeOfRow = new Int32Array(index.count).fill(-1);
  rows.forEach((row, node) => (nodeOfRow[row] = node));
  const edgeFrom: number[] = [];
  const edgeTo: number[] = [];
  for (let e = 0; e < index.graph.from.length; e++) {
    const from = nodeOfRow[index.graph.from[e] ?? 0] ?? -1;
    const to = nodeOfRow[index.graph.to[e] ?? 0] ?? -1;
    if (from < 0 || to < 0) continue;
    edgeFrom.push(from);
    edgeTo.push(to);
  }
  return { rows, nodeOfRow, edgeFrom: Int32Array.from(edgeFrom), edgeTo: Int32Array.from(edgeTo) };
}

interface SceneParts {
  readonly index: CatalogIndex;
  readonly statuses: StatusTable;
  readonly source: SceneGraph;
  readonly layout: GraphLayout;
}

/** Puts a layout together with what painting and pointing need of it. */
export function buildScene({ index, statuses, source, layout }: SceneParts): Scene {
  const graph = directedGraph(source.rows.length, source.edgeFrom, source.edgeTo);
  const trunkOrder = Int32Array.from(layout.trunkSize.keys());
  trunkOrder.sort((a, b) => (layout.trunkSize[b] ?? 0) - (layout.trunkSize[a] ?? 0) || a - b);
  const missing = (side: "in" | "out"): Int32Array =>
    source.rows.map((row, node) => {
      const all = index.graph[side].start;
      const shown = graph[side].start;
      return (all[row + 1] ?? 0) - (all[row] ?? 0) - ((shown[node + 1] ?? 0) - (shown[node] ?? 0));
    });
  return {
    index,
    statuses,
    layout,
    rows: source.rows,
    nodeOfRow: source.nodeOfRow,
    graph,
    trunkOrder,
    trunkBounds: measureTrunks(layout),
    hiddenUpstream: missing("in"),
    hiddenDownstream: missing("out"),
  };
}

function measureTrunks(layout: GraphLayout): Float32Array {
  const bounds = new Float32Array(4 * layout.trunkFrom.length);
  for (let t = 0; t < layout.trunkFrom.length; t++) {
    const a = groupBounds(layout, layout.trunkFrom[t] ?? 0);
    const b = groupBounds(layout, layout.trunkTo[t] ?? 0);
    let top = Math.min(a.top, b.top);
    let bottom = Math.max(a.bottom, b.bottom);
    for (let i = layout.trunkRouteStart[t] ?? 0; i < (layout.trunkRouteStart[t + 1] ?? 0); i++) {
      const y = layout.trunkRoute[2 * i + 1] ?? 0;
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
    bounds.set([Math.min(a.left, b.left), top, Math.max(a.right, b.right), bottom], 4 * t);
  }
  return bounds;
}

/** The box of a group. */
export function groupBounds(layout: GraphLayout, group: number): Bounds {
  const left = layout.groupX[group] ?? 0;
  const top = layout.groupY[group] ?? 0;
  return { left, top, right: left + (layout.groupWidth[group] ?? 0), bottom: top + (layout.groupHeight[group] ?? 0) };
}

/** The card of a node. */
export function nodeBounds(layout: GraphLayout, node: number): Bounds {
  const left = layout.nodeX[node] ?? 0;
  const top = layout.nodeY[node] ?? 0;
  return { left, top, right: left + layout.nodeWidth, bottom: top + layout.nodeHeight };
}

/** The groups whose boxes are in a part of the picture. */
export function groupsIn(layout: GraphLayout, bounds: Bounds): number[] {
  const found: number[] = [];
  for (let g = 0; g < layout.groupNames.length; g++) {
    if (intersects(groupBounds(layout, g), bounds)) found.push(g);
  }
  return found;
}

/** The nodes whose cards are in a part of the picture, by group. */
export function nodesIn(layout: GraphLayout, bounds: Bounds): number[] {
  const found: number[] = [];
  for (const g of groupsIn(layout, bounds)) {
    for (let k = layout.groupStart[g] ?? 0; k < (layout.groupStart[g + 1] ?? 0); k++) {
      const node = layout.groupMember[k] ?? 0;
      if (intersects(nodeBounds(layout, node), bounds)) found.push(node);
    }
  }
  return found;
}

/** What is at a point of the picture. */
export type Hit = { readonly kind: "node"; readonly node: number } | { readonly kind: "group"; readonly group: number };

/** Finds the card at a point, or else the group's box. `nodes` is false while cards are too small to point at. */
export function hitTest(layout: GraphLayout, point: ScreenPoint, nodes: boolean): Hit | null {
  const at: Bounds = { left: point.x, right: point.x, top: point.y, bottom: point.y };
  const node = nodes ? nodesIn(layout, at)[0] : undefined;
  if (node !== undefined) return { kind: "node", node };
  const group = groupsIn(layout, at)[0];
  return group === undefined ? null : { kind: "group", group };
}

/** How many assets of each group are in each status: row `g` of width `STATUS_COUNT + 1`, external ones last. */
export function countByGroup(scene: Scene): Int32Array {
  const width = STATUS_COUNT + 1;
  const counts = new Int32Array(scene.layout.groupNames.length * width);
  for (let node = 0; node < scene.rows.length; node++) {
    const code = scene.statuses.codes[scene.rows[node] ?? 0] ?? -1;
    const slot = (scene.layout.nodeGroup[node] ?? 0) * width + (code < 0 ? STATUS_COUNT : code);
    counts[slot] = (counts[slot] ?? 0) + 1;
  }
  return counts;
}

/** How many assets of each group are in each class of an overlay: row `g` of width `classes`. */
export function countClassesByGroup({ layout }: Scene, classOf: Uint8Array, classes: number): Int32Array {
  const counts = new Int32Array(layout.groupNames.length * classes);
  for (let node = 0; node < classOf.length; node++) {
    const slot = (layout.nodeGroup[node] ?? 0) * classes + (classOf[node] ?? 0);
    counts[slot] = (counts[slot] ?? 0) + 1;
  }
  return counts;
}
