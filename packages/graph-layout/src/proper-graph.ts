import { degree, type DirectedGraph, directedGraph } from "./directed-graph.ts";
import { int, num } from "./typed-read.ts";

/**
 * A layered graph in which every segment joins neighbouring layers: an edge that spans several layers runs through one
 * lane (a vertex without a box) in each layer between. Vertices below `boxCount` are the boxes, the others lanes.
 */
export interface ProperGraph {
  readonly boxCount: number;
  readonly layer: Int32Array;
  readonly layerCount: number;
  readonly segments: DirectedGraph;
  readonly segmentWeight: Float64Array;
  /** The lanes of edge `e` from source to target are `lane[laneStart[e]] … lane[laneStart[e + 1] - 1]`. */
  readonly laneStart: Int32Array;
  readonly lane: Int32Array;
  /** The bundle that edge `e` belongs to, or -1. */
  readonly edgeBundle: Int32Array;
  readonly bundleTarget: Int32Array;
  readonly bundleSize: Int32Array;
}

/** What `properGraph` is built from: an acyclic graph with its layers. */
export interface ProperGraphInput {
  readonly graph: DirectedGraph;
  readonly layer: Int32Array;
  readonly weight: Float64Array;
  /** More edges than this from one layer into one vertex are folded into one bundle. */
  readonly bundleThreshold: number;
}

/** Cuts long edges into segments and folds large fan-ins into bundles that share their lanes. */
export function properGraph(input: ProperGraphInput): ProperGraph {
  const { graph, weight } = input;
  const edges = graph.from.length;
  const bundles = findBundles(input);
  const builder = new SegmentBuilder(input.layer);
  const laneStart = new Int32Array(edges + 1);
  const lane: number[] = [];
  const sharedLanes = new Map<number, readonly number[]>();
  for (let e = 0; e < edges; e++) {
    const bundle = int(bundles.edgeBundle, e);
    const from = int(graph.from, e);
    const to = int(graph.to, e);
    let chain = sharedLanes.get(bundle);
    if (chain === undefined) {
      const size = bundle < 0 ? 0 : int(bundles.size, bundle);
      chain = builder.chain(from, to, num(weight, e) * Math.log2(2 + size));
      if (bundle >= 0) sharedLanes.set(bundle, chain);
    }
    builder.segment(from, chain[0] ?? to, num(weight, e));
    for (const vertex of chain) lane.push(vertex);
    laneStart[e + 1] = lane.length;
  }
  return {
    boxCount: graph.count,
    ...builder.finish(),
    laneStart,
    lane: Int32Array.from(lane),
    edgeBundle: bundles.edgeBundle,
    bundleTarget: Int32Array.from(bundles.target),
    bundleSize: Int32Array.from(bundles.size),
  };
}

/** Collects lanes and segments while edges are cut. */
class SegmentBuilder {
  readonly #layer: number[];
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  readonly #weight: number[] = [];

  constructor(layer: Int32Array) {
    this.#layer = Array.from(layer);
  }

  segment(from: number, to: number, weight: number): void {
    this.#from.push(from);
    this.#to.push(to);
    this.#weight.push(weight);
  }

  /** Makes the lanes between two boxes and all segments but the first, which the caller adds for each edge. */
  chain(from: number, to: number, weight: number): number[] {
    const lanes: number[] = [];
    for (let layer = this.#layerOf(from) + 1; layer < this.#layerOf(to); layer++) {
      lanes.push(this.#layer.length);
      this.#layer.push(layer);
    }
    lanes.forEach((vertex, i) => this.segment(vertex, lanes[i + 1] ?? to, weight));
    return lanes;
  }

  finish(): Pick<ProperGraph, "layer" | "layerCount" | "segments" | "segmentWeight"> {
    const layer = Int32Array.from(this.#layer);
    return {
      layer,
      layerCount: layer.reduce((most, own) => Math.max(most, own + 1), 0),
      segments: directedGraph(layer.length, Int32Array.from(this.#from), Int32Array.from(this.#to)),
      segmentWeight: Float64Array.from(this.#weight),
    };
  }

  #layerOf(vertex: number): number {
    return this.#layer[vertex] as number; // vertices come from the graph whose layers these are
  }
}

interface Bundles {
  readonly edgeBundle: Int32Array;
  readonly target: number[];
  readonly size: Int32Array;
}

function findBundles({ graph, layer, bundleThreshold }: ProperGraphInput): Bundles {
  const edgeBundle = new Int32Array(graph.from.length).fill(-1);
  const target: number[] = [];
  const size: number[] = [];
  for (let v = 0; v < graph.count; v++) {
    if (degree(graph.in, v) <= bundleThreshold) continue;
    const byLayer = new Map<number, number[]>();
    for (let i = int(graph.in.start, v); i < int(graph.in.start, v + 1); i++) {
      const key = int(layer, int(graph.in.target, i));
      const edges = byLayer.get(key);
      if (edges === undefined) byLayer.set(key, [int(graph.in.edge, i)]);
      else edges.push(int(graph.in.edge, i));
    }
    for (const edges of byLayer.values()) {
      if (edges.length <= bundleThreshold) continue;
      for (const e of edges) edgeBundle[e] = target.length;
      target.push(v);
      size.push(edges.length);
    }
  }
  return { edgeBundle, target, size: Int32Array.from(size) };
}
