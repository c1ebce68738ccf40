import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { automated } from "../../test/automated.ts";
import { AutomationWorld } from "../../test/automation-world.ts";
import { staticPartitions } from "../partitions/key-partitions.ts";
import { PartitionSet } from "../partitions/partition-set.ts";
import { previousTick } from "../cron/ticks.ts";
import { cronTickPassed, newlyUpdated } from "./operands.ts";
import { allOf, endPieces, event, joinPieces, MAX_PIECES, piecesOf, status, type Piece } from "./truth.ts";

const MINUTE = 60_000;
const START = Date.parse("2026-03-10T10:30:00Z");
const letters = staticPartitions(["a", "b", "c", "d"]).spec;

const piece = (set: readonly number[], at: number, generation: number | null = 0): Piece => ({
  set: PartitionSet.of(set),
  at,
  run: null,
  generation,
});

describe("pieces", () => {
  test("of one instant and one cause are one", () => {
    expect(joinPieces([piece([1], 5), piece([2], 5), piece([3], 4), piece([], 9)])).toEqual([
      piece([3], 4),
      piece([1, 2], 5),
    ]);
    expect(joinPieces([piece([1], 5, 1), piece([2], 5, null)])).toHaveLength(2);
  });

  test("that are too many are joined as if they were newer: nothing is taken for handled that is not", () => {
    const many = Array.from({ length: MAX_PIECES + 3 }, (_, index) => piece([index], index + 1, index));
    const joined = joinPieces(many);
    expect(joined).toHaveLength(MAX_PIECES);
    expect(joined[0]).toEqual(piece([0, 1, 2, 3], 4, 0));
    expect(endPieces(joined, [piece([0, 1, 2, 3, 9], 3)])[0]).toEqual(joined[0]);
  });

  test("are ended by what is not older", () => {
    const both = [piece([1, 2], 5), piece([3], 6)];
    expect(endPieces(both, [piece([1, 3], 5)])).toEqual([piece([2], 5), piece([3], 6)]);
  });

  test("of a conjunction are of its last event", () => {
    const all = PartitionSet.range(0, 9);
    const truth = allOf([event([piece([1, 2], 5)]), status(PartitionSet.of([2, 3])), event([piece([2, 3], 7)])], all);
    expect(truth.held.ranges).toEqual([2, 3]);
    expect(piecesOf(truth, 99)).toEqual([piece([2], 7)]);
    expect(piecesOf(allOf([status(all)], all), 99)).toEqual([{ set: all, at: 99, run: null, generation: null }]);
  });
});

describe("since", () => {
  test("says the same however often anybody looks, which is what each partition's history says", () => {
    const happening = fc.record({
      minutes: fc.integer({ min: 1, max: 50 }),
      letter: fc.constantFrom("a", "b", "c", "d"),
      isSeen: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(happening, { minLength: 1, maxLength: 30 }), (happenings) => {
        const cron = "15 * * * *";
        const when = newlyUpdated().since(cronTickPassed(cron));
        const world = new AutomationWorld(START, [automated("x", { when, partitions: letters })]);
        world.evaluate();
        const updatedAt = new Map<string, number>();
        for (const { minutes, letter, isSeen } of happenings) {
          world.advance(minutes * MINUTE + 1);
          world.materialize("x", letter);
          updatedAt.set(letter, world.now);
          if (isSeen) {
            world.advance(1);
            world.evaluate();
          }
        }
        world.advance(7 * MINUTE);
        const tick = previousTick(cron, "UTC", world.now + 1);
        const expected = [...updatedAt].filter(([, at]) => at > tick).map(([letter]) => letter);
        expect((world.evaluate()["x"] ?? []).toSorted()).toEqual(expected.toSorted());
      }),
      { numRuns: 150 },
    );
  });
});
