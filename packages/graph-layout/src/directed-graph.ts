import { int } from "./typed-read.ts";

/** Adjacency in compressed rows: the neighbours of `v` are `target[start[v]] … target[start[v + 1] - 1]`. */
export interface Adjacency {
  readonly start: Int32Array;
  readonly target: Int32Array;
  /** Index of each entry's edge in the lists from which the adjacency was built. */
  readonly edge: Int32Array;
}

/** A directed graph over vertices `0 … count - 1`, as edge lists and as adjacency in both directions. */
export interface DirectedGraph {
  readonly count: number;
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly out: Adjacency;
  readonly in: Adjacency;
}

/** Builds the adjacency of edge lists; within one vertex, entries keep the order of the lists. */
export function directedGraph(count: number, from: Int32Array, to: Int32Array): DirectedGraph {
  return { count, from, to, out: adjacency(count, from, to), in: adjacency(count, to, from) };
}

function adjacency(count: number, own: Int32Array, other: Int32Array): Adjacency {
  const edges = own.length;
  const start = new Int32Array(count + 1);
  for (let e = 0; e < edges; e++) {
    const slot = int(own, e) + 1;
    start[slot] = int(start, slot) + 1;
  }
  for (let v = 0; v < count; v++) start[v + 1] = int(start, v + 1) + int(start, v);
  const cursor = start.slice(0, count);
  const target = new Int32Array(edges);
  const edge = new Int32Array(edges);
  for (let e = 0; e < edges; e++) {
    const v = int(own, e);
    const at = int(cursor, v);
    cursor[v] = at + 1;
    target[at] = int(other, e);
    edge[at] = e;
  }
  return { start, target, edge };
}

/** How many entries vertex `v` has. */
export function degree(side: Adjacency, v: number): number {
  return int(side.start, v + 1) - int(side.start, v);
}
