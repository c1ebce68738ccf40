/** Ranges that are written out for people. */
export const SHOWN_RANGES = 5;
/** Warnings that are told; more of them say the same. */
export const MAX_WARNINGS = 500;
/** Bounds of the ranges of one set that an answer holds (two a range); more of them stay countable and describable. */
const MAX_SHOWN_BOUNDS = 10_000;
/** Bounds of all sets that an answer holds together. */
const MAX_ANSWER_BOUNDS = 200_000;

/** Cuts the sets of one answer, so that it stays small however scattered they are. */
export class RangeBudget {
  #left = MAX_ANSWER_BOUNDS;

  /** The first ranges, as many as there is room for. */
  cut(ranges: readonly number[]): readonly number[] {
    const shown = ranges.slice(0, Math.min(MAX_SHOWN_BOUNDS, this.#left));
    this.#left -= shown.length;
    return shown;
  }
}
