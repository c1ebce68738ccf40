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
  const inputNode = orderByName(input.names);
  const rank = new Int32Array(count);
  for (let r = 0; r < count; r++) rank[int(inputNode, r)] = r;

  const edges = input.edgeFrom.length;
  const from = new Int32Array(edges);
  const to = new Int32Array(edges);
  for (let e = 0; e < edges; e++) {
    from[e] = int(rank, int(input.edgeFrom, e));
    to[e] = int(rank, int(input.edgeTo, e));
  }
  const sorted = sortByKey(sortByKey(Int32Array.from(from.keys()), to, count), from, count);
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

/** The nodes in the order of their names. Sorting without a comparison of one's own is several times as fast. */
function orderByName(names: readonly string[]): Int32Array {
  const places = new Map(names.map((name, node) => [name, node]));
  if (places.size < names.length) {
    const order = Int32Array.from(names.keys());
    return order.sort((a, b) => compareText(text(names, a), text(names, b)) || a - b);
  }
  return Int32Array.from(names.toSorted(), (name) => places.get(name) ?? 0);
}

/** Sorts items by a key from 0 to `keys - 1` in one pass over them; items with the same key keep their order. */
function sortByKey(items: Int32Array, keyOf: Int32Array, keys: number): Int32Array {
  const next = new Int32Array(keys + 1);
  for (const item of items) {
    const key = int(keyOf, item) + 1;
    next[key] = int(next, key) + 1;
  }
  for (let key = 0; key < keys; key++) next[key + 1] = int(next, key + 1) + int(next, key);
  const sorted = new Int32Array(items.length);
  for (const item of items) {
    const key = int(keyOf, item);
    sorted[int(next, key)] = item;
    next[key] = int(next, key) + 1;
  }
  return sorted;
}

/** Orders by UTF-16 units: the same in every locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
