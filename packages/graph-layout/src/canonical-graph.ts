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

/**
 * Puts a graph into the one order that all permutations of it share.
 *
 * @param before names in the order that an earlier call found: what is new is put among them
 */
export function canonicalGraph(input: LayoutInput, before: readonly string[] = []): CanonicalGraph {
  const count = input.names.length;
  const inputNode = orderByName(input.names, before);
  const rank = new Int32Array(count);
  for (let r = 0; r < count; r++) rank[int(inputNode, r)] = r;

  const edges = input.edgeFrom.length;
  const from = new Int32Array(edges);
  const to = new Int32Array(edges);
  for (let e = 0; e < edges; e++) {
    from[e] = int(rank, int(input.edgeFrom, e));
    to[e] = int(rank, int(input.edgeTo, e));
  }
  const places = new Int32Array(edges);
  for (let e = 0; e < edges; e++) places[e] = e;
  const sorted = sortByKey(sortByKey(places, to, count), from, count);
  const canonicalEdge = new Int32Array(edges).fill(-1);
  const uniqueFrom = new Int32Array(edges);
  const uniqueTo = new Int32Array(edges);
  let unique = 0;
  for (let place = 0; place < edges; place++) {
    const e = int(sorted, place);
    const a = int(from, e);
    const b = int(to, e);
    if (a === b) continue;
    if (unique === 0 || int(uniqueFrom, unique - 1) !== a || int(uniqueTo, unique - 1) !== b) {
      uniqueFrom[unique] = a;
      uniqueTo[unique++] = b;
    }
    canonicalEdge[e] = unique - 1;
  }
  return {
    graph: directedGraph(count, uniqueFrom.slice(0, unique), uniqueTo.slice(0, unique)),
    names: inOrder(inputNode, (v) => text(input.names, v)),
    groups: inOrder(inputNode, (v) => input.groups[v] ?? null),
    inputNode,
    canonicalEdge,
  };
}

function inOrder<T>(order: Int32Array, valueOf: (node: number) => T): T[] {
  const values: T[] = [];
  for (let place = 0; place < order.length; place++) values.push(valueOf(int(order, place)));
  return values;
}

/** The nodes in the order of their names. */
function orderByName(names: readonly string[], before: readonly string[]): Int32Array {
  const count = names.length;
  const places = new Map<string, number>();
  for (let node = 0; node < count; node++) places.set(text(names, node), node);
  if (places.size < count) {
    const order = Int32Array.from(names.keys());
    return order.sort((a, b) => compareText(text(names, a), text(names, b)) || a - b);
  }
  const known = new Int32Array(count);
  const kept = new Int32Array(count);
  let keptCount = 0;
  for (const name of before) {
    const node = places.get(name);
    if (node === undefined) continue;
    known[node] = 1;
    kept[keptCount++] = node;
  }
  const added: string[] = [];
  for (let node = 0; node < count; node++) if (int(known, node) === 0) added.push(text(names, node));
  // Sorting without a comparison of one's own is several times as fast.
  const sorted = Int32Array.from(added.toSorted(), (name) => places.get(name) ?? 0);
  return keptCount === 0 ? sorted : mergeByName(names, kept.subarray(0, keptCount), sorted);
}

/** Two orders by name as one. */
function mergeByName(names: readonly string[], kept: Int32Array, added: Int32Array): Int32Array {
  const merged = new Int32Array(kept.length + added.length);
  let from = 0;
  for (let index = 0; index < added.length; index++) {
    const name = text(names, int(added, index));
    let to = from;
    // Where little is new it stands far apart: halves are faster than steps.
    let end = kept.length;
    while (to < end) {
      const middle = (to + end) >>> 1;
      if (text(names, int(kept, middle)) < name) to = middle + 1;
      else end = middle;
    }
    merged.set(kept.subarray(from, to), from + index);
    merged[to + index] = int(added, index);
    from = to;
  }
  merged.set(kept.subarray(from), from + added.length);
  return merged;
}

/** Sorts items by a key from 0 to `keys - 1` in one pass over them; items with the same key keep their order. */
function sortByKey(items: Int32Array, keyOf: Int32Array, keys: number): Int32Array {
  const next = new Int32Array(keys + 1);
  for (let place = 0; place < items.length; place++) {
    const key = int(keyOf, int(items, place)) + 1;
    next[key] = int(next, key) + 1;
  }
  for (let key = 0; key < keys; key++) next[key + 1] = int(next, key + 1) + int(next, key);
  const sorted = new Int32Array(items.length);
  for (let place = 0; place < items.length; place++) {
    const item = int(items, place);
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
