import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CrossingCounter, type LayerOrder } from "./crossing-count.ts";
import { directedGraph } from "./directed-graph.ts";
import { orderLayers } from "./layer-ordering.ts";
import { type ProperGraph, properGraph } from "./proper-graph.ts";

/** Two to four layers of up to eight boxes, edges between neighbouring layers. */
const layered = fc
  .tuple(
    fc.integer({ min: 2, max: 4 }),
    fc.integer({ min: 2, max: 8 }),
    fc.array(fc.tuple(fc.nat(3), fc.nat(7), fc.nat(7)), { maxLength: 40 }),
  )
  .map(([layers, width, raw]) => {
    const edges = new Set(
      raw.map(
        ([l, a, b]) => `${(l % (layers - 1)) * width + (a % width)},${((l % (layers - 1)) + 1) * width + (b % width)}`,
      ),
    );
    const pairs = [...edges].map((edge) => edge.split(",").map(Number));
    const count = layers * width;
    return properGraph({
      graph: directedGraph(
        count,
        Int32Array.from(pairs, ([a]) => a!),
        Int32Array.from(pairs, ([, b]) => b!),
      ),
      layer: Int32Array.from({ length: count }, (_, v) => Math.floor(v / width)),
      weight: new Float64Array(pairs.length).fill(1),
      bundleThreshold: 100,
    });
  });

function identityOrder(graph: ProperGraph): LayerOrder {
  const start = Array.from({ length: graph.layerCount + 1 }, (_, l) => graph.layer.filter((own) => own < l).length);
  return { start: Int32Array.from(start), vertex: Int32Array.from(graph.layer.keys()) };
}

function positions(order: LayerOrder): Int32Array {
  const position = new Int32Array(order.vertex.length);
  for (let l = 0; l + 1 < order.start.length; l++) {
    for (let k = order.start[l]!; k < order.start[l + 1]!; k++) position[order.vertex[k]!] = k - order.start[l]!;
  }
  return position;
}

/** Crossings by comparing every pair of segments. */
function naiveCrossings(graph: ProperGraph, position: Int32Array): number {
  let crossings = 0;
  const { from, to } = graph.segments;
  for (let a = 0; a < from.length; a++) {
    for (let b = a + 1; b < from.length; b++) {
      if (graph.layer[from[a]!] !== graph.layer[from[b]!]) continue;
      const sources = position[from[a]!]! - position[from[b]!]!;
      const targets = position[to[a]!]! - position[to[b]!]!;
      if (sources * targets < 0) crossings++;
    }
  }
  return crossings;
}

describe("orderLayers", () => {
  test("keeps each layer's vertices and never ends with more crossings than it began", () => {
    fc.assert(
      fc.property(layered, (graph) => {
        const order = orderLayers(graph, 8);
        for (let l = 0; l < graph.layerCount; l++) {
          const members = order.vertex.slice(order.start[l], order.start[l + 1]);
          expect(Array.from(members.toSorted())).toEqual([...graph.layer.keys()].filter((v) => graph.layer[v] === l));
        }
        const first = orderLayers(graph, 0);
        expect(naiveCrossings(graph, positions(order))).toBeLessThanOrEqual(naiveCrossings(graph, positions(first)));
      }),
    );
  });

  test("untangles what can be untangled", () => {
    const graph = properGraph({
      graph: directedGraph(6, Int32Array.from([0, 1, 2]), Int32Array.from([5, 4, 3])),
      layer: Int32Array.from([0, 0, 0, 1, 1, 1]),
      weight: new Float64Array(3).fill(1),
      bundleThreshold: 12,
    });
    expect(naiveCrossings(graph, positions(identityOrder(graph)))).toBe(3);
    expect(naiveCrossings(graph, positions(orderLayers(graph, 8)))).toBe(0);
  });
});

test("CrossingCounter agrees with comparing every pair", () => {
  fc.assert(
    fc.property(layered, (graph) => {
      const order = identityOrder(graph);
      const position = positions(order);
      const counter = new CrossingCounter(graph, 8);
      expect(counter.count(order, position, Number.POSITIVE_INFINITY)).toBe(naiveCrossings(graph, position));
    }),
  );
});
