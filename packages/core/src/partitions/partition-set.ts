import { decodeRanges, encodeRanges } from "./partition-set-encoding.ts";
import {
  intersectRanges,
  normalizeRanges,
  overlapsRanges,
  rangesOf,
  seek,
  subtractRanges,
  unionRanges,
  type FlatRanges,
} from "./range-algebra.ts";

/** Ordinals per row wherever sets are stored in pieces. */
export const PARTITION_CHUNK_SIZE = 8192;

/**
 * An immutable set of partition ordinals, held as sorted, disjoint, half-open ranges. Ordinals are whole numbers and may
 * be negative. Operations cost time by the number of ranges and not by the number of partitions.
 */
export class PartitionSet implements Iterable<number> {
  /** The set without members. */
  static readonly EMPTY: PartitionSet = new PartitionSet([]);

  /** Flat `[start, end, start, end, …)`: half open, sorted, disjoint, never adjacent. */
  readonly ranges: FlatRanges;
  /** How many ordinals are in the set. */
  readonly size: number;

  /** Takes ranges that are normal already: every public way in makes sure of it. */
  private constructor(ranges: FlatRanges) {
    this.ranges = ranges;
    let size = 0;
    for (let at = 0; at < ranges.length; at += 2) size += (ranges[at + 1] ?? 0) - (ranges[at] ?? 0);
    this.size = size;
  }

