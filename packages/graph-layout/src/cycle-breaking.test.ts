import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { feedbackRank } from "./cycle-breaking.ts";
import { directedGraph, type DirectedGraph } from "./directed-graph.ts";

const COUNT = 12;
const pairs = fc.array(fc.tuple(fc.nat(COUNT - 1), fc.nat(COUNT - 1)), { maxLength: 40 });

function graphOf(edges: readonly (readonly [number, number])[]): DirectedGraph {
  return directedGraph(
    COUNT,
    Int32Array.from(edges, ([a]) => a),
    Int32Array.from(edges, ([, b]) => b),
  );
}

function backward(graph: DirectedGraph, rank: Int32Array): number {
  return graph.from.filter((from, e) => rank[from]! > rank[graph.to[e]!]!).length;
}

describe("feedbackRank", () => {
  test("ranks every vertex once and turns round less than half of the edges", () => {
    fc.assert(
      fc.property(pairs, (raw) => {
        const graph = graphOf(raw.filter(([a, b]) => a !== b));
        const rank = feedbackRank(graph, new Float64Array(graph.from.length).fill(1));
        expect(Array.from(rank.toSorted())).toEqual(Array.from({ length: COUNT }, (_, i) => i));
        expect(backward(graph, rank)).toBeLessThanOrEqual(graph.from.length / 2);
      }),
    );
  });

  test("turns nothing round in an acyclic graph", () => {
    fc.assert(
      fc.property(pairs, (raw) => {
        const graph = graphOf(raw.filter(([a, b]) => a !== b).map(([a, b]) => [Math.max(a, b), Math.min(a, b)]));
        expect(backward(graph, feedbackRank(graph, new Float64Array(graph.from.length).fill(1)))).toBe(0);
      }),
    );
  });

  test("gives up the light edge of a cycle", () => {
    const graph = graphOf([
      [0, 1],
      [1, 2],
      [2, 0],
    ]);
    const rank = feedbackRank(graph, Float64Array.from([5, 5, 1]));
    expect(Array.from(rank.slice(0, 3).toSorted())).toEqual([rank[0], rank[1], rank[2]]);
  });
});
