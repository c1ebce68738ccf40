import { PartitionSet } from "../partitions/partition-set.ts";
import type { RunEdge, RunGraph } from "./run-graph.ts";

/** Names a chunk of steps: the position of an asset in its plan, and the number of the chunk of ordinals. */
export interface RunChunkKey {
  readonly position: number;
  readonly chunk: number;
}

/** Sets by the position of their asset in the plan. */
export type SetsByPosition = ReadonlyMap<number, PartitionSet>;

/** Steps that came to an end just now. */
export interface SettledSteps {
  readonly succeeded: SetsByPosition;
  /** Failed, skipped or canceled. */
  readonly stopped: SetsByPosition;
}

/**
 * The state of a run's steps, as far as it is known; `undefined` where it is not. It already says what became of the
 * settled steps.
 */
export interface RunStateView {
  success(position: number, chunk: number): PartitionSet | undefined;
  waiting(position: number, chunk: number): PartitionSet | undefined;
}

/** What follows from settled steps. */
export type RunAdvance =
  | { readonly kind: "advanced"; readonly ready: SetsByPosition; readonly skipped: SetsByPosition }
  /** These chunks have to be known first; ask again with them. */
  | { readonly kind: "unknown"; readonly chunks: readonly RunChunkKey[] };

/** How many upstream chunks are asked for at a time for one asset, by how often has been asked already. */
const LOOKAHEAD = [4, 256] as const;

/**
 * Says which waiting steps become ready, and which are skipped, because of `settled`. Works on ranges: nothing is
 * walked partition by partition, and only what the settled steps can have changed is looked at. A step becomes ready
 * when everything that it reads within the run has succeeded, and is skipped as soon as something cannot succeed any
 * more; siblings of a failed step go on.
 *
 * A caller that knows only part of the run's state is told which chunks decide, few at a time, so that it never has to
 * load a run to advance it. `asked` says how often it has been told so for these steps; the third time all are named.
 */
export function advanceRun(
  graph: RunGraph,
  settled: SettledSteps,
  { view, asked = 0 }: { readonly view: RunStateView; readonly asked?: number },
): RunAdvance {
  const unknown: RunChunkKey[] = [];
  const doomed = findDoomed(graph, settled.stopped);
  const skipped = new Map<number, PartitionSet>();
  for (const [position, set] of doomed) {
    const waiting = whereWaiting({ position, set }, view, unknown);
    if (!waiting.isEmpty) skipped.set(position, waiting);
  }
  const ready = new Map<number, PartitionSet>();
  const lookahead = LOOKAHEAD[asked] ?? Number.POSITIVE_INFINITY;
  for (const [position, set] of findCandidates(graph, settled.succeeded)) {
    const spared = set.subtract(doomed.get(position) ?? PartitionSet.EMPTY);
    const search: BlockerSearch = { graph, view, succeeded: settled.succeeded, lookahead, unknown };
    const free = findUnblocked(search, position, spared);
    if (free === undefined || free.isEmpty) continue;
    const waiting = whereWaiting({ position, set: free }, view, unknown);
    if (!waiting.isEmpty) ready.set(position, waiting);
  }
  return unknown.length > 0 ? { kind: "unknown", chunks: unknown } : { kind: "advanced", ready, skipped };
}

/** The steps of a run that wait for nothing within it, and the others, when it begins. */
export function findInitialSteps(graph: RunGraph): { readonly ready: PartitionSet; readonly waiting: PartitionSet }[] {
  return graph.plan.assets.map((_asset, position) => {
    const targets = graph.targets(position);
    let waiting = PartitionSet.EMPTY;
    for (const edge of graph.inEdges(position))
      waiting = waiting.union(readersOf(graph, edge, graph.targets(edge.upstream)));
    return { ready: targets.subtract(waiting), waiting };
  });
}

/** Steps of the run that read any of `upstream` through `edge`. */
function readersOf(graph: RunGraph, edge: RunEdge, upstream: PartitionSet): PartitionSet {
  return edge.mapping.downstreamOf(upstream).intersect(graph.targets(edge.downstream));
}

/** Everything that depends, however indirectly, on the stopped steps. All of it is waiting, skipped or canceled. */
function findDoomed(graph: RunGraph, stopped: SetsByPosition): Map<number, PartitionSet> {
  const doomed = new Map<number, PartitionSet>();
  if (stopped.size === 0) return doomed;
  for (let position = Math.min(...stopped.keys()); position < graph.size; position += 1) {
    const cause = union(stopped.get(position), doomed.get(position));
    if (cause.isEmpty) continue;
    let all = cause;
    for (const edge of graph.outEdges(position)) {
      if (edge.downstream === position) all = spreadWithin(graph, edge, all);
    }
    const own = all.subtract(stopped.get(position) ?? PartitionSet.EMPTY);
    if (!own.isEmpty) doomed.set(position, own);
    for (const edge of graph.outEdges(position)) {
      if (edge.downstream === position) continue;
      const readers = readersOf(graph, edge, all);
      if (!readers.isEmpty) doomed.set(edge.downstream, union(doomed.get(edge.downstream), readers));
    }
  }
  return doomed;
}

