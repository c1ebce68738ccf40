import fc from "fast-check";
import { expect, test } from "vitest";
import { randomPlan } from "../../test/random-plans.ts";
import { PartitionSet } from "../partitions/partition-set.ts";
import { findInitialSteps } from "./advance-run.ts";
import { narrowPlan, type NarrowedAsset } from "./narrow-plan.ts";
import { createRunGraph } from "./run-graph.ts";
import type { RunPlan } from "./run-plan.ts";

/** Some of every asset's planned partitions. */
function pickSome(plan: RunPlan, bits: number): Map<string, NarrowedAsset> {
  return new Map(
    plan.assets.map(({ key, partitions }, position) => {
      const all = PartitionSet.fromRanges(partitions);
      const some = PartitionSet.of([...all].filter((_, index) => ((bits >> ((position * 5 + index) % 30)) & 1) === 1));
      return [key, { partitions: some, failed: some.take(2), materialized: some.take(1) }];
    }),
  );
}

test("a narrowed plan does exactly what is asked for, with the same code, at the same instant", () => {
  fc.assert(
    fc.property(randomPlan, fc.nat(), (plan, bits) => {
      const wanted = pickSome(plan, bits);
      const narrowed = narrowPlan(plan, wanted);
      const asked = [...wanted].filter(([, { partitions }]) => !partitions.isEmpty);
      expect(narrowed.at).toBe(plan.at);
      expect(narrowed.assets.map(({ key }) => key)).toEqual(asked.map(([key]) => key));
      expect(narrowed.total).toBe(asked.reduce((sum, [, { partitions }]) => sum + partitions.size, 0));
      for (const asset of narrowed.assets) {
        const part = wanted.get(asset.key);
        expect(asset.partitions).toEqual(part?.partitions.ranges);
        expect(asset.overwrites).toBe(part?.materialized.size);
        expect(asset.counts.missing + asset.counts.failed + asset.counts.fresh).toBe(part?.partitions.size);
        for (const dep of asset.deps) expect(dep.inRun && !asked.some(([key]) => key === dep.upstream)).toBe(false);
      }
    }),
  );
});

test("a narrowed plan waits for nothing that it leaves out", () => {
  fc.assert(
    fc.property(randomPlan, fc.nat(), (plan, bits) => {
      const graph = createRunGraph(narrowPlan(plan, pickSome(plan, bits)));
      const initial = findInitialSteps(graph);
      for (const [position, { waiting }] of initial.entries()) {
        for (const ordinal of waiting) {
          const reads = graph
            .inEdges(position)
            .map(({ upstream, mapping }) =>
              mapping.upstreamOf(PartitionSet.of([ordinal])).partitions.intersect(graph.targets(upstream)),
            );
          expect(reads.some((set) => !set.isEmpty)).toBe(true);
        }
      }
      expect(graph.size === 0 || initial.some(({ ready }) => !ready.isEmpty)).toBe(true);
    }),
  );
});
