import { modulo } from "../cron/calendar-days.ts";
import { PartitionSet } from "./partition-set.ts";

/** One digit of an ordinal: `size` ordinals of its dimension, the first of which is `first`. */
export interface Digit {
  /** Place of the dimension in the definition. */
  readonly dimension: number;
  readonly first: number;
  readonly size: number;
}

/** One set for each dimension, in the order of the definition: all combinations of their members. */
export type Box = readonly PartitionSet[];

/**
 * Ordinals of several dimensions as one number. The most significant digit has no bound, so one dimension may grow for
 * ever; the others have fixed sizes.
 */
export class MixedRadix {
  readonly #major: number;
  readonly #minor: readonly Digit[];
  /** Ordinals for each value of the digit at a place and before it: product of the sizes after it. */
  readonly #weights: readonly number[];

  /** @param major the dimension of the most significant digit; @param minor the others, most significant first */
  constructor(major: number, minor: readonly Digit[]) {
    this.#major = major;
    this.#minor = minor;
    this.#weights = [...minor, null].map((_, place) =>
      minor.slice(place).reduce((size, digit) => size * digit.size, 1),
    );
  }

  /** The ordinal of one ordinal for each dimension; `null` when one is outside its digit. */
  join(ordinals: readonly number[]): number | null {
    let joined = ordinals[this.#major] ?? 0;
    for (const { dimension, first, size } of this.#minor) {
      const digit = (ordinals[dimension] ?? 0) - first;
      if (digit < 0 || digit >= size) return null;
      joined = joined * size + digit;
    }
    return joined;
  }

  /** One ordinal for each dimension. */
  split(ordinal: number): number[] {
    const ordinals: number[] = Array.from({ length: this.#minor.length + 1 }, () => 0);
    let rest = ordinal;
    for (const { dimension, first, size } of this.#minor.toReversed()) {
      ordinals[dimension] = modulo(rest, size) + first;
      rest = Math.floor(rest / size);
    }
    ordinals[this.#major] = rest;
    return ordinals;
  }

  /** All combinations of the sets of a box. Members outside a digit are left out. */
  product(box: Box): PartitionSet {
    return this.#productFrom(box, 0);
  }

  #productFrom(box: Box, place: number): PartitionSet {
    const digit = place === 0 ? undefined : this.#minor[place - 1];
    const set = box[digit?.dimension ?? this.#major] ?? PartitionSet.EMPTY;
    const values = digit === undefined ? set : set.clip(digit.first, digit.first + digit.size).shift(-digit.first);
    if (place === this.#minor.length || values.isEmpty) return values;
    const inner = this.#productFrom(box, place + 1).ranges;
    const weight = this.#weights[place] ?? 1;
    const ranges: number[] = [];
    const isWhole = inner.length === 2 && inner[0] === 0 && inner[1] === weight;
    if (isWhole) for (const bound of values.ranges) ranges.push(bound * weight);
    else for (const value of values) for (const bound of inner) ranges.push(value * weight + bound);
    return PartitionSet.fromRanges(ranges);
  }

  /** Boxes whose products are disjoint and make up the set: as few as there are different rows in it. */
  boxes(set: PartitionSet): Box[] {
    return this.#boxesFrom(set, 0);
  }

  #boxesFrom(set: PartitionSet, place: number): PartitionSet[][] {
    const digit = place === 0 ? undefined : this.#minor[place - 1];
    const dimension = digit?.dimension ?? this.#major;
    const first = digit?.first ?? 0;
    if (place === this.#minor.length) return [withMember([], dimension, set.shift(first))];
    return rowsOf(set, this.#weights[place] ?? 1).flatMap(({ values, row }) =>
      this.#boxesFrom(row, place + 1).map((box) => withMember(box, dimension, values.shift(first))),
    );
  }
}

function withMember(box: readonly PartitionSet[], dimension: number, set: PartitionSet): PartitionSet[] {
  const members = [...box];
  members[dimension] = set;
  return members;
}

interface Rows {
  readonly values: PartitionSet;
  /** What each of the values is followed by, in `[0, weight)`. */
  readonly row: PartitionSet;
}

/** The values of a digit, those with the same row taken together. */
function rowsOf(set: PartitionSet, weight: number): Rows[] {
  const whole: number[] = [];
  const parts = new Map<number, number[]>();
  const addPart = (value: number, start: number, end: number): void => {
    const part = parts.get(value) ?? [];
    part.push(start - value * weight, end - value * weight);
    parts.set(value, part);
  };
  for (let at = 0; at < set.ranges.length; at += 2) {
    const [start, end] = [set.ranges[at] ?? 0, set.ranges[at + 1] ?? 0];
    // Rounding up may give -0; adding 0 makes it 0.
    const firstWhole = Math.ceil(start / weight) + 0;
    const endWhole = Math.floor(end / weight);
    if (firstWhole > endWhole) {
      addPart(endWhole, start, end);
      continue;
    }
    if (start < firstWhole * weight) addPart(firstWhole - 1, start, firstWhole * weight);
    if (firstWhole < endWhole) whole.push(firstWhole, endWhole);
    if (endWhole * weight < end) addPart(endWhole, endWhole * weight, end);
  }
  const byRow = new Map<string, { values: number[]; row: number[] }>();
  for (const [value, row] of parts) {
    const name = row.join();
    const same = byRow.get(name);
    if (same === undefined) byRow.set(name, { values: [value], row });
    else same.values.push(value);
  }
  const rows: Rows[] = [];
  if (whole.length > 0) rows.push({ values: PartitionSet.fromRanges(whole), row: PartitionSet.range(0, weight) });
  for (const { values, row } of byRow.values()) {
    rows.push({ values: PartitionSet.of(values), row: PartitionSet.fromRanges(row) });
  }
  return rows;
}
