import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type CyclicGraph,
  type GraphLayout,
  LayoutCache,
  type LayoutInput,
  layoutBuffers,
  layoutGraph,
} from "./index.ts";

const names = fc.uniqueArray(
  fc
    .tuple(fc.constantFrom("a", "b", "c", "dd"), fc.constantFrom("x", "y", "z"), fc.nat(40))
    .map((parts) => parts.join("/")),
  { minLength: 1, maxLength: 50 },
);

/** Acyclic graphs: an edge always leads from an earlier node to a later one, or to itself. */
const dags: fc.Arbitrary<LayoutInput> = names.chain((nodes) =>
  fc
    .record({
      groups: fc.array(fc.constantFrom("one", "two", null), { minLength: nodes.length, maxLength: nodes.length }),
      edges: fc.array(fc.tuple(fc.nat(nodes.length - 1), fc.nat(nodes.length - 1)), { maxLength: 120 }),
    })
    .map(({ groups, edges }) => ({
      names: nodes,
      groups,
      edgeFrom: Int32Array.from(edges, ([a, b]) => Math.min(a, b)),
      edgeTo: Int32Array.from(edges, ([a, b]) => Math.max(a, b)),
    })),
);

function laidOut(result: GraphLayout | CyclicGraph): GraphLayout {
  if (result.kind === "cycle") throw new Error(`unexpected cycle ${result.cycle.join(" → ")}`);
  return result;
}

