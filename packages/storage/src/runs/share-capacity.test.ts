import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AGEING_STEP_MS, agePriorities } from "@heddle/core/internal";
import { shareCapacity, type CapacityCandidate } from "./share-capacity.ts";

/** The draw that leaves the order as it is. */
const AS_GIVEN = (): number => 0.999_999;
const ONE: CapacityCandidate = { runId: 1, priority: 0, waitedMs: 0, running: 0, maxConcurrency: null };

const anyCandidates: fc.Arbitrary<CapacityCandidate[]> = fc
  .array(
    fc.record({
      priority: fc.integer({ min: 0, max: 2 }),
      waitedMs: fc.constantFrom(0, AGEING_STEP_MS, 9 * AGEING_STEP_MS),
      running: fc.nat(8),
      maxConcurrency: fc.option(fc.nat(8), { nil: null }),
    }),
    { maxLength: 8 },
  )
  .map((all) => all.map((candidate, index) => ({ ...candidate, runId: index + 1 })));

const roomOf = ({ maxConcurrency, running }: CapacityCandidate): number =>
  Math.max(0, (maxConcurrency ?? Infinity) - running);

/** The same, one place after the other. */
function shareOneByOne(capacity: number, given: readonly CapacityCandidate[]): Map<number, number> {
  const candidates = agePriorities(given);
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
        expect(shareCapacity(capacity, candidates, AS_GIVEN)).toEqual(shareOneByOne(capacity, candidates));
      }),
      { numRuns: 1_000 },
    );
  });

  test("gives nothing of nothing, and takes no longer for many places", () => {
    expect(shareCapacity(0, [ONE], AS_GIVEN)).toEqual(new Map());
    expect(shareCapacity(10, [], AS_GIVEN)).toEqual(new Map());
    expect(shareCapacity(1e9, [ONE], AS_GIVEN)).toEqual(new Map([[1, 1e9]]));
  });

  test("draws lots among equals that there are too few places for", () => {
    const equals = [1, 2, 3].map((runId) => ({ ...ONE, runId }));
    const drawn = [0, 0.4, 0.99].map((draw) => [...shareCapacity(1, equals, () => draw).keys()]);
    expect(new Set(drawn.flat()).size).toBeGreaterThan(1);
    fc.assert(
      fc.property(
        fc.nat(20),
        anyCandidates,
        fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
        (capacity, candidates, draws) => {
          const random = (): number => draws.next().value ?? 0;
          const sum = (shares: Map<number, number>) => [...shares.values()].reduce((all, share) => all + share, 0);
          expect(sum(shareCapacity(capacity, candidates, random))).toBe(
            sum(shareCapacity(capacity, candidates, AS_GIVEN)),
          );
        },
      ),
    );
  });
});
