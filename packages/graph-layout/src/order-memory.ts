import { ContentHash } from "./content-hash.ts";
import type { LayerOrder } from "./crossing-count.ts";
import { orderLayers } from "./layer-ordering.ts";
import type { ProperGraph } from "./proper-graph.ts";
import { int, num } from "./typed-read.ts";

/** Orders that are remembered. */
const KEPT_ORDERS = 4;

/**
 * Remembers how the layers of graphs were ordered. The order depends on the graph and its weights and not on the sizes of
 * the boxes, and finding it is the longest part of a layout.
 */
export class OrderMemory {
  readonly #known = new Map<string, LayerOrder>();

  /** The order of a graph's layers, remembered or found anew: the same in both cases. */
  order(graph: ProperGraph, sweeps: number): LayerOrder {
    const hash = hashOf(graph, sweeps);
    const order = this.#known.get(hash) ?? orderLayers(graph, sweeps);
    this.#known.delete(hash);
    this.#known.set(hash, order);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= KEPT_ORDERS) break;
      this.#known.delete(oldest);
    }
    return order;
  }
}

function hashOf({ layer, segments, segmentWeight }: ProperGraph, sweeps: number): string {
  const hash = new ContentHash().number(sweeps);
  for (const own of layer) hash.number(own);
  for (let e = 0; e < segments.from.length; e++) {
    hash
      .number(int(segments.from, e))
      .number(int(segments.to, e))
      .number(Math.round(num(segmentWeight, e) * 1e6));
  }
  return `${layer.length}:${segments.from.length}:${hash.digest()}`;
}
