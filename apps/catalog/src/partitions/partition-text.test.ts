import { dailyPartitions, resolvePartitions } from "@heddle/core";
import { PartitionSet, type PartitionsSpec } from "@heddle/core/internal";
import fc from "fast-check";
import { expect, test } from "vitest";
import { partitionText } from "./partition-space.ts";

const KEYS = ["a", "b", "c,d", "e..f", "g (2)", " all", 'h"i', "j|k", "l"];

test.each<PartitionsSpec>([
  { kind: "static", keys: KEYS },
  dailyPartitions({ start: "2024-01-01", end: "2024-01-10", exclusions: ["2024-01-04"] }).spec,
])("a set in words is read back as the same set (%#)", (spec) => {
  const space = resolvePartitions(spec, { now: Date.UTC(2024, 1, 1) });
  const all = [...space.all];
  fc.assert(
    fc.property(fc.subarray(all, { minLength: 1 }), (ordinals) => {
      const set = PartitionSet.of(ordinals);
      expect([...space.parseRange(partitionText(space, set))]).toEqual([...set]);
    }),
  );
});

test("an address gets no blanks", () => {
  const space = resolvePartitions({ kind: "static", keys: KEYS }, { now: 0 });
  expect(partitionText(space, PartitionSet.of([0, 1, 8]))).toBe("a..b,l");
});
