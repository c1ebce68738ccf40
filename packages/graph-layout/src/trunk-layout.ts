import { layoutBoxGraph } from "./box-graph-layout.ts";
import type { CanonicalGraph } from "./canonical-graph.ts";
import { feedbackRank } from "./cycle-breaking.ts";
import { directedGraph } from "./directed-graph.ts";
import type { Grouping } from "./grouping.ts";
import type { LayeredLayout } from "./layered-layout.ts";
import type { LayoutOptions } from "./layout-options.ts";
import type { OrderMemory } from "./order-memory.ts";
import { int, num } from "./typed-read.ts";

/** The groups as boxes, and the edges between them as trunks with their own direction. */
export interface TrunkLayout {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly boxWidth: Float64Array;
  readonly boxHeight: Float64Array;
  readonly width: number;
  readonly height: number;
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly size: Int32Array;
  readonly routeStart: Int32Array;
  readonly route: Float64Array;
}

interface TrunkInput {
  readonly canonical: CanonicalGraph;
  readonly grouping: Grouping;
  readonly layouts: readonly LayeredLayout[];
  readonly options: LayoutOptions;
  readonly orders?: OrderMemory | undefined;
}

const LANE_HEIGHT = 8;
const LANE_GAP = 20;

/** Lays out the graph of groups; trunks against the order that breaks its cycles are turned round meanwhile. */
export function layoutTrunks({ canonical, grouping, layouts, options, orders }: TrunkInput): TrunkLayout {
  const { from, to, size } = collectTrunks(canonical, grouping);
  const weight = Float64Array.from(size, (edges) => Math.log2(1 + edges));
  const count = grouping.names.length;
  const rank = feedbackRank(directedGraph(count, from, to), weight);
  const turned = from.map((g, t) => Number(int(rank, g) > int(rank, int(to, t))));
  const boxWidth = Float64Array.from(layouts, (layout) => layout.width + 2 * options.groupPadding);
  const boxHeight = Float64Array.from(layouts, (layout) => layout.height + options.groupHeader + options.groupPadding);
  const tallest = boxHeight.reduce((most, own) => Math.max(most, own), 0);
  const layout = layoutBoxGraph({
    graph: directedGraph(
      count,
      from.map((g, t) => (int(turned, t) === 1 ? int(to, t) : g)),
      to.map((g, t) => (int(turned, t) === 1 ? int(from, t) : g)),
    ),
    weight,
    width: boxWidth,
    height: boxHeight,
    layerGap: options.groupLayerGap,
    columnGap: options.groupGap,
    gap: options.groupGap,
    laneHeight: LANE_HEIGHT,
    laneGap: LANE_GAP,
    aspect: options.aspect,
    minLayerHeight: tallest,
    bundleThreshold: Number.POSITIVE_INFINITY,
    sweeps: options.sweeps,
    orders,
  });
  return { ...layout, boxWidth, boxHeight, from, to, size, route: ownDirection(layout, turned) };
}

/** One trunk for each pair of groups with edges between them, in the order of the groups. */
function collectTrunks(
  { graph }: CanonicalGraph,
  grouping: Grouping,
): { from: Int32Array; to: Int32Array; size: Int32Array } {
  const groups = grouping.names.length;
  const pairs = new Float64Array(graph.from.length);
  let crossing = 0;
  for (let e = 0; e < graph.from.length; e++) {
    const a = int(grouping.groupOf, int(graph.from, e));
    const b = int(grouping.groupOf, int(graph.to, e));
    if (a !== b) pairs[crossing++] = a * groups + b;
  }
  const sorted = pairs.subarray(0, crossing).sort();
  const from = new Int32Array(crossing);
  const to = new Int32Array(crossing);
  const size = new Int32Array(crossing);
  let trunks = 0;
  for (let i = 0; i < crossing; i++) {
    const pair = num(sorted, i);
    if (i === 0 || pair !== num(sorted, i - 1)) {
      from[trunks] = Math.floor(pair / groups);
      to[trunks++] = pair % groups;
    }
    size[trunks - 1] = int(size, trunks - 1) + 1;
  }
  return { from: from.slice(0, trunks), to: to.slice(0, trunks), size: size.slice(0, trunks) };
}

/** The routes with those of turned trunks turned back. */
function ownDirection({ route, routeStart }: LayeredLayout, turned: Int32Array): Float64Array {
  const result = route.slice();
  for (let t = 0; t < turned.length; t++) {
    if (int(turned, t) === 0) continue;
    const first = int(routeStart, t);
    const last = int(routeStart, t + 1) - 1;
    for (let i = 0; i <= last - first; i++) {
      result[2 * (first + i)] = num(route, 2 * (last - i));
      result[2 * (first + i) + 1] = num(route, 2 * (last - i) + 1);
    }
  }
  return result;
}
