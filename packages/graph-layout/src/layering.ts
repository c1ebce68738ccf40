import { degree, type DirectedGraph } from "./directed-graph.ts";
import { int } from "./typed-read.ts";

/**
 * The layer of each vertex, from 0: the longest path from a source, then a pass in reverse that pulls a vertex with more
 * consumers than inputs (every source among them) right up to its nearest consumer, which shortens more edges than it
 * lengthens.
 */
export function assignLayers(graph: DirectedGraph, order: Int32Array): Int32Array {
  const { out } = graph;
  const layer = new Int32Array(graph.count);
  for (const v of order) {
    for (let i = int(out.start, v); i < int(out.start, v + 1); i++) {
      const next = int(out.target, i);
      if (int(layer, next) <= int(layer, v)) layer[next] = int(layer, v) + 1;
    }
  }
  for (let k = order.length - 1; k >= 0; k--) {
    const v = int(order, k);
    if (degree(out, v) > degree(graph.in, v)) layer[v] = nearestConsumer(graph, layer, v) - 1;
  }
  return layer;
}

function nearestConsumer(graph: DirectedGraph, layer: Int32Array, v: number): number {
  let nearest = Number.MAX_SAFE_INTEGER;
  for (let i = int(graph.out.start, v); i < int(graph.out.start, v + 1); i++) {
    nearest = Math.min(nearest, int(layer, int(graph.out.target, i)));
  }
  return nearest;
}
