import { PartitionSet } from "../partitions/partition-set.ts";
import { findDoomed, readersOf } from "./find-doomed.ts";
import type { RunEdge, RunGraph } from "./run-graph.ts";
import { UnknownChunks, type RunChunkKey } from "./unknown-chunks.ts";

export type { RunChunkKey } from "./unknown-chunks.ts";

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
  /** Failed, skipped or canceled. Asked for only where something that is read may be missing. */
  stopped(position: number, chunk: number): PartitionSet | undefined;
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
 * more; siblings of a failed step go on. Through a dependency that tolerates missing partitions a step waits until all
 * that it reads has come to an end, and is skipped as soon as too much of it has stopped.
 *
 * A caller that knows only part of the run's state is told which chunks decide, few at a time, so that it never has to
 * load a run to advance it. `asked` says how often it has been told so for these steps; the third time all are named.
 */
export function advanceRun(
  graph: RunGraph,
  settled: SettledSteps,
  { view, asked = 0 }: { readonly view: RunStateView; readonly asked?: number },
): RunAdvance {
  const unknown = new UnknownChunks();
  const doomed = findDoomed({ graph, view, unknown }, settled.stopped);
  const skipped = new Map<number, PartitionSet>();
  for (const [position, set] of doomed) {
    const own = set.subtract(settled.stopped.get(position) ?? PartitionSet.EMPTY);
    const waiting = whereWaiting({ position, set: own }, view, unknown);
    if (!waiting.isEmpty) skipped.set(position, waiting);
  }
  const ready = new Map<number, PartitionSet>();
  const lookahead = LOOKAHEAD[asked] ?? Number.POSITIVE_INFINITY;
  const search: BlockerSearch = { graph, view, succeeded: settled.succeeded, stopped: doomed, lookahead, unknown };
  for (const [position, set] of findCandidates(graph, settled.succeeded, doomed)) {
    const spared = set.subtract(doomed.get(position) ?? PartitionSet.EMPTY);
    const free = findUnblocked(search, position, spared);
    if (free === undefined || free.isEmpty) continue;
    const waiting = whereWaiting({ position, set: free }, view, unknown);
    if (!waiting.isEmpty) ready.set(position, waiting);
  }
  return unknown.size > 0 ? { kind: "unknown", chunks: unknown.keys } : { kind: "advanced", ready, skipped };
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

/** Steps that read something that has just succeeded, or that has stopped and may be missing. */
function findCandidates(
  graph: RunGraph,
  succeeded: SetsByPosition,
  stopped: SetsByPosition,
): Map<number, PartitionSet> {
  const candidates = new Map<number, PartitionSet>();
  const add = (edge: RunEdge, set: PartitionSet): void => {
    const readers = readersOf(graph, edge, set);
    if (readers.isEmpty) return;
    candidates.set(edge.downstream, readers.union(candidates.get(edge.downstream) ?? PartitionSet.EMPTY));
  };
  for (const [position, set] of succeeded) for (const edge of graph.outEdges(position)) add(edge, set);
  for (const [position, set] of stopped) {
    for (const edge of graph.outEdges(position)) if (edge.isTolerant) add(edge, set);
  }
  return candidates;
}

interface BlockerSearch {
  readonly graph: RunGraph;
  readonly view: RunStateView;
  readonly succeeded: SetsByPosition;
  /** What stopped now, and all that falls with it. */
  readonly stopped: SetsByPosition;
  readonly lookahead: number;
  readonly unknown: UnknownChunks;
}

/**
 * The members of `candidates` whose upstream steps have all succeeded, or come to an end where some may be missing;
 * `undefined` when that cannot be told yet (what
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
  for (const key of unknown.slice(0, lookahead)) search.unknown.add(key);
  return undefined;
}

/** Upstream steps of `candidates` that are known to be in the way. Chunks that are not known go to `unknown`. */
function findPending(
  { graph, view, succeeded, stopped }: BlockerSearch,
  { edge, index, candidates }: { edge: RunEdge; index: number; candidates: PartitionSet },
  unknown: RunChunkKey[],
): PartitionSet {
  const { upstream, isTolerant } = edge;
  const read = edge.mapping.upstreamOf(candidates).partitions.intersect(graph.targets(upstream));
  const open = read.subtract(succeeded.get(upstream) ?? PartitionSet.EMPTY);
  const needed = isTolerant ? open.subtract(stopped.get(upstream) ?? PartitionSet.EMPTY) : open;
  if (needed.isEmpty) return needed;
  const pending: number[] = [];
  const hint = graph.hint(edge.downstream);
  for (const { chunk, set } of lastFirst(needed, hint?.edge === index ? hint.chunk : undefined)) {
    const success = view.success(upstream, chunk);
    const ended = isTolerant ? view.stopped(upstream, chunk) : PartitionSet.EMPTY;
    if (success === undefined || ended === undefined) {
      unknown.push({ position: upstream, chunk });
      continue;
    }
    const missing = set.subtract(success).subtract(ended);
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
  unknown: UnknownChunks,
): PartitionSet {
  const found: number[] = [];
  for (const { chunk, set: members } of set.chunks()) {
    const waiting = view.waiting(position, chunk);
    if (waiting === undefined) unknown.add({ position, chunk });
    else found.push(...members.intersect(waiting).ranges);
  }
  return PartitionSet.fromRanges(found);
}
