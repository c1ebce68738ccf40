import { layoutBoxGraph } from "./box-graph-layout.ts";
import { ContentHash } from "./content-hash.ts";
import { directedGraph } from "./directed-graph.ts";
import type { LayeredLayout } from "./layered-layout.ts";
import type { LayoutOptions } from "./layout-options.ts";
import { int } from "./typed-read.ts";

/** One group by itself: its members in their canonical order, and the edges between them by place. */
export interface GroupInput {
  readonly members: readonly string[];
  readonly from: Int32Array;
  readonly to: Int32Array;
}

/** A group keeps at least this many nodes in one column, however few it has. */
const MIN_COLUMN = 8;

const LANE_HEIGHT = 4;
const LANE_GAP = 12;

/** Names a group's layout by what it depends on, so that an unchanged group is never laid out again. */
export function groupContentHash(input: GroupInput, optionsKey: string): string {
  const hash = new ContentHash().text(optionsKey);
  for (const member of input.members) hash.text(member);
  for (let e = 0; e < input.from.length; e++) hash.number(int(input.from, e)).number(int(input.to, e));
  return `${input.members.length}:${input.from.length}:${hash.digest()}`;
}

/** Lays out one group alone; coordinates are inside its box, padding and header not included. */
export function layoutGroup(input: GroupInput, options: LayoutOptions): LayeredLayout {
  const count = input.members.length;
  return layoutBoxGraph({
    graph: directedGraph(count, input.from, input.to),
    weight: new Float64Array(input.from.length).fill(1),
    width: new Float64Array(count).fill(options.nodeWidth),
    height: new Float64Array(count).fill(options.nodeHeight),
    layerGap: options.layerGap,
    columnGap: options.nodeGap,
    gap: options.nodeGap,
    laneHeight: LANE_HEIGHT,
    laneGap: LANE_GAP,
    aspect: options.groupAspect,
    minLayerHeight: MIN_COLUMN * (options.nodeHeight + options.nodeGap),
    bundleThreshold: options.bundleThreshold,
    sweeps: options.sweeps,
  });
}