function graph(
  edges: Record<string, readonly string[]>,
  groups: (name: string) => string | null = () => null,
): LayoutInput {
  const all = [...new Set(Object.entries(edges).flat(2))];
  const pairs = Object.entries(edges).flatMap(([from, tos]) => tos.map((to) => [from, to] as const));
  return {
    names: all,
    groups: all.map(groups),
    edgeFrom: Int32Array.from(pairs, ([from]) => all.indexOf(from)),
    edgeTo: Int32Array.from(pairs, ([, to]) => all.indexOf(to)),
  };
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

function nodeBox(layout: GraphLayout, v: number): Box {
  const left = layout.nodeX[v]!;
  const top = layout.nodeY[v]!;
  return { left, top, right: left + layout.nodeWidth, bottom: top + layout.nodeHeight };
}

function groupBox(layout: GraphLayout, g: number): Box {
  const left = layout.groupX[g]!;
  const top = layout.groupY[g]!;
  return { left, top, right: left + layout.groupWidth[g]!, bottom: top + layout.groupHeight[g]! };
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function contains(outer: Box, inner: Box): boolean {
  return (
    outer.left <= inner.left && outer.top <= inner.top && outer.right >= inner.right && outer.bottom >= inner.bottom
  );
}

function expectNoOverlap(boxes: readonly Box[]): void {
  boxes.forEach((a, i) =>
    boxes.slice(i + 1).forEach((b) => expect({ a, b, overlap: overlap(a, b) }).toEqual({ a, b, overlap: false })),
  );
}

/** Coordinates by name: what must not depend on the order of the input. */
function byName(input: LayoutInput, layout: GraphLayout): Record<string, readonly number[]> {
  const entries = input.names.map((name, v) => [name, [layout.nodeX[v]!, layout.nodeY[v]!]] as const);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

describe("layoutGraph", () => {
  test("places boxes without overlap, each node inside the box of its group, all inside the picture", () => {
    fc.assert(
      fc.property(dags, (input) => {
        const layout = laidOut(layoutGraph(input, { options: { maxGroupSize: 12 } }));
        const nodes = input.names.map((_, v) => nodeBox(layout, v));
        const groups = layout.groupNames.map((_, g) => groupBox(layout, g));
        const picture = { left: 0, top: 0, right: layout.width, bottom: layout.height };
        expectNoOverlap(nodes);
        expectNoOverlap(groups);
        nodes.forEach((box, v) => expect(contains(groups[layout.nodeGroup[v]!]!, box)).toBe(true));
        groups.forEach((box) => expect(contains(picture, box)).toBe(true));
      }),
    );
  });

  test("gives each name the same place whatever the order of nodes and edges", () => {
    const shuffled = dags.chain((input) =>
      fc.tuple(
        fc.constant(input),
        fc.shuffledSubarray([...input.names.keys()], { minLength: input.names.length }),
        fc.shuffledSubarray([...input.edgeFrom.keys()], { minLength: input.edgeFrom.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([input, nodeOrder, edgeOrder]) => {
        const newPlace = new Map(nodeOrder.map((old, place) => [old, place]));
        const permuted: LayoutInput = {
          names: nodeOrder.map((v) => input.names[v]!),
          groups: nodeOrder.map((v) => input.groups[v]!),
          edgeFrom: Int32Array.from(edgeOrder, (e) => newPlace.get(input.edgeFrom[e]!)!),
          edgeTo: Int32Array.from(edgeOrder, (e) => newPlace.get(input.edgeTo[e]!)!),
        };
        expect(byName(permuted, laidOut(layoutGraph(permuted)))).toEqual(byName(input, laidOut(layoutGraph(input))));
      }),
    );
  });

  test("leads every edge inside a group from left to right, along its route", () => {
    fc.assert(
      fc.property(dags, (input) => {
        const layout = laidOut(layoutGraph(input));
        input.edgeFrom.forEach((from, e) => {
          const to = input.edgeTo[e]!;
          const points = layout.edgeRoute.subarray(2 * layout.edgeRouteStart[e]!, 2 * layout.edgeRouteStart[e + 1]!);
          const inside = from !== to && layout.nodeGroup[from] === layout.nodeGroup[to];
          const ends = inside ? [nodeBox(layout, from).right, nodeBox(layout, to).left] : [0, 0];
          const xs = [ends[0]!, ...points.filter((_, i) => i % 2 === 0), ends[1]!];
          expect(points.length % 4).toBe(0);
          expect(xs).toEqual(xs.toSorted((a, b) => a - b));
        });
      }),
    );
  });

  test("counts every edge between groups in exactly one trunk", () => {
    fc.assert(
      fc.property(dags, (input) => {
        const layout = laidOut(layoutGraph(input));
        const crossing = new Map<string, Set<string>>();
        input.edgeFrom.forEach((from, e) => {
          const to = input.edgeTo[e]!;
          const trunk = `${layout.nodeGroup[from]}>${layout.nodeGroup[to]}`;
          if (layout.nodeGroup[from] === layout.nodeGroup[to]) return;
          crossing.set(trunk, (crossing.get(trunk) ?? new Set()).add(`${from}>${to}`));
        });
        const trunks = new Map(
          Array.from(layout.trunkFrom, (g, t) => [`${g}>${layout.trunkTo[t]}`, layout.trunkSize[t]]),
        );
        expect(trunks).toEqual(new Map([...crossing].map(([trunk, edges]) => [trunk, edges.size])));
      }),
    );
  });

  test("returns from a cache what it returns without one", () => {
    fc.assert(
      fc.property(dags, (input) => {
        const cache = new LayoutCache();
        const first = laidOut(layoutGraph(input, { cache }));
        const second = laidOut(layoutGraph(input, { cache }));
        expect(second).toEqual({ ...first, groupsLaidOut: 0 });
        expect(second).toEqual({ ...laidOut(layoutGraph(input)), groupsLaidOut: 0 });
      }),
    );
  });

  test("lays out again only the group that changed", () => {
    const cache = new LayoutCache();
    const before = graph({ "a/1": ["a/2", "b/1"], "b/1": ["b/2", "c/1"], "c/1": ["c/2"] });
    const after = graph({ "a/1": ["a/2", "b/1"], "b/1": ["b/2", "b/3", "c/1"], "c/1": ["c/2"] });
    expect(laidOut(layoutGraph(before, { cache })).groupsLaidOut).toBe(3);
    expect(laidOut(layoutGraph(after, { cache })).groupsLaidOut).toBe(1);
    expect(laidOut(layoutGraph(before, { cache })).groupsLaidOut).toBe(0);
  });

  test("leaves every other group as it was when a node is added to one", () => {
    const growing = dags.chain((input) => fc.tuple(fc.constant(input), fc.nat(input.names.length - 1), fc.boolean()));
    fc.assert(
      fc.property(growing, ([input, neighbour, connected]) => {
        const cache = new LayoutCache();
        const before = laidOut(layoutGraph(input, { cache }));
        const added = input.names.length;
        const after = laidOut(
          layoutGraph(
            {
              // A name behind all others, in the group of an existing node.
              names: [...input.names, `${input.names[neighbour]!.split("/")[0]!}/~`],
              groups: [...input.groups, input.groups[neighbour]!],
              edgeFrom: Int32Array.from([...input.edgeFrom, ...(connected ? [neighbour] : [])]),
              edgeTo: Int32Array.from([...input.edgeTo, ...(connected ? [added] : [])]),
            },
            { cache },
          ),
        );
        expect(after.groupNames).toEqual(before.groupNames);
        expect(after.groupsLaidOut).toBe(1);
        expect(insideGroups(after, added)).toEqual(insideGroups(before, added, before.nodeGroup[neighbour]));
      }),
    );

    /** Where each node lies in the box of its group, without the group of the added node. */
    function insideGroups(layout: GraphLayout, count: number, changed = layout.nodeGroup[count]): number[][] {
      const nodes = Array.from({ length: count }, (_, v) => ({ v, g: layout.nodeGroup[v]! }));
      return nodes
        .filter(({ g }) => g !== changed)
        .map(({ v, g }) => [v, layout.nodeX[v]! - layout.groupX[g]!, layout.nodeY[v]! - layout.groupY[g]!]);
    }
  });

  test("leads every edge between groups from left to right when the groups form no cycle", () => {
    const ordered = dags.map((input): LayoutInput => {
      // A node's group is not before that of any node that feeds it: the groups are cut out of the order of the nodes.
      const groups = input.names.map((_, v) => `g${Math.floor((4 * v) / input.names.length)}`);
      return { ...input, groups };
    });
    fc.assert(
      fc.property(ordered, (input) => {
        const layout = laidOut(layoutGraph(input));
        Array.from(layout.trunkFrom).forEach((from, t) => {
          const [left, right] = [groupBox(layout, from), groupBox(layout, layout.trunkTo[t]!)];
          expect(left.right).toBeLessThan(right.left);
        });
      }),
    );
  });

  test("reports an exact cycle", () => {
    const cyclic = dags.chain((input) =>
      fc.tuple(
        fc.constant(input),
        fc.array(fc.tuple(fc.nat(input.names.length - 1), fc.nat(input.names.length - 1)), { maxLength: 20 }),
      ),
    );
    fc.assert(
      fc.property(cyclic, ([input, extra]) => {
        const edgeFrom = Int32Array.from([...input.edgeFrom, ...extra.map(([a]) => a)]);
        const edgeTo = Int32Array.from([...input.edgeTo, ...extra.map(([, b]) => b)]);
        const result = layoutGraph({ ...input, edgeFrom, edgeTo });
        if (result.kind === "layout") return;
        const edges = new Set(Array.from(edgeFrom, (from, e) => `${from}>${edgeTo[e]}`));
        expect(new Set(result.cycle).size).toBe(result.cycle.length);
        result.cycle.forEach((v, i) => {
          expect(edges).toContain(`${v}>${result.cycle[(i + 1) % result.cycle.length]}`);
        });
      }),
    );
    expect(layoutGraph(graph({ "a/1": ["a/2"], "a/2": ["a/3"], "a/3": ["a/1"] })).kind).toBe("cycle");
  });

  test("lays out groups that feed each other", () => {
    const input = graph({ "a/1": ["b/1"], "b/1": ["a/2"], "a/2": ["b/2"] });
    const layout = laidOut(layoutGraph(input));
    expect(Array.from(layout.trunkSize)).toEqual([2, 1]);
  });

  test("leads the trunk of a narrow group past the wider groups of its layer before it turns", () => {
    const input = graph({
      "source/1": ["narrow/1", "wide/1"],
      "narrow/1": ["report/1"],
      "wide/1": ["wide/2"],
      "wide/2": ["wide/3"],
      "wide/3": ["report/1"],
    });
    const layout = laidOut(layoutGraph(input));
    const [narrow, wide] = ["narrow", "wide"].map((name) => groupBox(layout, layout.groupNames.indexOf(name)));
    const trunk = Array.from(layout.trunkFrom).findIndex((from) => layout.groupNames[from] === "narrow");
    const first = layout.trunkRouteStart[trunk]!;
    const middle = (narrow!.top + narrow!.bottom) / 2;
    expect(narrow!.right).toBeLessThan(wide!.right);
    expect(Array.from(layout.trunkRoute.subarray(2 * first, 2 * first + 4))).toEqual([
      narrow!.right,
      middle,
      wide!.right,
      middle,
    ]);
    const whole = Array.from(layout.trunkFrom).findIndex((from) => layout.groupNames[from] === "wide");
    expect(layout.trunkRouteStart[whole]).toBe(layout.trunkRouteStart[whole + 1]);
  });

  test("takes a node without a group to the first segment of its name, and splits large groups by the second", () => {
    const members = Array.from({ length: 30 }, (_, i) => `shop/${i % 2 === 0 ? "orders" : "users"}/${i}`);
    const input = graph(Object.fromEntries([...members, "other/1"].map((name) => [name, []])));
    expect(laidOut(layoutGraph(input)).groupNames).toEqual(["other", "shop"]);
    expect(laidOut(layoutGraph(input, { options: { maxGroupSize: 20 } })).groupNames).toEqual([
      "other",
      "shop / orders",
      "shop / users",
    ]);
  });

  test("does not split a group whose second segments say nothing", () => {
    const input = graph(Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`shop/${i}`, []])));
    expect(laidOut(layoutGraph(input, { options: { maxGroupSize: 20 } })).groupNames).toEqual(["shop"]);
  });

  test("folds a large fan-in into one bundle with its count", () => {
    const sources = Array.from({ length: 14 }, (_, i) => `a/s${i}`);
    const input = graph({
      ...Object.fromEntries(sources.map((name) => [name, ["a/sink"]])),
      "a/mid": ["a/sink"],
      "a/first": ["a/mid"],
    });
    const layout = laidOut(layoutGraph(input));
    const sink = input.names.indexOf("a/sink");
    expect(Array.from(layout.bundleSize)).toEqual([15]);
    expect(Array.from(layout.bundleTarget)).toEqual([sink]);
    expect(layout.bundleX[0]).toBeLessThan(layout.nodeX[sink]!);
    expect(Array.from(layout.edgeBundle).filter((bundle) => bundle === 0)).toHaveLength(15);
    expect(laidOut(layoutGraph(input, { options: { bundleThreshold: 15 } })).bundleSize).toHaveLength(0);
  });

  test("lays out nothing", () => {
    const layout = laidOut(
      layoutGraph({ names: [], groups: [], edgeFrom: new Int32Array(0), edgeTo: new Int32Array(0) }),
    );
    expect([layout.width, layout.height, layout.groupNames]).toEqual([0, 0, []]);
  });

  test("hands over every buffer exactly once", () => {
    const layout = laidOut(layoutGraph(graph({ "a/1": ["a/2", "b/1"] })));
    const buffers = layoutBuffers(layout);
    expect(new Set(buffers).size).toBe(buffers.length);
    expect(structuredClone(layout, { transfer: buffers }).nodeX).toHaveLength(3);
    expect(layout.nodeX).toHaveLength(0);
  });
});
