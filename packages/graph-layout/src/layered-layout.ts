import { type Columns, wrapLayers } from "./columns.ts";
import { assignCentres } from "./coordinates.ts";
import type { DirectedGraph } from "./directed-graph.ts";
import { assignLayers } from "./layering.ts";
import { orderLayers } from "./layer-ordering.ts";
import type { OrderMemory } from "./order-memory.ts";
import { type ProperGraph, properGraph } from "./proper-graph.ts";
import { int, num } from "./typed-read.ts";

/** An acyclic graph of boxes of any size, with the distances between them. All lengths are in pixels. */
export interface LayeredInput {
  readonly graph: DirectedGraph;
  /** A topological order of the graph. */
  readonly order: Int32Array;
  /** Weight of each edge: heavy ones are kept short and uncrossed. */
  readonly weight: Float64Array;
  readonly width: Float64Array;
  readonly height: Float64Array;
  readonly layerGap: number;
  readonly columnGap: number;
  readonly gap: number;
  readonly laneHeight: number;
  readonly laneGap: number;
  /** Width over height that the whole aims at: tall layers are wrapped into columns for it. */
  readonly aspect: number;
  /** A layer may always be as tall as this, however small the graph is. */
  readonly minLayerHeight: number;
  readonly bundleThreshold: number;
  readonly sweeps: number;
  /** Remembers the order of layers from one call to the next. */
  readonly orders?: OrderMemory | undefined;
}

/** Top left corner of each box, the points of each edge between its ends, and the ports of folded fan-ins. */
export interface LayeredLayout {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly width: number;
  readonly height: number;
  /** Points of edge `e`: `route[2 * routeStart[e]] …`, x and y in turn; always an even number of points, see `GraphLayout.edgeRoute`. */
  readonly routeStart: Int32Array;
  readonly route: Float64Array;
  readonly edgeBundle: Int32Array;
  readonly bundleTarget: Int32Array;
  readonly bundleSize: Int32Array;
  readonly bundleX: Float64Array;
  readonly bundleY: Float64Array;
}

/** How far before its target a bundle of edges from the neighbouring layer meets, as a part of the gap between layers. */
const PORT_BEFORE_TARGET = 0.4;

/** Lays out a graph in layers from left to right: layers, order, columns, coordinates, routes. */
export function layoutLayered(input: LayeredInput): LayeredLayout {
  const { graph, weight, bundleThreshold } = input;
  const layer = assignLayers(graph, input.order);
  const proper = properGraph({ graph, layer, weight, bundleThreshold });
  const order = input.orders?.order(proper, input.sweeps) ?? orderLayers(proper, input.sweeps);
  const height = new Float64Array(proper.layer.length).fill(input.laneHeight);
  height.set(input.height);
  const columns = wrapLayers(order, { ...input, height });
  const centre = assignCentres(proper, columns, { height, gap: input.gap, laneGap: input.laneGap });
  const horizontal = assignX(input, columns, proper);
  const top = shiftToZero(centre, height);
  const y = new Float64Array(graph.count);
  for (let v = 0; v < graph.count; v++) y[v] = Math.round(num(centre, v) - num(height, v) / 2);
  const x = horizontal.x;
  return { x, y, width: horizontal.width, height: top, ...routes({ input, proper, columns, centre, horizontal, x }) };
}

interface Horizontal {
  readonly x: Float64Array;
  readonly layerLeft: Float64Array;
  readonly layerRight: Float64Array;
  readonly width: number;
}

function assignX(input: LayeredInput, columns: Columns, proper: ProperGraph): Horizontal {
  const x = new Float64Array(input.graph.count);
  const layerLeft = new Float64Array(proper.layerCount);
  const layerRight = new Float64Array(proper.layerCount);
  let left = 0;
  for (let l = 0; l < proper.layerCount; l++) {
    layerLeft[l] = left;
    let columnLeft = left;
    for (let c = int(columns.ofLayer, l); c < int(columns.ofLayer, l + 1); c++) {
      let widest = 0;
      for (let k = int(columns.start, c); k < int(columns.start, c + 1); k++) {
        const v = int(columns.vertex, k);
        if (v >= input.graph.count) continue;
        x[v] = columnLeft;
        widest = Math.max(widest, num(input.width, v));
      }
      layerRight[l] = columnLeft + widest;
      columnLeft += widest + input.columnGap;
    }
    left = num(layerRight, l) + input.layerGap;
  }
  return { x, layerLeft, layerRight, width: Math.max(0, left - input.layerGap) };
}

