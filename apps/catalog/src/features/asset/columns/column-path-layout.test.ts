import { expect, test } from "vitest";
import { CARD, layOutPath } from "./column-path-layout.ts";

const edge = (from: string, to: string, passes = true) => ({
  from: { asset: from, column: "x" },
  to: { asset: to, column: to === "reader" ? null : "x" },
  passes,
});

test("what a column comes from stands on its left, what comes from it on its right", () => {
  const layout = layOutPath({ asset: "c", column: "x" }, [
    edge("a", "c"),
    edge("b", "c", false),
    edge("c", "d"),
    edge("d", "reader"),
  ]);
  const place = (asset: string) => layout.nodes.find((node) => node.asset === asset);
  const step = CARD.width + CARD.gapX;
  expect(["a", "b", "c", "d", "reader"].map((asset) => place(asset)?.x)).toEqual([0, 0, step, 2 * step, 3 * step]);
  expect(place("reader")?.column).toBeNull();
  expect(layout.lines.map(({ passes }) => passes)).toEqual([true, false, true, true]);
  expect(layout.height).toBe(2 * CARD.height + CARD.gapY);
  // A layer of one stands in the middle of one of two.
  expect(place("c")?.y).toBe((layout.height - CARD.height) / 2);
});

test("a column alone, and columns that come from each other", () => {
  expect(layOutPath({ asset: "c", column: "x" }, [])).toMatchObject({ width: CARD.width, height: CARD.height });
  expect(layOutPath({ asset: "a", column: "x" }, [edge("a", "b"), edge("b", "a")]).nodes).toHaveLength(2);
});
