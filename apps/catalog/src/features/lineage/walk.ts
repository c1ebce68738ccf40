import type { Adjacency, DirectedGraph, GraphLayout } from "@heddle/graph-layout";

export type WalkDirection = "left" | "right" | "up" | "down";

/**
 * Where an arrow key leads from a node: left and right along the lineage to the neighbour at the nearest height, up and down
 * to the nearest card of the same group in that direction. -1 when there is nothing.
 */
export function walkFrom(
  node: number,
  direction: WalkDirection,
  { graph, layout }: { readonly graph: DirectedGraph; readonly layout: GraphLayout },
): number {
  if (direction === "left") return nearestNeighbour(node, graph.in, layout);
  if (direction === "right") return nearestNeighbour(node, graph.out, layout);
  return nearestInGroup(node, direction === "up" ? -1 : 1, layout);
}

function nearestNeighbour(node: number, side: Adjacency, layout: GraphLayout): number {
  const y = layout.nodeY[node] ?? 0;
  const group = layout.nodeGroup[node];
  let best = -1;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (let i = side.start[node] ?? 0; i < (side.start[node + 1] ?? 0); i++) {
    const other = side.target[i] ?? 0;
    // A neighbour in the same group is nearer than any in another one.
    const distance = Math.abs((layout.nodeY[other] ?? 0) - y) + (layout.nodeGroup[other] === group ? 0 : 1e9);
    if (other !== node && distance < bestDistance) {
      best = other;
      bestDistance = distance;
    }
  }
  return best;
}

/** Sideways distance counts more than distance in the direction, so that a column is walked before another is entered. */
const SIDEWAYS_WEIGHT = 3;

function nearestInGroup(node: number, sign: 1 | -1, layout: GraphLayout): number {
  const group = layout.nodeGroup[node] ?? 0;
  let best = -1;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (let k = layout.groupStart[group] ?? 0; k < (layout.groupStart[group + 1] ?? 0); k++) {
    const other = layout.groupMember[k] ?? 0;
    const ahead = sign * ((layout.nodeY[other] ?? 0) - (layout.nodeY[node] ?? 0));
    if (ahead <= 0) continue;
    const distance = ahead + SIDEWAYS_WEIGHT * Math.abs((layout.nodeX[other] ?? 0) - (layout.nodeX[node] ?? 0));
    if (distance < bestDistance) {
      best = other;
      bestDistance = distance;
    }
  }
  return best;
}
