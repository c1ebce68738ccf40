/** The starts and the ends of half-open ranges, as two arrays that a statement can `unnest` side by side. */
export function rangeBounds(ranges: readonly number[]): { readonly starts: number[]; readonly ends: number[] } {
  return {
    starts: ranges.filter((_, index) => index % 2 === 0),
    ends: ranges.filter((_, index) => index % 2 === 1),
  };
}
