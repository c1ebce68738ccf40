import type { Adjacency, DirectedGraph } from "@heddle/graph-layout";
import type { PathAsset } from "./columns/path-assets.ts";

/** How far from the focus assets stay lit: a number of steps, or all the way. */
export type FocusDepth = number | "all";

/** One asset with what it depends on and what depends on it; everything else turns grey. */
export interface FocusView {
  readonly node: number;
  /** 1 for each node that stays lit. */
  readonly lit: Uint8Array;
  /** The edges between lit nodes that lead to or from the focus. */
  readonly edges: Int32Array;
  /** Lit nodes upstream and downstream, the focus not counted. */
  readonly upstream: number;
  readonly downstream: number;
  /** What there is of columns, where the path of one is shown. */
  readonly columns?: ColumnMarks;
}

/** The columns on the nodes and edges that are lit. */
export interface ColumnMarks {
  /** What a node shows of its columns on the path. */
  readonly texts: ReadonlyMap<number, string>;
  /** The same in full. */
  readonly assets: ReadonlyMap<number, PathAsset>;
  /** Edges over which columns are computed, beside those of the view over which they pass as they are. */
  readonly computed: Int32Array;
}

/** Walks from a node in both directions. 10,000 nodes take about a millisecond. */
export function focusView(graph: DirectedGraph, node: number, depth: FocusDepth): FocusView {
  const limit = depth === "all" ? graph.count : depth;
  const lit = new Uint8Array(graph.count);
  const edges: number[] = [];
  const upstream = walk(graph.in, { node, limit, lit, edges });
  const downstream = walk(graph.out, { node, limit, lit, edges });
  return { node, lit, edges: Int32Array.from(edges), upstream, downstream };
}

/** How many nodes a walk reaches without building the view: the blast radius. */
export function countReach(side: Adjacency, node: number, count: number): number {
  return walk(side, { node, limit: count, lit: new Uint8Array(count), edges: [] });
}

interface Walk {
  readonly node: number;
  readonly limit: number;
  readonly lit: Uint8Array;
  readonly edges: number[];
}

/** Breadth first in one direction; answers how many other nodes were reached. */
function walk(side: Adjacency, { node, limit, lit, edges }: Walk): number {
  const seen = new Uint8Array(lit.length);
  let frontier = [node];
  let reached = 0;
  seen[node] = 1;
  lit[node] = 1;
  for (let depth = 0; depth < limit && frontier.length > 0; depth++) {
    const next: number[] = [];
    for (const v of frontier) {
      for (let i = side.start[v] ?? 0; i < (side.start[v + 1] ?? 0); i++) {
        const other = side.target[i] ?? 0;
        edges.push(side.edge[i] ?? 0);
        if (seen[other] === 1) continue;
        seen[other] = 1;
        lit[other] = 1;
        reached++;
        next.push(other);
      }
    }
    frontier = next;
  }
  return reached;
}

/** A node and all that it reaches in one direction within some steps, in ascending order. */
export function reachable(side: Adjacency, node: number, depth: FocusDepth): number[] {
  const lit = new Uint8Array(side.start.length - 1);
  walk(side, { node, limit: depth === "all" ? lit.length : depth, lit, edges: [] });
  return Array.from(lit.keys()).filter((other) => lit[other] === 1);
}
