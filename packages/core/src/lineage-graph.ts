import { findCycles } from "./graph-cycles.ts";
import { neighboursOf, type GraphEdges } from "./graph-edges.ts";

/**
 * The lineage of a set of assets. Assets are numbered in the order in which they were given; everything but `keys` works
 * on these numbers, so that 10,000 assets are walked in a millisecond.
 */
export class LineageGraph {
  /** Asset keys by number. */
  readonly keys: readonly string[];
  readonly upstream: GraphEdges;
  readonly downstream: GraphEdges;
  /** Numbers of all assets, each after everything that it depends on; assets on a cycle come last. */
  readonly topologicalOrder: Int32Array;
  /**
   * One path for every group of assets that depend on each other in a circle: the shortest through the group's first
   * asset, in the direction of data, that asset repeated at the end. Empty for valid definitions.
   */
  readonly cycles: readonly (readonly string[])[];
  readonly #indices: ReadonlyMap<string, number>;

  /** @param edges by number: of each asset what it depends on, and what depends on it, ascending, none on itself */
  constructor(keys: readonly string[], edges: { readonly upstream: GraphEdges; readonly downstream: GraphEdges }) {
    this.keys = keys;
    this.upstream = edges.upstream;
    this.downstream = edges.downstream;
    this.#indices = new Map(keys.map((key, index) => [key, index]));
    const { order, ordered } = sortTopologically(edges.upstream, edges.downstream);
    this.topologicalOrder = order;
    this.cycles = findCycles(edges.downstream, order.subarray(ordered)).map((cycle) =>
      cycle.map((index) => this.keyOf(index)),
    );
  }

  /** How many assets there are. */
  get size(): number {
    return this.keys.length;
  }

  /** Number of an asset, or -1 when there is none with this key. */
  indexOf(key: string): number {
    return this.#indices.get(key) ?? -1;
  }

  /** Key of an asset by its number. @throws RangeError for a number that no asset has */
  keyOf(index: number): string {
    const key = this.keys[index];
    if (key === undefined) throw new RangeError(`the graph has ${this.size} assets and none with number ${index}`);
    return key;
  }

  /** Numbers of the assets that asset `index` depends on directly, ascending. A view: do not change it. */
  upstreamOf(index: number): Int32Array {
    return neighboursOf(this.upstream, index);
  }

  /** Numbers of the assets that depend on asset `index` directly, ascending. A view: do not change it. */
  downstreamOf(index: number): Int32Array {
    return neighboursOf(this.downstream, index);
  }

  /** The given assets and everything that they depend on, at most `depth` steps away. */
  ancestors(of: Iterable<number>, depth = Infinity): Set<number> {
    return this.#walk(of, depth, (index) => this.upstreamOf(index));
  }

  /** The given assets and everything that depends on them, at most `depth` steps away. */
  descendants(of: Iterable<number>, depth = Infinity): Set<number> {
    return this.#walk(of, depth, (index) => this.downstreamOf(index));
  }

  #walk(from: Iterable<number>, depth: number, next: (index: number) => Int32Array): Set<number> {
    const reached = new Set(from);
    let frontier = [...reached];
    for (let step = 0; step < depth && frontier.length > 0; step += 1) {
      const found: number[] = [];
      for (const index of frontier) {
        for (const neighbour of next(index)) {
          if (reached.has(neighbour)) continue;
          reached.add(neighbour);
          found.push(neighbour);
        }
      }
      frontier = found;
    }
    return reached;
  }
}

/**
 * Kahn's algorithm on a queue, so that the order follows from the order of the assets alone. What is on or behind a cycle
 * is appended; `ordered` says where that part begins.
 */
function sortTopologically(upstream: GraphEdges, downstream: GraphEdges): { order: Int32Array; ordered: number } {
  const size = upstream.offsets.length - 1;
  const order = new Int32Array(size);
  const waitingFor = new Int32Array(size);
  let ordered = 0;
  for (let index = 0; index < size; index += 1) {
    waitingFor[index] = neighboursOf(upstream, index).length;
    if (waitingFor[index] === 0) order[ordered++] = index;
  }
  for (let done = 0; done < ordered; done += 1) {
    const index = order[done] ?? 0;
    for (const target of neighboursOf(downstream, index)) {
      const left = (waitingFor[target] ?? 0) - 1;
      waitingFor[target] = left;
      if (left === 0) order[ordered++] = target;
    }
  }
  let end = ordered;
  for (let index = 0; index < size; index += 1) {
    if ((waitingFor[index] ?? 0) > 0) order[end++] = index;
  }
  return { order, ordered };
}