/** Moves all centres so that the topmost vertex begins at zero; returns the total height. */
function shiftToZero(centre: Float64Array, height: Float64Array): number {
  let top = Number.POSITIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  for (let v = 0; v < centre.length; v++) {
    top = Math.min(top, num(centre, v) - num(height, v) / 2);
    bottom = Math.max(bottom, num(centre, v) + num(height, v) / 2);
  }
  if (centre.length === 0) return 0;
  for (let v = 0; v < centre.length; v++) centre[v] = num(centre, v) - top;
  return Math.ceil(bottom - top);
}

interface RouteInput {
  readonly input: LayeredInput;
  readonly proper: ProperGraph;
  readonly columns: Columns;
  readonly centre: Float64Array;
  readonly horizontal: Horizontal;
  readonly x: Float64Array;
}

type Routes = Omit<LayeredLayout, "x" | "y" | "width" | "height">;

function routes(layout: RouteInput): Routes {
  const { input, proper, centre, horizontal, x } = layout;
  const edges = input.graph.from.length;
  const routeStart = new Int32Array(edges + 1);
  const route: number[] = [];
  const bundleX = new Float64Array(proper.bundleTarget.length);
  const bundleY = new Float64Array(proper.bundleTarget.length);
  for (let e = 0; e < edges; e++) {
    const bundle = int(proper.edgeBundle, e);
    const firstLane = int(proper.laneStart, e);
    const hasLanes = firstLane < int(proper.laneStart, e + 1);
    const to = int(input.graph.to, e);
    route.push(...passWiderBoxes(layout, int(input.graph.from, e)));
    if (bundle >= 0) {
      const lane = hasLanes ? int(proper.lane, firstLane) : -1;
      bundleX[bundle] =
        lane < 0 ? num(x, to) - input.layerGap * PORT_BEFORE_TARGET : laneLeft(proper, horizontal, lane);
      bundleY[bundle] = num(centre, lane < 0 ? to : lane);
      if (lane < 0) route.push(num(bundleX, bundle), num(bundleY, bundle), num(bundleX, bundle), num(bundleY, bundle));
    }
    for (let i = firstLane; i < int(proper.laneStart, e + 1); i++) {
      const lane = int(proper.lane, i);
      const y = num(centre, lane);
      route.push(laneLeft(proper, horizontal, lane), y, num(horizontal.layerRight, int(proper.layer, lane)), y);
    }
    routeStart[e + 1] = route.length / 2;
  }
  const { edgeBundle, bundleTarget, bundleSize } = proper;
  return { routeStart, route: Float64Array.from(route), edgeBundle, bundleTarget, bundleSize, bundleX, bundleY };
}

/**
 * An edge that leaves a box which is narrower than its layer runs straight to the layer's end first: a curve that began
 * at the box would lead through the wider ones above or below it.
 */
function passWiderBoxes({ input, proper, columns, centre, horizontal, x }: RouteInput, from: number): number[] {
  const layer = int(proper.layer, from);
  const isOneColumn = int(columns.ofLayer, layer + 1) - int(columns.ofLayer, layer) === 1;
  const right = num(x, from) + num(input.width, from);
  const layerRight = num(horizontal.layerRight, layer);
  if (!isOneColumn || right >= layerRight) return [];
  const height = num(input.height, from);
  // The middle of the box where it is drawn.
  const y = Math.round(num(centre, from) - height / 2) + height / 2;
  return [right, y, layerRight, y];
}

function laneLeft(proper: ProperGraph, horizontal: Horizontal, lane: number): number {
  return num(horizontal.layerLeft, int(proper.layer, lane));
}
