import { degree, type DirectedGraph } from "./directed-graph.ts";
import { int } from "./typed-read.ts";

/** Either an order in which every edge points forward, or one exact cycle (each vertex feeds the next, the last the first). */
export type TopologicalResult =
  | { readonly kind: "order"; readonly order: Int32Array }
  | { readonly kind: "cycle"; readonly cycle: readonly number[] };

/** Kahn's algorithm, first in first out, so that the order depends on the vertices' numbers alone. Self-loops are not allowed. */
export function topologicalOrder(graph: DirectedGraph): TopologicalResult {
  const { count, out } = graph;
  const pending = new Int32Array(count);
  const order = new Int32Array(count);
  let tail = 0;
  for (let v = 0; v < count; v++) {
    pending[v] = degree(graph.in, v);
    if (int(pending, v) === 0) order[tail++] = v;
  }
  for (let head = 0; head < tail; head++) {
    const v = int(order, head);
    for (let i = int(out.start, v); i < int(out.start, v + 1); i++) {
      const next = int(out.target, i);
      pending[next] = int(pending, next) - 1;
      if (int(pending, next) === 0) order[tail++] = next;
    }
  }
  return tail === count ? { kind: "order", order } : { kind: "cycle", cycle: findCycle(graph, pending) };
}

/** Walks backwards among the vertices that Kahn could not place: each has a predecessor there, so the walk must close. */
function findCycle(graph: DirectedGraph, pending: Int32Array): number[] {
  const placeInWalk = new Int32Array(graph.count).fill(-1);
  const walk: number[] = [];
  let v = pending.findIndex((left) => left > 0);
  while (int(placeInWalk, v) < 0) {
    placeInWalk[v] = walk.length;
    walk.push(v);
    v = unplacedPredecessor(graph, pending, v);
  }
  return walk.slice(int(placeInWalk, v)).toReversed();
}

function unplacedPredecessor(graph: DirectedGraph, pending: Int32Array, v: number): number {
  for (let i = int(graph.in.start, v); i < int(graph.in.start, v + 1); i++) {
    const before = int(graph.in.target, i);
    if (int(pending, before) > 0) return before;
  }
  throw new Error(`graph-layout: vertex ${v} waits for nothing; its degree was counted wrongly`);
}