  static #of(ranges: FlatRanges): PartitionSet {
    return ranges.length === 0 ? PartitionSet.EMPTY : new PartitionSet(ranges);
  }

  /** The ordinals from `start` up to and without `end`; empty when `end` is not after `start`. */
  static range(start: number, end: number): PartitionSet {
    return start < end ? PartitionSet.fromRanges([start, end]) : PartitionSet.EMPTY;
  }

  /** The given ordinals, in any order, repeated or not. @throws PARTITION_SET_INVALID */
  static of(ordinals: Iterable<number>): PartitionSet {
    return PartitionSet.#of(rangesOf(ordinals));
  }

  /**
   * The union of flat half-open ranges, in any order, overlapping or not.
   * @throws PARTITION_SET_INVALID when a bound is missing or is no whole number, or an end is before its start
   */
  static fromRanges(flat: readonly number[]): PartitionSet {
    return PartitionSet.#of(normalizeRanges(flat));
  }

  /** Reads what {@link encode} wrote. @throws PARTITION_SET_INVALID */
  static decode(bytes: Uint8Array): PartitionSet {
    return PartitionSet.fromRanges(decodeRanges(bytes));
  }

  get isEmpty(): boolean {
    return this.ranges.length === 0;
  }

  /** The smallest ordinal; `undefined` for the empty set. */
  get first(): number | undefined {
    return this.ranges[0];
  }

  /** The largest ordinal; `undefined` for the empty set. */
  get last(): number | undefined {
    const end = this.ranges[this.ranges.length - 1];
    return end === undefined ? undefined : end - 1;
  }

  has(ordinal: number): boolean {
    const start = this.ranges[seek(this.ranges, ordinal)];
    return start !== undefined && start <= ordinal;
  }

  union(other: PartitionSet): PartitionSet {
    if (this.isEmpty) return other;
    return other.isEmpty ? this : PartitionSet.#of(unionRanges(this.ranges, other.ranges));
  }

  intersect(other: PartitionSet): PartitionSet {
    if (this.isEmpty || other.isEmpty) return PartitionSet.EMPTY;
    if (this === other || other.#spans(this)) return this;
    if (this.#spans(other)) return other;
    return PartitionSet.#of(intersectRanges(this.ranges, other.ranges));
  }

  /** The ordinals of this set that are not in `other`. */
  subtract(other: PartitionSet): PartitionSet {
    return this.isEmpty || other.isEmpty ? this : PartitionSet.#of(subtractRanges(this.ranges, other.ranges));
  }

  /** Whether this is a single range that holds all of `other`, which is not empty: what exists usually is one. */
  #spans(other: PartitionSet): boolean {
    const { ranges } = this;
    return ranges.length === 2 && (ranges[0] ?? 0) <= (other.first ?? 0) && (ranges[1] ?? 0) > (other.last ?? 0);
  }

  equals(other: PartitionSet): boolean {
    const [a, b] = [this.ranges, other.ranges];
    return a === b || (a.length === b.length && a.every((bound, index) => bound === b[index]));
  }

  isSubsetOf(other: PartitionSet): boolean {
    return this.size <= other.size && subtractRanges(this.ranges, other.ranges).length === 0;
  }

  /** Says whether the two sets share an ordinal. */
  overlaps(other: PartitionSet): boolean {
    return overlapsRanges(this.ranges, other.ranges);
  }

  /** The `count` smallest ordinals, or all of them when there are fewer. */
  take(count: number): PartitionSet {
    if (count >= this.size) return this;
    const taken: number[] = [];
    let missing = Math.max(0, Math.floor(count));
    for (let at = 0; missing > 0; at += 2) {
      const start = this.ranges[at] ?? 0;
      const end = Math.min(this.ranges[at + 1] ?? 0, start + missing);
      taken.push(start, end);
      missing -= end - start;
    }
    return PartitionSet.#of(taken);
  }

  /** The `count` largest ordinals, or all of them when there are fewer. */
  takeLast(count: number): PartitionSet {
    if (count >= this.size) return this;
    const taken: number[] = [];
    let missing = Math.max(0, Math.floor(count));
    for (let at = this.ranges.length - 2; missing > 0; at -= 2) {
      const end = this.ranges[at + 1] ?? 0;
      const start = Math.max(this.ranges[at] ?? 0, end - missing);
      taken.unshift(start, end);
      missing -= end - start;
    }
    return PartitionSet.#of(taken);
  }

  /** The ordinals from `start` up to and without `end`. */
  clip(start: number, end: number): PartitionSet {
    if (this.isEmpty || (start <= (this.first ?? 0) && end > (this.last ?? 0))) return this;
    return start < end ? PartitionSet.#of(intersectRanges(this.ranges, [start, end])) : PartitionSet.EMPTY;
  }

  /** Every ordinal moved by `by`, which may be negative. */
  shift(by: number): PartitionSet {
    return by === 0 || this.isEmpty ? this : PartitionSet.fromRanges(this.ranges.map((bound) => bound + by));
  }

  /** The ordinals one by one, in order. */
  *ordinals(): IterableIterator<number> {
    const { ranges } = this;
    for (let at = 0; at < ranges.length; at += 2) {
      const end = ranges[at + 1] ?? 0;
      for (let ordinal = ranges[at] ?? 0; ordinal < end; ordinal += 1) yield ordinal;
    }
  }

  [Symbol.iterator](): IterableIterator<number> {
    return this.ordinals();
  }

  /** The set in pieces of {@link PARTITION_CHUNK_SIZE} ordinals, in order; pieces without members are left out. */
  *chunks(): IterableIterator<{ readonly chunk: number; readonly set: PartitionSet }> {
    const { ranges } = this;
    let pending: number[] = [];
    let chunk = 0;
    for (let at = 0; at < ranges.length; at += 2) {
      const end = ranges[at + 1] ?? 0;
      for (let start = ranges[at] ?? 0; start < end;) {
        const next = Math.floor(start / PARTITION_CHUNK_SIZE);
        if (next !== chunk && pending.length > 0) {
          yield { chunk, set: PartitionSet.#of(pending) };
          pending = [];
        }
        chunk = next;
        const stop = Math.min(end, (chunk + 1) * PARTITION_CHUNK_SIZE);
        pending.push(start, stop);
        start = stop;
      }
    }
    if (pending.length > 0) yield { chunk, set: PartitionSet.#of(pending) };
  }

  /** Compact bytes: varint ranges or a bitmap, whichever is smaller. Equal sets have equal bytes. */
  encode(): Uint8Array {
    return encodeRanges(this.ranges);
  }

  /** The flat ranges, for JSON; {@link fromRanges} reads them again. */
  toJSON(): readonly number[] {
    return this.ranges;
  }
}
