import { directedGraph } from "@heddle/graph-layout";
import type { SceneGraph } from "./scene.ts";

/** A graph without the edges that close its cycles, and those edges. */
export interface OpenedGraph {
  readonly source: SceneGraph;
  /** Nodes at the ends of each edge that was left out. */
  readonly leftOut: readonly { readonly from: number; readonly to: number }[];
}

/**
 * Leaves out the edges that lead back to a node from which they were reached, so that there is an order to draw the rest
 * in. Nodes are walked as they are numbered: the same graph loses the same edges. An edge from a node to itself is no
 * matter for the layout and stays.
 */
export function withoutClosingEdges(source: SceneGraph): OpenedGraph {
  const { rows, edgeFrom, edgeTo } = source;
  const { out } = directedGraph(rows.length, edgeFrom, edgeTo);
  const isClosing = new Uint8Array(edgeFrom.length);
  /** 0: not met, 1: on the way that is walked now, 2: done. */
  const state = new Uint8Array(rows.length);
  const next = Int32Array.from(out.start);
  for (let root = 0; root < rows.length; root++) {
    if (state[root] !== 0) continue;
    const way = [root];
    state[root] = 1;
    for (let v = way.at(-1); v !== undefined; v = way.at(-1)) {
      const i = next[v] ?? 0;
      if (i >= (out.start[v + 1] ?? 0)) {
        state[v] = 2;
        way.pop();
        continue;
      }
      next[v] = i + 1;
      const target = out.target[i] ?? 0;
      if (target === v) continue;
      if (state[target] === 1) isClosing[out.edge[i] ?? 0] = 1;
      if (state[target] !== 0) continue;
      state[target] = 1;
      way.push(target);
    }
  }
  const kept = Int32Array.from(edgeFrom.keys()).filter((edge) => isClosing[edge] === 0);
  const left = [...edgeFrom.keys()].filter((edge) => isClosing[edge] === 1);
  return {
    source: {
      ...source,
      edgeFrom: kept.map((edge) => edgeFrom[edge] ?? 0),
      edgeTo: kept.map((edge) => edgeTo[edge] ?? 0),
    },
    leftOut: left.map((edge) => ({ from: edgeFrom[edge] ?? 0, to: edgeTo[edge] ?? 0 })),
  };
}
