import { CrossingCounter, type LayerOrder } from "./crossing-count.ts";
import { type Adjacency, degree } from "./directed-graph.ts";
import type { ProperGraph } from "./proper-graph.ts";
import { exchangeNeighbours } from "./neighbour-exchange.ts";
import { int, num } from "./typed-read.ts";

/** Above this many vertices the exchange of neighbours costs more than it is worth. */
const EXCHANGE_LIMIT = 2_000;

/** Sweeps without improvement after which the search ends. */
const PATIENCE = 3;

/** Orders the vertices of each layer so that few segments cross: barycentre sweeps in both directions, the best kept. */
export function orderLayers(graph: ProperGraph, sweeps: number): LayerOrder {
  const order = depthFirstOrder(graph);
  const position = new Int32Array(graph.layer.length);
  readPositions(order, position);
  let widest = 0;
  for (let l = 0; l < graph.layerCount; l++) widest = Math.max(widest, int(order.start, l + 1) - int(order.start, l));
  const counter = new CrossingCounter(graph, widest);
  const sweep = new Sweep(graph, order, position);
  let best = order.vertex.slice();
  let fewest = counter.count(order, position, Number.POSITIVE_INFINITY);
  for (let round = 0, idle = 0; round < sweeps && idle < PATIENCE && fewest > 0; round++) {
    if (round % 2 === 0) sweep.forward();
    else sweep.backward();
    if (graph.layer.length <= EXCHANGE_LIMIT) exchangeNeighbours(graph, order, position);
    const crossings = counter.count(order, position, fewest);
    idle = crossings < fewest ? 0 : idle + 1;
    if (crossings < fewest) {
      fewest = crossings;
      best = order.vertex.slice();
    }
  }
  return { start: order.start, vertex: best };
}

/** The first order: depth first from the sources, which keeps connected vertices together. */
function depthFirstOrder(graph: ProperGraph): LayerOrder {
  const { layer, layerCount, segments } = graph;
  const start = new Int32Array(layerCount + 1);
  for (const l of layer) start[l + 1] = int(start, l + 1) + 1;
  for (let l = 0; l < layerCount; l++) start[l + 1] = int(start, l + 1) + int(start, l);
  const cursor = start.slice(0, layerCount);
  const vertex = new Int32Array(layer.length);
  const seen = new Uint8Array(layer.length);
  const stack: number[] = [];
  for (let root = 0; root < layer.length; root++) {
    if (degree(segments.in, root) > 0) continue;
    stack.push(root);
    for (let v = stack.pop(); v !== undefined; v = stack.pop()) {
      if (seen[v] === 1) continue;
      seen[v] = 1;
      const l = int(layer, v);
      vertex[int(cursor, l)] = v;
      cursor[l] = int(cursor, l) + 1;
      for (let i = int(segments.out.start, v + 1) - 1; i >= int(segments.out.start, v); i--) {
        stack.push(int(segments.out.target, i));
      }
    }
  }
  return { start, vertex };
}

function readPositions(order: LayerOrder, position: Int32Array): void {
  for (let l = 0; l + 1 < order.start.length; l++) {
    const first = int(order.start, l);
    for (let k = first; k < int(order.start, l + 1); k++) position[int(order.vertex, k)] = k - first;
  }
}

/** Sorts each layer by the mean position of its neighbours in the layer before it. Vertices without any keep their place. */
class Sweep {
  readonly #graph: ProperGraph;
  readonly #order: LayerOrder;
  readonly #position: Int32Array;
  readonly #key: Float64Array;
  readonly #moving: number[] = [];

  constructor(graph: ProperGraph, order: LayerOrder, position: Int32Array) {
    this.#graph = graph;
    this.#order = order;
    this.#position = position;
    this.#key = new Float64Array(graph.layer.length);
  }

  forward(): void {
    for (let l = 1; l < this.#graph.layerCount; l++) this.#sortLayer(l, this.#graph.segments.in);
  }

  backward(): void {
    for (let l = this.#graph.layerCount - 2; l >= 0; l--) this.#sortLayer(l, this.#graph.segments.out);
  }

  #sortLayer(layer: number, side: Adjacency): void {
    const first = int(this.#order.start, layer);
    const end = int(this.#order.start, layer + 1);
    const moving = this.#moving;
    moving.length = 0;
    for (let k = first; k < end; k++) {
      const v = int(this.#order.vertex, k);
      if (degree(side, v) === 0) continue;
      this.#key[v] = this.#barycentre(side, v);
      moving.push(v);
    }
    moving.sort((a, b) => num(this.#key, a) - num(this.#key, b) || int(this.#position, a) - int(this.#position, b));
    let next = 0;
    for (let k = first; k < end; k++) {
      if (degree(side, int(this.#order.vertex, k)) > 0) this.#order.vertex[k] = moving[next++] as number; // one for each
    }
    for (let k = first; k < end; k++) this.#position[int(this.#order.vertex, k)] = k - first;
  }

  #barycentre(side: Adjacency, v: number): number {
    let sum = 0;
    let total = 0;
    for (let i = int(side.start, v); i < int(side.start, v + 1); i++) {
      const weight = num(this.#graph.segmentWeight, int(side.edge, i));
      sum += weight * int(this.#position, int(side.target, i));
      total += weight;
    }
    return sum / total;
  }
}
