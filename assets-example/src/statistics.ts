/** The middle of the values, the mean of the two middle ones for an even number; `null` of nothing. */
export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  return upper === undefined || lower === undefined ? null : (lower + upper) / 2;
}

/** `value` with at most `digits` digits behind the point. */
export function round(value: number, digits = 1): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}

/** How many of a hundred, with one digit behind the point; 0 of nothing. */
export function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : round((100 * part) / whole);
}

/** The sum of one number of every item. */
export function sumOf<TItem>(items: readonly TItem[], numberOf: (item: TItem) => number): number {
  return items.reduce((sum, item) => sum + numberOf(item), 0);
}
