import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { shareCapacity, type CapacityCandidate } from "./share-capacity.ts";

const anyCandidates: fc.Arbitrary<CapacityCandidate[]> = fc
  .array(
    fc.record({
      priority: fc.integer({ min: 0, max: 2 }),
      running: fc.nat(8),
      maxConcurrency: fc.option(fc.nat(8), { nil: null }),
    }),
    { maxLength: 8 },
  )
  .map((all) => all.map((candidate, index) => ({ ...candidate, runId: index + 1 })));

const roomOf = ({ maxConcurrency, running }: CapacityCandidate): number =>
  Math.max(0, (maxConcurrency ?? Infinity) - running);

/** The same, one place after the other. */
function shareOneByOne(capacity: number, candidates: readonly CapacityCandidate[]): Map<number, number> {
  const shares = new Map<number, number>();
  const shareOf = ({ runId }: CapacityCandidate): number => shares.get(runId) ?? 0;
  for (let left = capacity; left > 0; left -= 1) {
    const [next] = candidates
      .filter((candidate) => shareOf(candidate) < roomOf(candidate))
      .toSorted(
        (a, b) => b.priority - a.priority || a.running + shareOf(a) - b.running - shareOf(b) || a.runId - b.runId,
      );
    if (next === undefined) break;
    shares.set(next.runId, shareOf(next) + 1);
  }
  return shares;
}

describe("shareCapacity", () => {
  test("gives what giving places one by one would give", () => {
    fc.assert(
      fc.property(fc.nat(60), anyCandidates, (capacity, candidates) => {
        expect(shareCapacity(capacity, candidates)).toEqual(shareOneByOne(capacity, candidates));
      }),
      { numRuns: 1_000 },
    );
  });

  test("gives nothing of nothing, and takes no longer for many places", () => {
    expect(shareCapacity(0, [{ runId: 1, priority: 0, running: 0, maxConcurrency: null }])).toEqual(new Map());
    expect(shareCapacity(10, [])).toEqual(new Map());
    expect(shareCapacity(1e9, [{ runId: 1, priority: 0, running: 0, maxConcurrency: null }])).toEqual(
      new Map([[1, 1e9]]),
    );
  });
});
