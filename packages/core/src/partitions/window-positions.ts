import { PartitionSet } from "./partition-set.ts";
import type { Timeline } from "./timeline.ts";

/**
 * Windows of a timeline counted without those that are left out: 0 for the first one that the definition has, negative
 * before it. Offsets of mappings are counted so: the partition before a Monday is a Friday's where weekends are left out.
 */
export class WindowPositions {
  readonly #timeline: Timeline;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  /** The ordinal `count` windows on from the first window at or after another ordinal. */
  shift(ordinal: number, count: number): number {
    return count === 0 ? ordinal : this.#ordinalAt(this.#positionOf(ordinal) + count);
  }

  /** All windows from `from` windows after a member to `to` windows after it; `from` is at most `to`. */
  widen(set: PartitionSet, from: number, to: number): PartitionSet {
    if (set.isEmpty) return set;
    if (from === 0 && to === 0) return set.subtract(this.#timeline.holes(set.first ?? 0, (set.last ?? 0) + 1));
    const windows: number[] = [];
    for (let at = 0; at < set.ranges.length; at += 2) {
      const first = this.#positionOf(set.ranges[at] ?? 0) + from;
      const end = this.#positionOf(set.ranges[at + 1] ?? 0) + to;
      if (first < end) windows.push(this.#ordinalAt(first), this.#ordinalAt(end - 1) + 1);
    }
    const widened = PartitionSet.fromRanges(windows);
    return widened.subtract(this.#timeline.holes(widened.first ?? 0, (widened.last ?? -1) + 1));
  }

  /** How many windows come before an ordinal. */
  #positionOf(ordinal: number): number {
    return ordinal - this.#timeline.first - this.#timeline.countHoles(ordinal);
  }

  #ordinalAt(position: number): number {
    const { first } = this.#timeline;
    let ordinal = first + position;
    for (;;) {
      const next = first + position + this.#timeline.countHoles(ordinal + 1);
      if (next === ordinal) return ordinal;
      ordinal = next;
    }
  }
}
