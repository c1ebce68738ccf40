import { layoutGraph } from "@heddle/graph-layout";
import fc from "fast-check";
import { expect, test } from "vitest";
import { withoutClosingEdges } from "./closing-edges.ts";
import type { SceneGraph } from "./scene.ts";

function graphOf(count: number, edges: readonly (readonly [number, number])[]): SceneGraph {
  const rows = Int32Array.from({ length: count }, (_, i) => i);
  return {
    rows,
    nodeOfRow: rows,
    edgeFrom: Int32Array.from(edges, ([from]) => from),
    edgeTo: Int32Array.from(edges, ([, to]) => to),
  };
}

function edgesOf({ edgeFrom, edgeTo }: SceneGraph): [number, number][] {
  return Array.from(edgeFrom, (from, i) => [from, edgeTo[i] ?? -1]);
}

test("of a cycle the edge back to its first node is left out, and what is beside it stays", () => {
  const { source, leftOut } = withoutClosingEdges(
    graphOf(5, [
      [3, 0],
      [0, 1],
      [1, 2],
      [2, 0],
      [2, 4],
      [4, 4],
    ]),
  );
  expect(leftOut).toEqual([{ from: 2, to: 0 }]);
  expect(edgesOf(source)).toEqual([
    [3, 0],
    [0, 1],
    [1, 2],
    [2, 4],
    [4, 4],
  ]);
});

test("any graph can be laid out afterwards, and one without a cycle loses nothing", () => {
  const graph = fc
    .integer({ min: 1, max: 20 })
    .chain((count) =>
      fc.tuple(fc.constant(count), fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 60 })),
    );
  fc.assert(
    fc.property(graph, ([count, edges]) => {
      const names = Array.from({ length: count }, (_, i) => `n/${i}`);
      const lay = ({ edgeFrom, edgeTo }: SceneGraph) => layoutGraph({ names, groups: [], edgeFrom, edgeTo });
      const before = graphOf(count, edges);
      const { source, leftOut } = withoutClosingEdges(before);
      expect(lay(source).kind).toBe("layout");
      expect(leftOut.length > 0).toBe(lay(before).kind === "cycle");
      expect(source.edgeFrom.length + leftOut.length).toBe(edges.length);
    }),
  );
});
