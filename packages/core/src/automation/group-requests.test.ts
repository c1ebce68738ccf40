import { describe, expect, test } from "vitest";
import { ALL_DAYS, assetOf, DAYS, NOTHING, PLANNED_AT } from "../../test/random-plans.ts";
import { PartitionSet } from "../partitions/partition-set.ts";
import { planRun } from "../run/plan-run.ts";
import { groupRequests, type GroupRequestsInput } from "./group-requests.ts";

const FIRST = ALL_DAYS.first ?? 0;
const raw = assetOf("raw", { partitions: DAYS });
const clean = assetOf("clean", { partitions: DAYS, deps: { raw: { kind: "identity" } } });
const report = assetOf("report", { partitions: DAYS, deps: { clean: { kind: "identity" } } });
const left = assetOf("left", { deps: { source: { kind: "unpartitioned" } } });
const right = assetOf("right", { deps: { source: { kind: "unpartitioned" } } });
const source = assetOf("source", { kind: "external" });
const alone = assetOf("alone");
const assets = [raw, clean, report, source, left, right, alone];
const ONE = PartitionSet.of([0]);
const days = (...places: readonly number[]) => PartitionSet.of(places.map((place) => FIRST + place));

function group(requested: Readonly<Record<string, PartitionSet>>, rest: Partial<GroupRequestsInput> = {}) {
  const result = { requested: new Map(Object.entries(requested)), generations: new Map([["clean", 3]]) };
  return groupRequests(result, { assets, at: PLANNED_AT, dynamicKeys: {}, ...rest });
}

describe("requests of one evaluation", () => {
  test("become one run where one reads what is requested of another, and are planned as they are", () => {
    const [only, ...others] = group({ report: days(1), clean: days(1, 2) });
    expect(others).toEqual([]);
    expect(only?.selected).toEqual(["clean", "report"]);
    expect(only?.generations).toEqual({ clean: 3, report: 1 });
    const plan = planRun({
      assets,
      selected: only?.selected ?? [],
      targets: { kind: "each", partitions: only?.partitions ?? new Map() },
      at: PLANNED_AT,
      stateOf: () => NOTHING,
    });
    expect(plan.assets.map(({ key, partitions }) => [key, partitions])).toEqual([
      ["clean", days(1, 2).ranges],
      ["report", days(1).ranges],
    ]);
  });

  test("stay apart where they are about other partitions", () => {
    expect(group({ clean: days(1), report: days(2) }).map(({ selected }) => selected)).toEqual([["clean"], ["report"]]);
  });

  test("become one run where they read the same of a third, and not with what reads nothing of it", () => {
    const groups = group({ left: ONE, right: ONE, alone: ONE });
    expect(groups.map(({ selected }) => selected)).toEqual([["left", "right"], ["alone"]]);
    expect(groups[0]?.partitions).toEqual(
      new Map([
        ["left", ONE],
        ["right", ONE],
      ]),
    );
  });

  test("never share a run over code locations", () => {
    const runKindOf = (key: string) => (key === "report" || key === "right" ? "b" : "a");
    const groups = group({ clean: days(1), report: days(1), left: ONE, right: ONE }, { runKindOf });
    expect(groups.map(({ runKind, selected }) => [runKind, selected])).toEqual([
      ["a", ["clean"]],
      ["b", ["report"]],
      ["a", ["left"]],
      ["b", ["right"]],
    ]);
  });

  test("are none where nothing is requested", () => {
    expect(group({})).toEqual([]);
  });
});
