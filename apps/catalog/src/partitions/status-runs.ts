import type { Ranges } from "@heddle/api";
import { PARTITION_STATUSES, PartitionSet } from "@heddle/core/internal";
import { URGENCY_OF_CODE } from "../status/status-look.ts";

const STATUS_COUNT = PARTITION_STATUSES.length;

/**
 * The statuses of all partitions of an asset as runs of equal ones. A position counts the partitions that exist, from 0;
 * an ordinal may leave gaps. Everything here costs what the runs cost, however many partitions they hold.
 */
export class StatusRuns {
  /** How many partitions exist. */
  readonly count: number;
  readonly #code: Int8Array;
  /** First ordinal of each run. */
  readonly #ordinal: Float64Array;
  /** First position of each run, and the count at the end. */
  readonly #position: Float64Array;

  /** @param flat `[statusCode, start, end, …]`, sorted by start and disjoint, over everything that exists */
  constructor(flat: readonly number[]) {
    const runs = Math.floor(flat.length / 3);
    this.#code = new Int8Array(runs);
    this.#ordinal = new Float64Array(runs);
    this.#position = new Float64Array(runs + 1);
    for (let i = 0; i < runs; i++) {
      const start = flat[3 * i + 1] ?? 0;
      this.#code[i] = flat[3 * i] ?? 0;
      this.#ordinal[i] = start;
      this.#position[i + 1] = this.#positionOfRun(i) + (flat[3 * i + 2] ?? start) - start;
    }
    this.count = this.#positionOfRun(runs);
  }

  /** How many runs there are. */
  get runCount(): number {
    return this.#code.length;
  }

  /** Status code at a position; -1 outside. */
  codeAt(position: number): number {
    return this.#code[this.#runAt(position)] ?? -1;
  }

  /** Ordinal at a position; positions outside are taken to the nearest end. */
  ordinalAt(position: number): number {
    const inside = Math.min(Math.max(0, position), this.count - 1);
    const run = this.#runAt(inside);
    return (this.#ordinal[run] ?? 0) + inside - this.#positionOfRun(run);
  }

  /** Position of an ordinal; -1 when there is no such partition. */
  positionOf(ordinal: number): number {
    const run = lastAtOrBefore(this.#ordinal, this.runCount, ordinal);
    if (run < 0) return -1;
    const offset = ordinal - (this.#ordinal[run] ?? 0);
    const position = this.#positionOfRun(run) + offset;
    return position < this.#positionOfRun(run + 1) ? position : -1;
  }

  /** How many partitions in `[from, to)` have each status code. */
  countBetween(from: number, to: number): Float64Array {
    const counts = new Float64Array(STATUS_COUNT);
    this.#walk(from, to, (code, length) => {
      counts[code] = (counts[code] ?? 0) + length;
    });
    return counts;
  }

  /** The most urgent status code in `[from, to)`; -1 when that is empty. */
  worstBetween(from: number, to: number): number {
    let worst = -1;
    this.#walk(from, to, (code) => {
      if (worst < 0 || (URGENCY_OF_CODE[code] ?? 0) < (URGENCY_OF_CODE[worst] ?? 0)) worst = code;
    });
    return worst;
  }

  /** The nearest position past `position` in one direction whose code is one of `codes`; -1 when there is none. */
  next(position: number, direction: 1 | -1, codes: ReadonlySet<number>): number {
    const inside = this.#runAt(position);
    if (direction > 0) {
      if (codes.has(this.codeAt(position)) && position + 1 < this.#positionOfRun(inside + 1)) return position + 1;
      for (let run = inside + 1; run < this.runCount; run++) {
        if (codes.has(this.#code[run] ?? -1)) return this.#positionOfRun(run);
      }
      return -1;
    }
    if (codes.has(this.codeAt(position)) && position > this.#positionOfRun(inside)) return position - 1;
    for (let run = inside - 1; run >= 0; run--) {
      if (codes.has(this.#code[run] ?? -1)) return this.#positionOfRun(run + 1) - 1;
    }
    return -1;
  }

  /** The partitions at positions `[from, to)`, by ordinal. */
  setBetween(from: number, to: number): PartitionSet {
    return PartitionSet.fromRanges(this.rangesBetween(from, to));
  }

  /** Ordinal ranges of the positions `[from, to)`, touching ones joined. */
  rangesBetween(from: number, to: number): Ranges {
    const flat: number[] = [];
    let position = Math.max(0, from);
    this.#walk(from, to, (_, length) => {
      const start = this.ordinalAt(position);
      if (flat.at(-1) === start) flat[flat.length - 1] = start + length;
      else flat.push(start, start + length);
      position += length;
    });
    return flat;
  }

  /** The partitions that have one of `codes`, by ordinal. */
  setWith(codes: ReadonlySet<number>): PartitionSet {
    const flat: number[] = [];
    for (let run = 0; run < this.runCount; run++) {
      if (!codes.has(this.#code[run] ?? -1)) continue;
      const start = this.#ordinal[run] ?? 0;
      const end = start + this.#positionOfRun(run + 1) - this.#positionOfRun(run);
      if (flat.at(-1) === start) flat[flat.length - 1] = end;
      else flat.push(start, end);
    }
    return PartitionSet.fromRanges(flat);
  }

  /** Calls back with each run's part in `[from, to)`. */
  #walk(from: number, to: number, visit: (code: number, length: number) => void): void {
    const end = Math.min(to, this.count);
    let position = Math.max(0, from);
    for (let run = this.#runAt(position); run >= 0 && run < this.runCount && position < end; run++) {
      const stop = Math.min(end, this.#positionOfRun(run + 1));
      visit(this.#code[run] ?? 0, stop - position);
      position = stop;
    }
  }

  #runAt(position: number): number {
    if (position < 0 || position >= this.count) return -1;
    return lastAtOrBefore(this.#position, this.runCount, position);
  }

  #positionOfRun(run: number): number {
    return this.#position[run] ?? 0;
  }
}

/** Index of the last of `length` ascending values that is not above `wanted`; -1 when all are. */
function lastAtOrBefore(values: Float64Array, length: number, wanted: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] ?? 0) <= wanted) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
