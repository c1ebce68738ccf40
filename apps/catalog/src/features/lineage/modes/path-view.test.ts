import { directedGraph } from "@heddle/graph-layout";
import fc from "fast-check";
import { expect, test } from "vitest";
import { pathView } from "./path-view.ts";

const graphOf = (count: number, edges: readonly (readonly [number, number])[]) =>
  directedGraph(
    count,
    Int32Array.from(edges, ([from]) => from),
    Int32Array.from(edges, ([, to]) => to),
  );

/** 0 → 1 → 3 → 4, 0 → 2 → 3, and 5 → 3 from aside. */
const diamond = graphOf(6, [
  [0, 1],
  [0, 2],
  [1, 3],
  [2, 3],
  [3, 4],
  [5, 3],
]);

test("all paths between two assets are lit, and what only leads there from aside is not", () => {
  const found = pathView(diamond, 0, 4);
  expect(found).toMatchObject({ from: 0, to: 4, paths: 2, assets: 5 });
  expect([...(found?.view.lit ?? [])]).toEqual([1, 1, 1, 1, 1, 0]);
  expect([...(found?.view.edges ?? [])]).toEqual([0, 1, 2, 3, 4]);
});

test("the ends may be given in either order, and without a path there is nothing", () => {
  expect(pathView(diamond, 4, 0)).toMatchObject({ from: 0, to: 4, paths: 2 });
  expect(pathView(diamond, 1, 2)).toBeNull();
  expect(pathView(diamond, 3, 3)).toBeNull();
});

test("as many paths are counted as walking all of them finds", () => {
  const edge = fc
    .tuple(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 8 }))
    .filter(([from, to]) => from < to);
  fc.assert(
    fc.property(fc.uniqueArray(edge, { maxLength: 20, selector: ([from, to]) => from * 9 + to }), (edges) => {
      const walk = (at: number): number =>
        at === 8 ? 1 : edges.filter(([from]) => from === at).reduce((sum, [, to]) => sum + walk(to), 0);
      expect(pathView(graphOf(9, edges), 0, 8)?.paths ?? 0).toBe(walk(0));
    }),
  );
});
