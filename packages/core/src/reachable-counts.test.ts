import fc from "fast-check";
import { expect, test } from "vitest";
import { AssetGraph } from "./asset-graph.ts";
import { countReachable } from "./reachable-counts.ts";

/** A graph without cycles: every asset depends on some of those before it. */
const graphs = fc
  .integer({ min: 0, max: 40 })
  .chain((size) =>
    fc.tuple(
      fc.constant(size),
      fc.array(fc.tuple(fc.nat(Math.max(0, size - 1)), fc.nat(Math.max(0, size - 1))), { maxLength: 80 }),
    ),
  )
  .map(([size, pairs]) =>
    AssetGraph.fromSnapshot(
      Array.from({ length: size }, (_, i) => ({
        key: `a${i}`,
        deps: pairs.filter(([from, to]) => to === i && from < i).map(([from]) => ({ upstream: `a${from}` })),
      })),
    ),
  );

test("it counts what a walk from each asset finds", () => {
  fc.assert(
    fc.property(graphs, (graph) => {
      const counted = countReachable(graph.downstream, graph.topologicalOrder);
      expect([...counted]).toEqual(Array.from({ length: graph.size }, (_, i) => graph.descendants([i]).size - 1));
    }),
  );
});

test("it counts beyond one block of nodes", () => {
  const size = 2_500;
  const graph = AssetGraph.fromSnapshot(
    Array.from({ length: size }, (_, i) => ({ key: `a${i}`, deps: i === 0 ? [] : [{ upstream: `a${i - 1}` }] })),
  );
  const counted = countReachable(graph.downstream, graph.topologicalOrder);
  expect([counted[0], counted[1_024], counted[size - 1]]).toEqual([size - 1, size - 1_025, 0]);
});
