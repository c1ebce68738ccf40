import type { LayerOrder } from "./crossing-count.ts";
import { type Adjacency, degree } from "./directed-graph.ts";
import type { ProperGraph } from "./proper-graph.ts";
import { int, num } from "./typed-read.ts";

/** Pairs with more products of segments than this are left alone: hubs would make a round quadratic. */
const PAIR_LIMIT = 1_024;

const MAX_ROUNDS = 6;

/** Swaps neighbours in a layer as long as a swap removes crossings, in rounds over all layers. Changes its arguments. */
export function exchangeNeighbours(graph: ProperGraph, order: LayerOrder, position: Int32Array): void {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    let swapped = false;
    for (let l = 0; l < graph.layerCount; l++) {
      for (let k = int(order.start, l); k + 1 < int(order.start, l + 1); k++) {
        const upper = int(order.vertex, k);
        const lower = int(order.vertex, k + 1);
        if (gain(graph, position, [upper, lower]) <= 0) continue;
        order.vertex[k] = lower;
        order.vertex[k + 1] = upper;
        position[lower] = int(position, lower) - 1;
        position[upper] = int(position, upper) + 1;
        swapped = true;
      }
    }
    if (!swapped) return;
  }
}

type Pair = readonly [upper: number, lower: number];

function gain(graph: ProperGraph, position: Int32Array, pair: Pair): number {
  const { out, in: incoming } = graph.segments;
  return (
    sideGain(out, graph.segmentWeight, { position, pair }) + sideGain(incoming, graph.segmentWeight, { position, pair })
  );
}

function sideGain(
  side: Adjacency,
  weight: Float64Array,
  { position, pair: [upper, lower] }: { readonly position: Int32Array; readonly pair: Pair },
): number {
  if (degree(side, upper) * degree(side, lower) > PAIR_LIMIT) return 0;
  let saved = 0;
  for (let i = int(side.start, upper); i < int(side.start, upper + 1); i++) {
    const upperEnd = int(position, int(side.target, i));
    const upperWeight = num(weight, int(side.edge, i));
    for (let j = int(side.start, lower); j < int(side.start, lower + 1); j++) {
      const lowerEnd = int(position, int(side.target, j));
      if (upperEnd !== lowerEnd) saved += Math.sign(upperEnd - lowerEnd) * upperWeight * num(weight, int(side.edge, j));
    }
  }
  return saved;
}
