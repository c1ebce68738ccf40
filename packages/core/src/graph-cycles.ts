import { neighboursOf, type GraphEdges } from "./graph-edges.ts";

/**
 * Finds one cycle for every strongly connected group among `candidates`, the shortest through its first asset, each as a
 * path of numbers that begins and ends with that asset. `candidates` are the assets that a topological sort could not place: every cycle lies
 * among them, and so do the assets behind a cycle.
 */
export function findCycles(downstream: GraphEdges, candidates: Int32Array): number[][] {
  if (candidates.length === 0) return [];
  const group = findGroups(downstream, candidates);
  const seen = new Set<number>();
  const cycles: number[][] = [];
  for (const index of candidates) {
    const id = group.get(index);
    if (id === undefined || seen.has(id)) continue;
    seen.add(id);
    const cycle = shortestCycleThrough(index, downstream, (other) => group.get(other) === id);
    if (cycle !== null) cycles.push(cycle);
  }
  return cycles;
}

/** Breadth first from `start` back to it, inside of its group. `null` when the group is `start` alone. */
function shortestCycleThrough(
  start: number,
  downstream: GraphEdges,
  inGroup: (index: number) => boolean,
): number[] | null {
  const cameFrom = new Map<number, number>();
  const queue = [start];
  for (const index of queue) {
    for (const target of neighboursOf(downstream, index)) {
      if (target === start) return [...pathBack(index, cameFrom), start];
      if (!inGroup(target) || cameFrom.has(target)) continue;
      cameFrom.set(target, index);
      queue.push(target);
    }
  }
  return null;
}

function pathBack(end: number, cameFrom: ReadonlyMap<number, number>): number[] {
  const path = [end];
  for (let index = cameFrom.get(end); index !== undefined; index = cameFrom.get(index)) path.push(index);
  return path.reverse();
}

/**
 * Tarjan's strongly connected components: maps every candidate to the number of its group. With an explicit stack,
 * because a chain of 10,000 assets is deeper than the call stack should be.
 */
function findGroups(downstream: GraphEdges, candidates: Int32Array): Map<number, number> {
  const visit = new Map<number, { order: number; low: number }>();
  const open: number[] = [];
  const group = new Map<number, number>();
  let groups = 0;
  const enter = (index: number) => {
    const state = {
      index,
      node: { order: visit.size, low: visit.size },
      next: 0,
      targets: neighboursOf(downstream, index),
    };
    visit.set(index, state.node);
    open.push(index);
    return state;
  };
  for (const root of candidates) {
    if (visit.has(root)) continue;
    const stack = [enter(root)];
    for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
      const target = frame.targets[frame.next];
      frame.next += 1;
      if (target !== undefined) {
        const known = visit.get(target);
        if (known === undefined) stack.push(enter(target));
        else if (!group.has(target)) frame.node.low = Math.min(frame.node.low, known.order);
        continue;
      }
      stack.pop();
      const parent = stack.at(-1);
      if (parent !== undefined) parent.node.low = Math.min(parent.node.low, frame.node.low);
      if (frame.node.low !== frame.node.order) continue;
      for (const member of open.splice(open.lastIndexOf(frame.index))) group.set(member, groups);
      groups += 1;
    }
  }
  return group;
}
