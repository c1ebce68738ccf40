import { canonicalGraph, type CanonicalGraph, type LayoutInput } from "./canonical-graph.ts";
import type { CyclicGraph, GraphLayout } from "./graph-layout.ts";
import { type GroupInput, groupContentHash, layoutGroup } from "./group-layout.ts";
import { type Grouping, groupNodes } from "./grouping.ts";
import type { LayeredLayout } from "./layered-layout.ts";
import type { LayoutCache } from "./layout-cache.ts";
import { DEFAULT_LAYOUT_OPTIONS, type LayoutOptions } from "./layout-options.ts";
import { topologicalOrder } from "./topological-order.ts";
import { layoutTrunks, type TrunkLayout } from "./trunk-layout.ts";
import { int, num, text } from "./typed-read.ts";

/** How `layoutGraph` works: sizes and distances (defaults for those left out), and a cache to share between calls. */
export interface LayoutRequest {
  readonly options?: Partial<LayoutOptions>;
  readonly cache?: LayoutCache;
}

/**
 * Lays out a graph on two levels: each group by itself, in layers from left to right, then the groups as boxes in layers.
 * The same names, groups and edges give the same picture, whatever their order. Self-loops are left out.
 */
export function layoutGraph(input: LayoutInput, request: LayoutRequest = {}): GraphLayout | CyclicGraph {
  const options = { ...DEFAULT_LAYOUT_OPTIONS, ...request.options };
  const canonical = canonicalGraph(input, request.cache?.names);
  if (request.cache !== undefined) request.cache.names = canonical.names;
  const topological = topologicalOrder(canonical.graph);
  if (topological.kind === "cycle") {
    return { kind: "cycle", cycle: topological.cycle.map((v) => int(canonical.inputNode, v)) };
  }
  const grouping = groupNodes(canonical.names, canonical.groups, options.maxGroupSize);
  const inner = splitEdges(canonical, grouping);
  const { layouts, laidOut } = layoutGroups({ canonical, grouping, inner, options }, request.cache);
  const trunks = layoutTrunks({ canonical, grouping, layouts, options, orders: request.cache?.orders });
  return assemble({ canonical, grouping, inner, layouts, trunks, laidOut, options });
}

/** The edges inside each group: their ends by place among the members, and the place of each canonical edge in its list. */
interface InnerEdges {
  readonly from: readonly number[][];
  readonly to: readonly number[][];
  readonly place: Int32Array;
}

function splitEdges({ graph }: CanonicalGraph, grouping: Grouping): InnerEdges {
  const from = grouping.names.map((): number[] => []);
  const to = grouping.names.map((): number[] => []);
  const place = new Int32Array(graph.from.length).fill(-1);
  for (let e = 0; e < graph.from.length; e++) {
    const group = int(grouping.groupOf, int(graph.from, e));
    if (group !== int(grouping.groupOf, int(graph.to, e))) continue;
    const ends = from[group];
    place[e] = ends?.length ?? -1;
    ends?.push(int(grouping.place, int(graph.from, e)));
    to[group]?.push(int(grouping.place, int(graph.to, e)));
  }
  return { from, to, place };
}

interface GroupsInput {
  readonly canonical: CanonicalGraph;
  readonly grouping: Grouping;
  readonly inner: InnerEdges;
  readonly options: LayoutOptions;
}

function layoutGroups(
  { canonical, grouping, inner, options }: GroupsInput,
  cache: LayoutCache | undefined,
): { readonly layouts: readonly LayeredLayout[]; readonly laidOut: number } {
  cache?.turn();
  const optionsKey = JSON.stringify(options);
  let laidOut = 0;
  const layouts = grouping.names.map((_, g) => {
    const members = grouping.member.subarray(int(grouping.start, g), int(grouping.start, g + 1));
    const group: GroupInput = {
      members: Array.from(members, (v) => text(canonical.names, v)),
      from: Int32Array.from(inner.from[g] ?? []),
      to: Int32Array.from(inner.to[g] ?? []),
    };
    const hash = groupContentHash(group, optionsKey);
    const known = cache?.get(hash);
    if (known !== undefined) return known;
    laidOut++;
    const layout = layoutGroup(group, options);
    cache?.set(hash, layout);
    return layout;
  });
  return { layouts, laidOut };
}

interface AssembleInput extends GroupsInput {
  readonly layouts: readonly LayeredLayout[];
  readonly trunks: TrunkLayout;
  readonly laidOut: number;
}

