import type { AssetInRun, StepCounts } from "@heddle/api";
import { expect, test } from "vitest";
import { changedAssets, describeOutcome, differingPaths } from "./compared-assets.ts";

const NONE: StepCounts = {
  waiting: 0,
  ready: 0,
  running: 0,
  backoff: 0,
  success: 0,
  failed: 0,
  skipped: 0,
  canceled: 0,
};

function made(part: Partial<AssetInRun>): AssetInRun {
  return {
    counts: { ...NONE, success: 1 },
    total: 1,
    text: "",
    workMs: 10,
    startMs: 0,
    endMs: 10,
    codeVersion: "a",
    config: null,
    ...part,
  };
}

test.each([
  [{ a: 1, b: { c: 2 } }, { a: 1, b: { c: 3 } }, ["b.c (was 3)"]],
  [{ a: 1 }, null, ["all of it (was not given)"]],
  [{ tiers: [1, 2] }, { tiers: [1] }, ["tiers.1 (was not given)"]],
  [{ a: 1 }, { a: 1 }, []],
])("%j beside %j", (now, before, paths) => expect(differingPaths(now, before)).toEqual(paths));

test("what differs comes first, with what is different about it", () => {
  const compared = changedAssets({
    assets: [
      { asset: { id: 1, key: "same" }, now: made({}), before: made({}) },
      { asset: { id: 2, key: "code" }, now: made({ codeVersion: "b" }), before: made({}) },
      { asset: { id: 3, key: "new" }, now: made({}), before: null },
      { asset: { id: 4, key: "gone" }, now: null, before: made({}) },
      { asset: { id: 5, key: "broken" }, now: made({ counts: { ...NONE, failed: 1 } }), before: made({}) },
    ],
  });
  expect(compared.map(({ asset, changes }) => [asset.key, changes])).toEqual([
    ["code", ["code"]],
    ["new", ["only in this run"]],
    ["gone", ["only in the other run"]],
    ["broken", ["fails now"]],
    ["same", []],
  ]);
});

test("an outcome names partitions and states", () => {
  expect(describeOutcome(made({ text: "2024-01" }))).toBe("2024-01: 1 success");
  expect(describeOutcome(null)).toBe("not made");
});
