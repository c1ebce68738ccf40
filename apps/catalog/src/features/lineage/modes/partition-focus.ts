import type { LineagePartitionView } from "@heddle/api";
import type { FocusView } from "../focus-view.ts";
import type { Scene } from "../scene.ts";

/** What one partition leads to and comes from stays lit. */
export function partitionFocus(
  { graph, index, nodeOfRow }: Scene,
  node: number,
  view: LineagePartitionView,
): FocusView {
  const lit = new Uint8Array(graph.count);
  for (const id of view.ids) {
    const reached = nodeOfRow[index.rowOfId(id) ?? -1] ?? -1;
    if (reached >= 0) lit[reached] = 1;
  }
  const edges: number[] = [];
  for (let e = 0; e < graph.from.length; e++) {
    if (lit[graph.from[e] ?? 0] === 1 && lit[graph.to[e] ?? 0] === 1) edges.push(e);
  }
  return { node, lit, edges: Int32Array.from(edges), upstream: 0, downstream: 0 };
}