function assemble(parts: AssembleInput): GraphLayout {
  const { canonical, grouping, trunks, options } = parts;
  return {
    kind: "layout",
    width: trunks.width,
    height: trunks.height,
    nodeWidth: options.nodeWidth,
    nodeHeight: options.nodeHeight,
    ...placeNodes(parts),
    groupNames: grouping.names,
    groupX: Float32Array.from(trunks.x),
    groupY: Float32Array.from(trunks.y),
    groupWidth: Float32Array.from(trunks.boxWidth),
    groupHeight: Float32Array.from(trunks.boxHeight),
    groupStart: grouping.start,
    groupMember: grouping.member.map((v) => int(canonical.inputNode, v)),
    ...placeEdges(parts),
    ...placeBundles(parts),
    trunkFrom: trunks.from,
    trunkTo: trunks.to,
    trunkSize: trunks.size,
    trunkRouteStart: trunks.routeStart,
    trunkRoute: Float32Array.from(trunks.route),
    groupsLaidOut: parts.laidOut,
  };
}

function placeNodes({
  canonical,
  grouping,
  layouts,
  trunks,
  options,
}: AssembleInput): Pick<GraphLayout, "nodeX" | "nodeY" | "nodeGroup"> {
  const count = canonical.names.length;
  const nodeX = new Float32Array(count);
  const nodeY = new Float32Array(count);
  const nodeGroup = new Int32Array(count);
  for (let v = 0; v < count; v++) {
    const g = int(grouping.groupOf, v);
    const node = int(canonical.inputNode, v);
    const layout = layouts[g];
    if (layout === undefined) continue;
    nodeGroup[node] = g;
    nodeX[node] = num(trunks.x, g) + options.groupPadding + num(layout.x, int(grouping.place, v));
    nodeY[node] = num(trunks.y, g) + options.groupHeader + num(layout.y, int(grouping.place, v));
  }
  return { nodeX, nodeY, nodeGroup };
}

function placeEdges(parts: AssembleInput): Pick<GraphLayout, "edgeRouteStart" | "edgeRoute" | "edgeBundle"> {
  const { canonical, grouping, inner, layouts, trunks, options } = parts;
  const edges = canonical.canonicalEdge.length;
  const bundleBase = bundleBases(layouts);
  const edgeRouteStart = new Int32Array(edges + 1);
  const edgeBundle = new Int32Array(edges).fill(-1);
  /** Group of each edge; -1 between groups. */
  const groupOf = new Int32Array(edges).fill(-1);
  for (let e = 0; e < edges; e++) {
    const edge = int(canonical.canonicalEdge, e);
    const place = edge < 0 ? -1 : int(inner.place, edge);
    const g = place < 0 ? -1 : int(grouping.groupOf, int(canonical.graph.from, edge));
    const layout = layouts[g];
    let points = 0;
    if (layout !== undefined) {
      groupOf[e] = g;
      points = int(layout.routeStart, place + 1) - int(layout.routeStart, place);
      const bundle = int(layout.edgeBundle, place);
      if (bundle >= 0) edgeBundle[e] = (bundleBase[g] ?? 0) + bundle;
    }
    edgeRouteStart[e + 1] = int(edgeRouteStart, e) + points;
  }
  const edgeRoute = new Float32Array(2 * int(edgeRouteStart, edges));
  for (let e = 0; e < edges; e++) {
    const layout = layouts[int(groupOf, e)];
    if (layout === undefined) continue;
    const dx = num(trunks.x, int(groupOf, e)) + options.groupPadding;
    const dy = num(trunks.y, int(groupOf, e)) + options.groupHeader;
    let from = 2 * int(layout.routeStart, int(inner.place, int(canonical.canonicalEdge, e)));
    for (let i = 2 * int(edgeRouteStart, e); i < 2 * int(edgeRouteStart, e + 1); i += 2) {
      edgeRoute[i] = num(layout.route, from++) + dx;
      edgeRoute[i + 1] = num(layout.route, from++) + dy;
    }
  }
  return { edgeRouteStart, edgeRoute, edgeBundle };
}

function placeBundles(parts: AssembleInput): Pick<GraphLayout, "bundleTarget" | "bundleSize" | "bundleX" | "bundleY"> {
  const { canonical, grouping, layouts, trunks, options } = parts;
  const target: number[] = [];
  const size: number[] = [];
  const x: number[] = [];
  const y: number[] = [];
  layouts.forEach((layout, g) => {
    for (let b = 0; b < layout.bundleTarget.length; b++) {
      const member = int(grouping.member, int(grouping.start, g) + int(layout.bundleTarget, b));
      target.push(int(canonical.inputNode, member));
      size.push(int(layout.bundleSize, b));
      x.push(num(trunks.x, g) + options.groupPadding + num(layout.bundleX, b));
      y.push(num(trunks.y, g) + options.groupHeader + num(layout.bundleY, b));
    }
  });
  return {
    bundleTarget: Int32Array.from(target),
    bundleSize: Int32Array.from(size),
    bundleX: Float32Array.from(x),
    bundleY: Float32Array.from(y),
  };
}

/** Number of the first bundle of each group among all bundles. */
function bundleBases(layouts: readonly LayeredLayout[]): number[] {
  let base = 0;
  return layouts.map((layout) => {
    const own = base;
    base += layout.bundleTarget.length;
    return own;
  });
}
