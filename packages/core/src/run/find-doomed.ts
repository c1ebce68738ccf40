import { PartitionSet } from "../partitions/partition-set.ts";
import type { RunStateView, SetsByPosition } from "./advance-run.ts";
import type { RunEdge, RunGraph } from "./run-graph.ts";
import type { UnknownChunks } from "./unknown-chunks.ts";
import { neededBy, toleratedMissing } from "./wait-verdict.ts";

/** What the search for doomed steps goes by. */
export interface DoomSearch {
  readonly graph: RunGraph;
  readonly view: RunStateView;
  /** Chunks that decide and are not known. While there are any, more may be found than is doomed, and never less. */
  readonly unknown: UnknownChunks;
}

/**
 * The stopped steps and everything that, however indirectly, cannot succeed because of them, by position. What is found
 * beyond the stopped steps is waiting, skipped or canceled.
 */
export function findDoomed(search: DoomSearch, stopped: SetsByPosition): Map<number, PartitionSet> {
  const { graph } = search;
  const doomed = new Map(stopped);
  if (stopped.size === 0) return doomed;
  for (let position = Math.min(...stopped.keys()); position < graph.size; position += 1) {
    const own = doomed.get(position) ?? PartitionSet.EMPTY;
    const all = spreadWithin(search, position, own.union(judgeReaders(search, position, doomed)));
    if (all.isEmpty) continue;
    doomed.set(position, all);
    for (const edge of graph.outEdges(position)) {
      if (edge.downstream === position || edge.isTolerant) continue;
      const readers = readersOf(graph, edge, all);
      if (readers.isEmpty) continue;
      doomed.set(edge.downstream, readers.union(doomed.get(edge.downstream) ?? PartitionSet.EMPTY));
    }
  }
  return doomed;
}

/** Steps of the run that read any of `upstream` through `edge`. */
export function readersOf(graph: RunGraph, edge: RunEdge, upstream: PartitionSet): PartitionSet {
  return edge.mapping.downstreamOf(upstream).intersect(graph.targets(edge.downstream));
}

/** Steps at a position whose wait policies can no longer be met because of what stopped further upstream. */
function judgeReaders(search: DoomSearch, position: number, doomed: SetsByPosition): PartitionSet {
  let lost = PartitionSet.EMPTY;
  for (const edge of search.graph.inEdges(position)) {
    const stopped = doomed.get(edge.upstream);
    if (edge.upstream === position || !edge.isTolerant || stopped === undefined) continue;
    const readers = readersOf(search.graph, edge, stopped).subtract(lost);
    lost = lost.union(findUnsatisfied(search, edge, { readers, stopped }));
  }
  return lost;
}

/** `from` and every step of the same asset that falls with it, one after the other. */
function spreadWithin(search: DoomSearch, position: number, from: PartitionSet): PartitionSet {
  const { graph } = search;
  const edges = graph.outEdges(position).filter(({ downstream }) => downstream === position);
  let all = from;
  let latest = edges.length === 0 ? PartitionSet.EMPTY : from;
  while (!latest.isEmpty) {
    let next = PartitionSet.EMPTY;
    for (const edge of edges) {
      if (edge.isTolerant) {
        const readers = readersOf(graph, edge, latest).subtract(all);
        next = next.union(findUnsatisfied(search, edge, { readers, stopped: all }));
      } else {
        // Where each step reads the one before it, a stretch without gaps falls as a whole; only gaps take another turn.
        const fallen = edge.isSuccessive ? fillForward(latest, graph.targets(position)) : latest;
        next = next.union(fallen).union(readersOf(graph, edge, fallen));
      }
    }
    latest = next.subtract(all);
    all = all.union(latest);
  }
  return all;
}

/** For every stretch of `targets` with a member of `set`: everything from that member on. */
function fillForward(set: PartitionSet, targets: PartitionSet): PartitionSet {
  const filled: number[] = [];
  const { ranges } = targets;
  for (let at = 0; at < ranges.length; at += 2) {
    const [start = 0, end = 0] = [ranges[at], ranges[at + 1]];
    const { first } = set.clip(start, end);
    if (first !== undefined) filled.push(first, end);
  }
  return PartitionSet.fromRanges(filled);
}

/**
 * Those of `readers` that tolerate some missing partitions, but not as many as have stopped by now. Reader by reader,
 * since each counts for itself; readers of the very same partitions are judged together. One that cannot be judged yet
 * is taken for doomed, so that what has to be known for what depends on it is asked for at the same time.
 */
function findUnsatisfied(
  search: DoomSearch,
  edge: RunEdge,
  { readers, stopped }: { readonly readers: PartitionSet; readonly stopped: PartitionSet },
): PartitionSet {
  const lost: number[] = [];
  const verdicts = new Map<PartitionSet, boolean>();
  for (const reader of readers) {
    const needed = neededBy(edge.mapping, reader);
    let isLost = verdicts.get(needed.existing);
    if (isLost === undefined) {
      const tolerated = toleratedMissing(edge.wait, needed);
      isLost = isExceeded(search, edge, { read: needed.existing, stopped, tolerated });
      verdicts.set(needed.existing, isLost);
    }
    if (isLost) lost.push(reader);
  }
  return PartitionSet.of(lost);
}

/** Whether more than `tolerated` of the steps of `read` have stopped. */
function isExceeded(
  { graph, view, unknown }: DoomSearch,
  { upstream }: RunEdge,
  { read, stopped, tolerated }: { read: PartitionSet; stopped: PartitionSet; tolerated: number },
): boolean {
  const inRun = read.intersect(graph.targets(upstream));
  let missing = inRun.intersect(stopped).size;
  if (missing > tolerated) return true;
  const undecided: number[] = [];
  for (const { chunk, set } of inRun.subtract(stopped).chunks()) {
    const before = view.stopped(upstream, chunk);
    if (before === undefined) undecided.push(chunk);
    else missing += set.intersect(before).size;
  }
  if (missing > tolerated) return true;
  for (const chunk of undecided) unknown.add({ position: upstream, chunk });
  return undecided.length > 0;
}
