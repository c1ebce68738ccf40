import { type DirectedGraph, directedGraph } from "./directed-graph.ts";
import { int, text } from "./typed-read.ts";

/** A graph to lay out, by index. */
export interface LayoutInput {
  /** Unique name of each node; `/` separates the segments. The layout depends on names, not on the order of nodes. */
  readonly names: readonly string[];
  /** Group of each node; null (or a list that is too short) stands for the first segment of its name. */
  readonly groups: readonly (string | null)[];
  readonly edgeFrom: Int32Array;
  readonly edgeTo: Int32Array;
}

/** The input with its nodes in the order of their names, without self-loops and repeated edges. */
export interface CanonicalGraph {
  readonly graph: DirectedGraph;
  readonly names: readonly string[];
  readonly groups: readonly (string | null)[];
  /** Input node of each canonical node. */
  readonly inputNode: Int32Array;
  /** Canonical edge of each input edge; -1 for a self-loop. */
  readonly canonicalEdge: Int32Array;
}

/** Puts a graph into the one order that all permutations of it share. */
export function canonicalGraph(input: LayoutInput): CanonicalGraph {
  const count = input.names.length;
  const inputNode = Int32Array.from(input.names.keys());
  inputNode.sort((a, b) => compareText(text(input.names, a), text(input.names, b)) || a - b);
  const rank = new Int32Array(count);
  for (let r = 0; r < count; r++) rank[int(inputNode, r)] = r;

  const edges = input.edgeFrom.length;
  const from = new Int32Array(edges);
  const to = new Int32Array(edges);
  for (let e = 0; e < edges; e++) {
    from[e] = int(rank, int(input.edgeFrom, e));
    to[e] = int(rank, int(input.edgeTo, e));
  }
  const sorted = Int32Array.from(from.keys());
  sorted.sort((a, b) => int(from, a) - int(from, b) || int(to, a) - int(to, b));
  const canonicalEdge = new Int32Array(edges).fill(-1);
  const uniqueFrom: number[] = [];
  const uniqueTo: number[] = [];
  for (const e of sorted) {
    const a = int(from, e);
    const b = int(to, e);
    if (a === b) continue;
    if (uniqueFrom.at(-1) !== a || uniqueTo.at(-1) !== b) {
      uniqueFrom.push(a);
      uniqueTo.push(b);
    }
    canonicalEdge[e] = uniqueFrom.length - 1;
  }
  return {
    graph: directedGraph(count, Int32Array.from(uniqueFrom), Int32Array.from(uniqueTo)),
    names: Array.from(inputNode, (v) => text(input.names, v)),
    groups: Array.from(inputNode, (v) => input.groups[v] ?? null),
    inputNode,
    canonicalEdge,
  };
}

/** Orders by UTF-16 units: the same in every locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
