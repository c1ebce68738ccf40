/** Something that happened, with everything about it that is compared. */
interface Event {
  readonly at: number;
  readonly rest: number | string;
}

/** Pairs of events by how far apart they happened: how many there are, and how many of them are equal. */
export type PairCounts = { pairs: number; equal: number }[];

/** Adds the pairs of `events` to `counts`, which is as long as the distances that matter. */
export function countEqualPairs(events: readonly Event[], counts: PairCounts): void {
  const sorted = events.toSorted((a, b) => a.at - b.at);
  for (const [index, { at, rest }] of sorted.entries()) {
    for (let other = index + 1; other < sorted.length; other++) {
      const later = sorted[other];
      const count = later === undefined ? undefined : counts[later.at - at];
      if (later === undefined || count === undefined) break;
      count.pairs += 1;
      count.equal += later.rest === rest ? 1 : 0;
    }
  }
}

/** Counts of nothing, for distances from 0 to `farthest`. */
export function noPairs(farthest: number): PairCounts {
  return Array.from({ length: farthest + 1 }, () => ({ pairs: 0, equal: 0 }));
}
