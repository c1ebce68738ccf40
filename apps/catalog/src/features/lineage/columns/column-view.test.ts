import type { ColumnEdge } from "@heddle/core";
import { directedGraph } from "@heddle/graph-layout";
import fc from "fast-check";
import { expect, test } from "vitest";
import { columnsText, columnView } from "./column-view.ts";
import { notKnown } from "./not-known.ts";
import { pathAssets } from "./path-assets.ts";

const KEYS = ["source", "raw", "clean", "days", "report", "aside"];

/** Assets in a row, each of which reads the one before; `report` reads `clean` as well, and `aside` reads `raw`. */
const graph = directedGraph(6, Int32Array.from([0, 1, 2, 3, 2, 1]), Int32Array.from([1, 2, 3, 4, 4, 5]));

/** A scene with some of the assets, which keep their numbers. */
const sceneOf = (hidden: readonly string[] = []) => ({
  graph,
  index: { rowOfKey: (key: string) => (KEYS.includes(key) ? KEYS.indexOf(key) : undefined) },
  nodeOfRow: Int32Array.from(KEYS, (key, row) => (hidden.includes(key) ? -1 : row)),
});

const edge = (from: string, to: string, passes = true): ColumnEdge => {
  const [fromAsset = "", fromColumn = ""] = from.split(".");
  const [toAsset = "", toColumn = null] = to.split(".");
  return { from: { asset: fromAsset, column: fromColumn }, to: { asset: toAsset, column: toColumn }, passes };
};

const answer = {
  column: { asset: "clean", column: "late" },
  edges: [
    edge("raw.delay", "clean.late", false),
    edge("source.delay", "raw.delay"),
    edge("clean.late", "days.late", false),
    edge("clean.late", "days.was_late"),
    edge("clean.late", "report"),
  ],
};

test("the assets on a path are lit with the edges between them, and say their columns", () => {
  const { view, assets, hidden } = columnView(sceneOf(), 2, answer);
  expect([...view.lit]).toEqual([1, 1, 1, 1, 1, 0]);
  // 0: source → raw, 2: clean → days, of which one column passes as it is; 4: clean → report.
  expect([...view.edges]).toEqual([0, 2, 4]);
  expect([...(view.columns?.computed ?? [])]).toEqual([1]);
  expect([...(view.columns?.texts ?? [])]).toEqual([
    [0, "delay"],
    [1, "delay"],
    [2, "late"],
    [3, "late, was_late"],
    [4, "reads it"],
  ]);
  expect(view).toMatchObject({ node: 2, upstream: 2, downstream: 2 });
  expect(assets.map(({ key, side }) => `${key} ${side}`)).toEqual([
    "source upstream",
    "raw upstream",
    "clean here",
    "days downstream",
    "report downstream",
  ]);
  expect(hidden).toBe(0);
});

test("what the filter hides is counted, and edges to it are left out", () => {
  const { view, assets, hidden } = columnView(sceneOf(["raw", "report"]), -1, answer);
  expect([...view.lit]).toEqual([1, 0, 1, 1, 0, 0]);
  expect([...view.edges, ...(view.columns?.computed ?? [])]).toEqual([2]);
  expect(assets).toHaveLength(5);
  expect(hidden).toBe(2);
});

test("a column that nothing is known of is a path of its own asset alone", () => {
  const { view, assets } = columnView(sceneOf(), -1, { column: answer.column, edges: [] });
  expect(view).toMatchObject({ upstream: 0, downstream: 0 });
  expect(assets).toEqual([{ key: "clean", columns: ["late"], side: "here" }]);
});

test("a card names two columns, and counts the rest", () => {
  expect(columnsText({ columns: ["a", "b"] })).toBe("a, b");
  expect(columnsText({ columns: ["a", "b", "c", "d"] })).toBe("a, b +2");
});

test("what is not known is told by who does not say it", () => {
  const at = { asset: "days", column: "late" };
  expect(
    notKnown({
      assets: pathAssets(answer),
      gaps: [
        { kind: "origin", asset: "days", at },
        { kind: "origin", asset: "raw", at: { asset: "raw", column: "x" } },
        { kind: "origin", asset: "raw", at: { asset: "raw", column: "y" } },
        { kind: "reader", asset: "aside", at },
      ],
    }),
  ).toEqual([
    { asset: "report", text: "reads it and does not say what comes of it" },
    { asset: "days", text: "does not say where late comes from" },
    { asset: "raw", text: "does not say where x, y come from" },
    { asset: "aside", text: "reads days and does not say which of its columns" },
  ]);
});

test("an edge is lit exactly when both of its ends are on the path and a column goes over it", () => {
  const columns = fc.constantFrom("x", "y", "z");
  const link = fc.tuple(fc.integer({ min: 0, max: 5 }), columns, columns, fc.boolean());
  fc.assert(
    fc.property(fc.array(link, { maxLength: 12 }), (links) => {
      const edges = links.map(([e, from, to, passes]) =>
        edge(`${KEYS[graph.from[e] ?? 0] ?? ""}.${from}`, `${KEYS[graph.to[e] ?? 0] ?? ""}.${to}`, passes),
      );
      const { view } = columnView(sceneOf(), -1, { column: { asset: "clean", column: "x" }, edges });
      const full = new Set(links.filter(([, , , passes]) => passes).map(([e]) => e));
      const all = new Set(links.map(([e]) => e));
      expect(new Set(view.edges)).toEqual(full);
      expect(new Set(view.columns?.computed)).toEqual(new Set([...all].filter((e) => !full.has(e))));
      const ends = new Set([2, ...[...all].flatMap((e) => [graph.from[e], graph.to[e]])]);
      expect([...view.lit]).toEqual(KEYS.map((_, node) => (ends.has(node) ? 1 : 0)));
    }),
  );
});
