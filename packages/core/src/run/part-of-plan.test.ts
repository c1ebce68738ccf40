import fc from "fast-check";
import { expect, test } from "vitest";
import { ALL_DAYS, assetOf, DAY_COUNT, DAYS, FIRST_DAY, PLANNED_AT } from "../../test/random-plans.ts";
import { PartitionSet } from "../partitions/partition-set.ts";
import { partOfPlan } from "./part-of-plan.ts";
import { planAmongRuns, type PlannedRun } from "./plan-run.ts";

const same = { kind: "identity" } as const;
/** Two chains that begin at the same asset. */
const assets = [
  assetOf("raw", { partitions: DAYS }),
  assetOf("left", { partitions: DAYS, deps: { raw: same } }),
  assetOf("left end", { partitions: DAYS, deps: { left: same } }),
  assetOf("right", { partitions: DAYS, deps: { raw: same } }),
  assetOf("right end", { partitions: DAYS, deps: { right: same, raw: same } }),
];

const days = fc
  .uniqueArray(fc.integer({ min: FIRST_DAY, max: FIRST_DAY + DAY_COUNT - 1 }))
  .map((ordinals) => PartitionSet.of(ordinals));
const states = fc.array(fc.record({ materialized: days, failed: days, running: days }), {
  minLength: assets.length,
  maxLength: assets.length,
});

test("is what planning these assets alone gives, whatever other runs hold", () => {
  fc.assert(
    fc.property(days, days, fc.tuple(states, fc.boolean()), (of, others, [known, isAwaited]) => {
      const awaitNewer = new Set(isAwaited ? ["raw", "left"] : []);
      const stateOf = (key: string) => ({
        ...(known[assets.findIndex((asset) => asset.key === key)] ?? { materialized: of, failed: of, running: of }),
        stale: PartitionSet.EMPTY,
      });
      const plan = (sets: ReadonlyMap<string, PartitionSet>): PlannedRun =>
        planAmongRuns({
          assets,
          selected: [...sets.keys()],
          targets: { kind: "each", partitions: sets },
          leaveOutRunning: true,
          awaitNewer,
          at: PLANNED_AT,
          stateOf,
        });
      // What one of them reads the other does not make.
      const [left, right] = [of, ALL_DAYS.subtract(of).intersect(others)];
      const both = [
        new Map(["raw", "left", "left end"].map((key) => [key, left] as const)),
        new Map(["right", "right end"].map((key) => [key, right] as const)),
      ];
      const together = plan(new Map(both.flatMap((sets) => [...sets])));
      for (const sets of both) expect(partOfPlan(together, new Set(sets.keys()))).toStrictEqual(plan(sets));
    }),
  );
});