/** `from` and every step of the same asset that depends on it, one after the other. */
function spreadWithin(graph: RunGraph, edge: RunEdge, from: PartitionSet): PartitionSet {
  const targets = graph.targets(edge.downstream);
  let all = from;
  let latest = from;
  while (!latest.isEmpty) {
    // Where each step reads the one before it, a stretch without gaps falls as a whole; only gaps take another turn.
    const fallen = edge.isSuccessive ? fillForward(latest, targets) : latest;
    latest = fallen.union(readersOf(graph, edge, fallen)).subtract(all);
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

/** Steps that read something that has just succeeded. */
function findCandidates(graph: RunGraph, succeeded: SetsByPosition): Map<number, PartitionSet> {
  const candidates = new Map<number, PartitionSet>();
  for (const [position, set] of succeeded) {
    for (const edge of graph.outEdges(position)) {
      const readers = readersOf(graph, edge, set);
      if (!readers.isEmpty) candidates.set(edge.downstream, union(candidates.get(edge.downstream), readers));
    }
  }
  return candidates;
}

interface BlockerSearch {
  readonly graph: RunGraph;
  readonly view: RunStateView;
  readonly succeeded: SetsByPosition;
  readonly lookahead: number;
  readonly unknown: RunChunkKey[];
}

/**
 * The members of `candidates` whose upstream steps have all succeeded, or `undefined` when that cannot be told yet (what
 * has to be known for it is then in `unknown`). Looks first where something was in the way the last time.
 */
function findUnblocked(search: BlockerSearch, position: number, candidates: PartitionSet): PartitionSet | undefined {
  const { graph, lookahead } = search;
  const edges = graph.inEdges(position);
  const first = graph.hint(position)?.edge ?? 0;
  const unknown: RunChunkKey[] = [];
  let open = candidates;
  for (let turn = 0; turn < edges.length && !open.isEmpty && unknown.length < lookahead; turn += 1) {
    const index = (first + turn) % edges.length;
    const edge = edges[index];
    if (edge === undefined) continue;
    const pending = findPending(search, { edge, index, candidates: open }, unknown);
    if (!pending.isEmpty) open = open.subtract(edge.mapping.downstreamOf(pending));
  }
  if (open.isEmpty || unknown.length === 0) return open;
  for (const key of unknown.slice(0, lookahead)) search.unknown.push(key);
  return undefined;
}

/** Upstream steps of `candidates` that are known not to have succeeded. Chunks that are not known go to `unknown`. */
function findPending(
  { graph, view, succeeded }: BlockerSearch,
  { edge, index, candidates }: { edge: RunEdge; index: number; candidates: PartitionSet },
  unknown: RunChunkKey[],
): PartitionSet {
  const { upstream } = edge;
  const needed = edge.mapping
    .upstreamOf(candidates)
    .partitions.intersect(graph.targets(upstream))
    .subtract(succeeded.get(upstream) ?? PartitionSet.EMPTY);
  if (needed.isEmpty) return needed;
  const pending: number[] = [];
  const hint = graph.hint(edge.downstream);
  for (const { chunk, set } of lastFirst(needed, hint?.edge === index ? hint.chunk : undefined)) {
    const success = view.success(upstream, chunk);
    if (success === undefined) {
      unknown.push({ position: upstream, chunk });
      continue;
    }
    const missing = set.subtract(success);
    if (missing.isEmpty) continue;
    pending.push(...missing.ranges);
    graph.setHint(edge.downstream, { edge: index, chunk });
  }
  return PartitionSet.fromRanges(pending);
}

/** Chunks in the order in which they are likely to be in the way: the hinted one, then what is claimed last. */
function lastFirst(set: PartitionSet, hinted: number | undefined): { chunk: number; set: PartitionSet }[] {
  const chunks = [...set.chunks()].reverse();
  const at = hinted === undefined ? -1 : chunks.findIndex(({ chunk }) => chunk === hinted);
  return at <= 0 ? chunks : [...chunks.slice(at, at + 1), ...chunks.slice(0, at), ...chunks.slice(at + 1)];
}

/** The members of `set` that still wait. Chunks that are not known go to `unknown`. */
function whereWaiting(
  { position, set }: { position: number; set: PartitionSet },
  view: RunStateView,
  unknown: RunChunkKey[],
): PartitionSet {
  const found: number[] = [];
  for (const { chunk, set: members } of set.chunks()) {
    const waiting = view.waiting(position, chunk);
    if (waiting === undefined) unknown.push({ position, chunk });
    else found.push(...members.intersect(waiting).ranges);
  }
  return PartitionSet.fromRanges(found);
}

function union(a: PartitionSet | undefined, b: PartitionSet | undefined): PartitionSet {
  return (a ?? PartitionSet.EMPTY).union(b ?? PartitionSet.EMPTY);
}
