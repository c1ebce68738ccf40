import type { Adjacency, DirectedGraph } from "@heddle/graph-layout";
import type { FocusView } from "../focus-view.ts";

/** All paths from one asset to another. */
export interface PathView {
  /** What stays lit: every asset and every edge on some path. */
  readonly view: FocusView;
  /** Where the paths begin and end, along the lineage. */
  readonly from: number;
  readonly to: number;
  /** How many paths there are; capped at 10⁹, which is as good as any other large number. */
  readonly paths: number;
  /** Assets on them, the ends included. */
  readonly assets: number;
}

const MOST_PATHS = 1e9;

/** Finds all paths between two nodes, whichever of them is upstream; `null` when neither leads to the other. */
export function pathView(graph: DirectedGraph, a: number, b: number): PathView | null {
  return pathsBetween(graph, a, b) ?? pathsBetween(graph, b, a);
}

function pathsBetween(graph: DirectedGraph, from: number, to: number): PathView | null {
  const ahead = reach(graph.out, from, graph.count);
  if (from === to || ahead[to] === 0) return null;
  const behind = reach(graph.in, to, graph.count);
  const lit = ahead.map((reached, node) => reached & (behind[node] ?? 0));
  const edges: number[] = [];
  for (let e = 0; e < graph.from.length; e++) {
    if (lit[graph.from[e] ?? 0] === 1 && lit[graph.to[e] ?? 0] === 1) edges.push(e);
  }
  const assets = lit.reduce((sum, own) => sum + own, 0);
  const view = { node: -1, lit, edges: Int32Array.from(edges), upstream: 0, downstream: 0 };
  return { view, from, to, paths: countPaths(graph, { lit, from, to }), assets };
}

function reach(side: Adjacency, node: number, count: number): Uint8Array {
  const seen = new Uint8Array(count);
  const stack = [node];
  seen[node] = 1;
  for (let v = stack.pop(); v !== undefined; v = stack.pop()) {
    for (let i = side.start[v] ?? 0; i < (side.start[v + 1] ?? 0); i++) {
      const other = side.target[i] ?? 0;
      if (seen[other] === 1) continue;
      seen[other] = 1;
      stack.push(other);
    }
  }
  return seen;
}

/** Counts along the lineage: a node has as many paths to it as all that lead to it together. */
function countPaths(
  graph: DirectedGraph,
  { lit, from, to }: { readonly lit: Uint8Array; readonly from: number; readonly to: number },
): number {
  const paths = new Float64Array(graph.count);
  const pending = new Int32Array(graph.count);
  for (let e = 0; e < graph.from.length; e++) {
    const target = graph.to[e] ?? 0;
    if (lit[graph.from[e] ?? 0] === 1 && lit[target] === 1) pending[target] = (pending[target] ?? 0) + 1;
  }
  paths[from] = 1;
  const ready = [from];
  for (let v = ready.pop(); v !== undefined; v = ready.pop()) {
    for (let i = graph.out.start[v] ?? 0; i < (graph.out.start[v + 1] ?? 0); i++) {
      const next = graph.out.target[i] ?? 0;
      if (lit[next] !== 1) continue;
      paths[next] = Math.min(MOST_PATHS, (paths[next] ?? 0) + (paths[v] ?? 0));
      pending[next] = (pending[next] ?? 0) - 1;
      if (pending[next] === 0) ready.push(next);
    }
  }
  return paths[to] ?? 0;
}
