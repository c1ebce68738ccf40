import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AssetGraph, type GraphAsset } from "./asset-graph.ts";

/** `edges` as pairs upstream → downstream over assets `n0 … n(size - 1)`. */
function graphOf(size: number, edges: readonly (readonly [number, number])[]): AssetGraph {
  const assets: GraphAsset[] = Array.from({ length: size }, (_, index) => ({
    key: `n${index}`,
    deps: edges.filter(([, to]) => to === index).map(([from]) => ({ upstream: `n${from}` })),
  }));
  return AssetGraph.fromSnapshot(assets);
}

const SIZE = 9;
const anyNode = fc.nat({ max: SIZE - 1 });
const anyEdges = fc.array(fc.tuple(anyNode, anyNode), { maxLength: 24 });
/** Edges that only go from lower to higher numbers: no cycle. */
const acyclicEdges = anyEdges.map((edges) => edges.filter(([from, to]) => from < to));

/** Whether a path of at least one edge leads from one node to the other, the slow way. */
function reaches(edges: readonly (readonly [number, number])[], from: number, to: number): boolean {
  const reached = new Set<number>();
  for (let before = -1; before !== reached.size;) {
    before = reached.size;
    for (const [a, b] of edges) if (a !== b && (a === from || reached.has(a))) reached.add(b);
  }
  return reached.has(to);
}

describe("AssetGraph", () => {
  test("puts every asset behind what it depends on", () => {
    fc.assert(
      fc.property(acyclicEdges, (edges) => {
        const graph = graphOf(SIZE, edges);
        const position = new Map([...graph.topologicalOrder].map((index, place) => [index, place]));
        expect(position.size).toBe(SIZE);
        for (const [from, to] of edges) expect(position.get(from)).toBeLessThan(position.get(to) ?? -1);
        expect(graph.cycles).toEqual([]);
      }),
    );
  });

  test("knows the neighbours on both sides, each once, in order", () => {
    fc.assert(
      fc.property(anyEdges, (edges) => {
        const graph = graphOf(SIZE, edges);
        for (let index = 0; index < SIZE; index += 1) {
          const expected = (pick: 0 | 1) =>
            [
              ...new Set(
                edges.filter((edge) => edge[0] !== edge[1] && edge[1 - pick] === index).map((edge) => edge[pick] ?? -1),
              ),
            ].sort((a, b) => a - b);
          expect([...graph.upstreamOf(index)]).toEqual(expected(0));
          expect([...graph.downstreamOf(index)]).toEqual(expected(1));
        }
      }),
    );
  });

  test("ancestors and descendants are what can be reached", () => {
    fc.assert(
      fc.property(anyEdges, anyNode, (edges, start) => {
        const graph = graphOf(SIZE, edges);
        const all = Array.from({ length: SIZE }, (_, index) => index);
        const without = (set: Set<number>) => [...set].filter((index) => index !== start).sort((a, b) => a - b);
        expect(without(graph.descendants([start]))).toEqual(
          all.filter((to) => to !== start && reaches(edges, start, to)),
        );
        expect(without(graph.ancestors([start]))).toEqual(
          all.filter((from) => from !== start && reaches(edges, from, start)),
        );
      }),
    );
  });

  test("a depth is that many single steps", () => {
    fc.assert(
      fc.property(anyEdges, anyNode, fc.nat({ max: 4 }), (edges, start, depth) => {
        const graph = graphOf(SIZE, edges);
        let expected = new Set([start]);
        for (let step = 0; step < depth; step += 1) expected = graph.descendants(expected, 1);
        expect(graph.descendants([start], depth)).toEqual(expected);
      }),
    );
  });

  test("finds one real cycle for every group of assets in a circle", () => {
    fc.assert(
      fc.property(anyEdges, (edges) => {
        const { cycles } = graphOf(SIZE, edges);
        const isEdge = (from?: string, to?: string) => edges.some(([a, b]) => `n${a}` === from && `n${b}` === to);
        for (const cycle of cycles) {
          expect(cycle.length).toBeGreaterThan(2);
          expect(cycle.at(0)).toBe(cycle.at(-1));
          expect(new Set(cycle).size).toBe(cycle.length - 1);
          for (let step = 1; step < cycle.length; step += 1) expect(isEdge(cycle[step - 1], cycle[step])).toBe(true);
        }
        const circular = Array.from({ length: SIZE }, (_, index) => index).filter((node) => reaches(edges, node, node));
        const groups = new Set(
          circular.map((node) =>
            circular.filter((other) => reaches(edges, node, other) && reaches(edges, other, node)).join(),
          ),
        );
        expect(cycles).toHaveLength(groups.size);
      }),
    );
  });
});

test("a cycle is reported as its exact path, in the direction of data", () => {
  const graph = AssetGraph.fromSnapshot([
    { key: "raw", deps: [] },
    { key: "a", deps: [{ upstream: "raw" }, { upstream: "c" }] },
    { key: "b", deps: [{ upstream: "a" }] },
    { key: "c", deps: [{ upstream: "b" }] },
    { key: "behind", deps: [{ upstream: "c" }] },
  ]);
  expect(graph.cycles).toEqual([["a", "b", "c", "a"]]);
  expect(graph.topologicalOrder[0]).toBe(0);
  expect(graph.topologicalOrder).toHaveLength(5);
});

test("leaves out unknown upstreams, dependencies on itself and further assets of the same key", () => {
  const graph = AssetGraph.fromSnapshot([
    { key: "a", deps: [{ upstream: "a" }, { upstream: "elsewhere" }] },
    { key: "a", deps: [] },
    { key: "b", deps: [{ upstream: "a" }, { upstream: "a" }] },
  ]);
  expect(graph.keys).toEqual(["a", "b"]);
  expect([...graph.upstreamOf(0)]).toEqual([]);
  expect([...graph.upstreamOf(1)]).toEqual([0]);
  expect([graph.indexOf("b"), graph.indexOf("elsewhere")]).toEqual([1, -1]);
  expect(() => graph.keyOf(2)).toThrow(RangeError);
});

test("takes 10,000 assets with 30,000 dependencies, in a chain as in a circle", () => {
  const size = 10_000;
  const assets = Array.from({ length: size }, (_, index) => ({
    key: `asset/${index}`,
    deps: [1, 7, 100].filter((back) => index >= back).map((back) => ({ upstream: `asset/${index - back}` })),
  }));
  const graph = AssetGraph.fromSnapshot(assets);
  expect(graph.upstream.targets).toHaveLength(3 * size - 108);
  expect([...graph.topologicalOrder]).toEqual([...graph.keys.keys()]);
  expect(graph.descendants([0]).size).toBe(size);
  expect(graph.ancestors([size - 1], 2).size).toBe(10);

  const circle = assets.map(({ key }, index) => ({ key, deps: [{ upstream: `asset/${(index + 1) % size}` }] }));
  expect(AssetGraph.fromSnapshot(circle).cycles[0]).toHaveLength(size + 1);
});
