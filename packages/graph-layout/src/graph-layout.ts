/**
 * A finished layout on flat arrays, indexed like the input's nodes and edges. Lengths are pixels at 100 %, from the top
 * left corner of the picture.
 */
export interface GraphLayout {
  readonly kind: "layout";
  readonly width: number;
  readonly height: number;
  readonly nodeWidth: number;
  readonly nodeHeight: number;
  /** Left and top edge of each node. */
  readonly nodeX: Float32Array;
  readonly nodeY: Float32Array;
  /** Group of each node. */
  readonly nodeGroup: Int32Array;

  readonly groupNames: readonly string[];
  readonly groupX: Float32Array;
  readonly groupY: Float32Array;
  readonly groupWidth: Float32Array;
  readonly groupHeight: Float32Array;
  /** Members of group `g`: `groupMember[groupStart[g]] … groupMember[groupStart[g + 1] - 1]`, in the order of their names. */
  readonly groupStart: Int32Array;
  readonly groupMember: Int32Array;

  /**
   * Points of edge `e` between its ends: `edgeRoute[2 * edgeRouteStart[e]] …`, x and y in turn. Points come in pairs: a
   * curve leads to the first of a pair, a straight line to the second. Edges between groups have none.
   */
  readonly edgeRouteStart: Int32Array;
  readonly edgeRoute: Float32Array;
  /** Bundle of each edge, or -1: the edge ends in the bundle's port and shares the rest of its route. */
  readonly edgeBundle: Int32Array;
  readonly bundleTarget: Int32Array;
  readonly bundleSize: Int32Array;
  readonly bundleX: Float32Array;
  readonly bundleY: Float32Array;

  /** Edges between groups, taken together: how many edges each trunk stands for, and its route as above. */
  readonly trunkFrom: Int32Array;
  readonly trunkTo: Int32Array;
  readonly trunkSize: Int32Array;
  readonly trunkRouteStart: Int32Array;
  readonly trunkRoute: Float32Array;

  /** How many groups were laid out, the others came from the cache. */
  readonly groupsLaidOut: number;
}

/** The input cannot be layered: each node of `cycle` feeds the next, and the last one feeds the first. */
export interface CyclicGraph {
  readonly kind: "cycle";
  readonly cycle: readonly number[];
}

/** The buffers of a layout, to hand them over to another thread without a copy. */
export function layoutBuffers(layout: GraphLayout): ArrayBuffer[] {
  return Object.values(layout).flatMap((value: unknown) =>
    ArrayBuffer.isView(value) && value.buffer instanceof ArrayBuffer ? [value.buffer] : [],
  );
}
