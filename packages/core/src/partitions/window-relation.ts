import type { PartitionSpace } from "./partition-space.ts";
import { PartitionSet } from "./partition-set.ts";
import {
  absentPartitions,
  type AbsentPartitions,
  type MappingEnds,
  type ResolvedMapping,
  type UpstreamPartitions,
} from "./resolved-mapping.ts";
import type { Timeline } from "./timeline.ts";
import { WindowPositions } from "./window-positions.ts";

/** Which of the windows around it a downstream partition reads for, counted in downstream windows. */
export interface WindowOffsets {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly allowNonexistent?: boolean;
}

/** A space of a definition by time. */
export type TimeSpace = PartitionSpace & { readonly timeline: Timeline };

/**
 * Each downstream partition reads the upstream windows that overlap any of the downstream windows from `startOffset`
 * after it to `endOffset` after it. Successive windows read what lies in succession, so ranges map to ranges.
 *
 * What an offset moves past the upstream's own edge is not needed: the first day reads no day before it.
 */
export class WindowRelation implements ResolvedMapping {
  readonly #ends: MappingEnds<TimeSpace>;
  readonly #offsets: WindowOffsets;
  readonly #positions: WindowPositions;

  constructor(offsets: WindowOffsets, ends: MappingEnds<TimeSpace>) {
    this.#offsets = offsets;
    this.#ends = ends;
    this.#positions = new WindowPositions(ends.downstream.timeline);
  }

  upstreamOf(downstream: PartitionSet): UpstreamPartitions {
    const { upstream } = this.#ends;
    const { startOffset, endOffset, allowNonexistent = false } = this.#offsets;
    const windows = this.#positions.widen(downstream, startOffset, endOffset);
    const overlapping = overlappingOf(windows, this.#ends.downstream.timeline, upstream.timeline);
    const inside = overlapping.clip(upstream.timeline.first, upstream.timeline.end);
    const needed = inside.subtract(upstream.timeline.holes(inside.first ?? 0, (inside.last ?? -1) + 1));
    const partitions = needed.intersect(upstream.all);
    if (allowNonexistent) return { partitions, nonexistent: PartitionSet.EMPTY };
    const missing = needed.subtract(upstream.all);
    const waiting = missing.isEmpty ? missing : this.#readersOf(missing).intersect(downstream);
    return { partitions, nonexistent: waiting.union(this.#beyondEdges(downstream)), absent: missing };
  }

  downstreamOf(upstream: PartitionSet): PartitionSet {
    return this.#readersOf(upstream.intersect(this.#ends.upstream.all)).intersect(this.#ends.downstream.all);
  }

  absentOf(downstream: PartitionSet): AbsentPartitions {
    const { upstream, downstream: own } = this.#ends;
    const { startOffset, endOffset } = this.#offsets;
    const { absent = PartitionSet.EMPTY } = this.upstreamOf(downstream);
    const beyond = this.#positions.widen(this.#beyondEdges(downstream), startOffset, endOffset);
    const read = overlappingOf(beyond, own.timeline, upstream.timeline);
    const outside = read.subtract(read.clip(upstream.timeline.first, upstream.timeline.end));
    return absentPartitions(absent.union(outside));
  }

  /** Downstream windows, existing or not, that read any of these upstream ones. */
  #readersOf(upstream: PartitionSet): PartitionSet {
    const { startOffset, endOffset } = this.#offsets;
    const { timeline } = this.#ends.downstream;
    const overlapping = overlappingOf(upstream, this.#ends.upstream.timeline, timeline);
    const holes = timeline.holes(overlapping.first ?? 0, (overlapping.last ?? -1) + 1);
    return this.#positions.widen(overlapping.subtract(holes), -endOffset, -startOffset);
  }

  /**
   * Windows that lie, at least in part, before the upstream's start or after its end, and read nothing but what is there.
   * One that reads something else too makes do with it: no other window will ever come.
   */
  #beyondEdges(downstream: PartitionSet): PartitionSet {
    const { first, end } = this.#ends.upstream.timeline;
    const { startOffset, endOffset } = this.#offsets;
    const { timeline } = this.#ends.downstream;
    if (downstream.first === undefined || downstream.last === undefined) return downstream;
    const start = this.#ends.upstream.timeline.startOf(first);
    const readsBefore = this.#positions.shift(timeline.floor(start), -endOffset);
    const before = downstream.clip(downstream.first, Math.min(readsBefore, timeline.line.ceiling(start)));
    if (end === Infinity) return before;
    const stop = this.#ends.upstream.timeline.startOf(end);
    const readsAfter = this.#positions.shift(timeline.line.ceiling(stop), -startOffset);
    return before.union(downstream.clip(Math.max(readsAfter, timeline.floor(stop)), downstream.last + 1));
  }
}

/** The windows of one timeline, left out or not, that overlap windows of another one. */
function overlappingOf(windows: PartitionSet, from: Timeline, to: Timeline): PartitionSet {
  const overlapping: number[] = [];
  for (let at = 0; at < windows.ranges.length; at += 2) {
    const start = from.startOf(windows.ranges[at] ?? 0);
    const end = from.startOf(windows.ranges[at + 1] ?? 0);
    if (start < end) overlapping.push(to.floor(start), to.line.ceiling(end));
  }
  return PartitionSet.fromRanges(overlapping);
}
