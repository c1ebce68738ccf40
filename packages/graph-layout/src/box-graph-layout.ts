import { degree, type DirectedGraph, directedGraph } from "./directed-graph.ts";
import { layoutLayered, type LayeredInput, type LayeredLayout } from "./layered-layout.ts";
import { packShelves } from "./shelf-packing.ts";
import { topologicalOrder } from "./topological-order.ts";
import { int, num } from "./typed-read.ts";

/** A graph of boxes, some of them perhaps without edges. The graph must be acyclic. */
export type BoxGraphInput = Omit<LayeredInput, "order">;

/** Layers for the boxes that have edges, a grid below for those that have none. */
export function layoutBoxGraph(input: BoxGraphInput): LayeredLayout {
  const { graph, gap } = input;
  const connected: number[] = [];
  const lonely: number[] = [];
  for (let v = 0; v < graph.count; v++) {
    (degree(graph.in, v) + degree(graph.out, v) > 0 ? connected : lonely).push(v);
  }
  const layered = layoutLayered(connectedPart(input, connected));
  const shelves = packShelves({
    width: Float64Array.from(lonely, (v) => num(input.width, v)),
    height: Float64Array.from(lonely, (v) => num(input.height, v)),
    gap,
    maxWidth: Math.max(layered.width, Math.sqrt(area(input, lonely) * input.aspect)),
  });
  const below = connected.length > 0 && lonely.length > 0 ? layered.height + 2 * gap : layered.height;
  const x = new Float64Array(graph.count);
  const y = new Float64Array(graph.count);
  connected.forEach((v, i) => {
    x[v] = num(layered.x, i);
    y[v] = num(layered.y, i);
  });
  lonely.forEach((v, i) => {
    x[v] = num(shelves.x, i);
    y[v] = num(shelves.y, i) + below;
  });
  return {
    ...layered,
    x,
    y,
    width: Math.max(layered.width, shelves.width),
    height: below + shelves.height,
    bundleTarget: layered.bundleTarget.map((i) => connected[i] ?? 0),
  };
}

/** The same input over the connected boxes alone; edges keep their numbers. */
function connectedPart(input: BoxGraphInput, connected: readonly number[]): LayeredInput {
  const place = new Int32Array(input.graph.count);
  connected.forEach((v, i) => (place[v] = i));
  const from = input.graph.from.map((v) => int(place, v));
  const to = input.graph.to.map((v) => int(place, v));
  const graph = directedGraph(connected.length, from, to);
  return {
    ...input,
    graph,
    order: orderOf(graph),
    width: Float64Array.from(connected, (v) => num(input.width, v)),
    height: Float64Array.from(connected, (v) => num(input.height, v)),
  };
}

function orderOf(graph: DirectedGraph): Int32Array {
  const result = topologicalOrder(graph);
  if (result.kind === "cycle") throw new Error("graph-layout: a graph of boxes must be acyclic when it is laid out");
  return result.order;
}

function area(input: BoxGraphInput, boxes: readonly number[]): number {
  return boxes.reduce((sum, v) => sum + (num(input.width, v) + input.layerGap) * (num(input.height, v) + input.gap), 0);
}
