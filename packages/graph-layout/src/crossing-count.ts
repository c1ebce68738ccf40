import type { ProperGraph } from "./proper-graph.ts";
import { int, num } from "./typed-read.ts";

/** The vertices of each layer from top to bottom: layer `l` holds `vertex[start[l]] … vertex[start[l + 1] - 1]`. */
export interface LayerOrder {
  readonly start: Int32Array;
  readonly vertex: Int32Array;
}

/**
 * Counts crossings between neighbouring layers, each weighted by the product of the two segments' weights, with a
 * Fenwick tree over the positions of the next layer: O(segments · log(vertices)).
 */
export class CrossingCounter {
  readonly #graph: ProperGraph;
  readonly #tree: Float64Array;
  readonly #scratch: { position: number; weight: number }[] = [];

  constructor(graph: ProperGraph, widestLayer: number) {
    this.#graph = graph;
    this.#tree = new Float64Array(widestLayer + 1);
  }

  /** Weighted crossings of the whole order; stops early once they exceed `limit`. */
  count(order: LayerOrder, position: Int32Array, limit: number): number {
    let total = 0;
    for (let layer = 0; layer + 1 < this.#graph.layerCount && total <= limit; layer++) {
      total += this.#betweenLayers(order, position, layer);
    }
    return total;
  }

  #betweenLayers(order: LayerOrder, position: Int32Array, layer: number): number {
    const { segments, segmentWeight } = this.#graph;
    const size = int(order.start, layer + 2) - int(order.start, layer + 1);
    this.#tree.fill(0, 0, size + 1);
    let inserted = 0;
    let crossings = 0;
    for (let k = int(order.start, layer); k < int(order.start, layer + 1); k++) {
      const v = int(order.vertex, k);
      this.#scratch.length = 0;
      for (let i = int(segments.out.start, v); i < int(segments.out.start, v + 1); i++) {
        const weight = num(segmentWeight, int(segments.out.edge, i));
        this.#scratch.push({ position: int(position, int(segments.out.target, i)), weight });
      }
      if (this.#scratch.length > 1) this.#scratch.sort((a, b) => a.position - b.position);
      for (const end of this.#scratch) {
        crossings += end.weight * (inserted - this.#sumUpTo(end.position));
        this.#add(end.position, end.weight, size);
        inserted += end.weight;
      }
    }
    return crossings;
  }

  #sumUpTo(position: number): number {
    let sum = 0;
    for (let i = position + 1; i > 0; i -= i & -i) sum += num(this.#tree, i);
    return sum;
  }

  #add(position: number, weight: number, size: number): void {
    for (let i = position + 1; i <= size; i += i & -i) this.#tree[i] = num(this.#tree, i) + weight;
  }
}
