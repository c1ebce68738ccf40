import { expect, test } from "vitest";
import { assetOf, NOTHING, PLANNED_AT } from "../../test/random-plans.ts";
import { multiPartitions, staticPartitions } from "../partitions/key-partitions.ts";
import { numberPartitions } from "../partitions/number-partitions.ts";
import { PartitionSet } from "../partitions/partition-set.ts";
import type { PartitionsDefinition } from "../partitions/partitions-definition.ts";
import type { PartitionsSpec } from "../partitions/partitions-spec.ts";
import { resolvePartitions } from "../partitions/resolve-partitions.ts";
import { dailyPartitions } from "../partitions/time-partitions.ts";
import { planRun } from "./plan-run.ts";

/** A definition numbered after another one. */
function after(before: PartitionsDefinition, now: PartitionsDefinition): PartitionsSpec | null {
  return numberPartitions(now.spec, numberPartitions(before.spec, null).numbering).spec;
}

const regions = staticPartitions(["eu", "us", "apac"]);
const turned = staticPartitions(["apac", "mars", "eu"]);
const days = dailyPartitions({ start: "1992-01-01", end: "1992-01-03" });

test.each([
  ["fixed keys", regions, turned, "us"],
  [
    "several dimensions",
    multiPartitions({ day: days, region: regions }),
    multiPartitions({ day: days, region: turned }),
    "1992-01-02|us",
  ],
] as const)(
  "of %s that were numbered apart, an asset that is cut alike gets the same keys",
  (...[, now, before, key]) => {
    const specs = { one: numberPartitions(now.spec, null).spec, other: after(before, now) };
    expect(JSON.stringify(specs.one)).not.toBe(JSON.stringify(specs.other));
    const assets = Object.entries(specs).map(([name, partitions]) => assetOf(name, { partitions }));
    const spaceOf = (name: keyof typeof specs) => resolvePartitions(specs[name], { now: PLANNED_AT });
    const partitions = spaceOf("one").parseRange(key);
    const plan = planRun({
      assets,
      selected: ["one", "other"],
      targets: { kind: "root", asset: "one", partitions, cascade: "downstream" },
      at: PLANNED_AT,
      stateOf: () => NOTHING,
    });
    const made = plan.assets.map(({ partitions: ranges }) => PartitionSet.fromRanges(ranges));
    expect(made.map((set, index) => spaceOf(index === 0 ? "one" : "other").format(set))).toEqual([key, key]);
    expect(made[0]?.equals(made[1] ?? PartitionSet.EMPTY)).toBe(false);
  },
);
