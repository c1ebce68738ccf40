import type { ConditionNode } from "@heddle/api";
import { describe, expect, test } from "vitest";
import { firstFalse, holds, parentPath, treeRows } from "./condition-nodes.ts";

const node = (operator: string, held: readonly number[], children: readonly ConditionNode[] = []): ConditionNode => ({
  label: null,
  text: operator,
  operator,
  assetKey: "report",
  status: held.length === 0 ? "none" : "some",
  held: { partitions: held, text: "", count: 0 },
  candidates: 10,
  since: [],
  children,
});
const asked = (ordinal: number) => ({ assetKey: "report", ordinal });

const tree = node(
  "and",
  [],
  [
    node("missing", [0, 5]),
    node("and", [0, 3], [node("stale", [0, 4]), node("not", [0, 3], [node("in-progress", [3, 10])])]),
  ],
);

describe("firstFalse", () => {
  test.each([
    [7, "0.0"],
    [4, "0.1.0"],
    [3, "0.1.1"],
  ])("for partition %i is the part at %s", (ordinal, path) => {
    expect(firstFalse(tree, asked(ordinal))).toBe(path);
  });

  test("is nothing where the whole holds, and the whole where every part does", () => {
    expect(firstFalse(node("and", [0, 5]), asked(2))).toBeNull();
    expect(firstFalse(tree, asked(2))).toBe("0.1".slice(0, 1));
  });

  test("stops where one part is enough", () => {
    expect(firstFalse(node("or", [], [node("missing", []), node("stale", [])]), null)).toBe("0");
  });
});

test("parts of other assets hold when they do for any of their partitions", () => {
  const upstream = { ...node("missing", [8, 9]), assetKey: "orders" };
  expect(holds(upstream, asked(1))).toBe(true);
  expect(holds({ ...upstream, status: "none" }, asked(8))).toBe(false);
});

test("rows leave out what is collapsed, and know their places", () => {
  expect(treeRows(tree, new Set(["0.1"])).map(({ path, depth, place, size }) => [path, depth, place, size])).toEqual([
    ["0", 1, 1, 1],
    ["0.0", 2, 1, 2],
    ["0.1", 2, 2, 2],
  ]);
  expect(
    treeRows(tree, new Set())
      .map(({ path }) => path)
      .at(-1),
  ).toBe("0.1.1.0");
  expect([parentPath("0.1.1"), parentPath("0")]).toEqual(["0.1", null]);
});
