import { degree, type DirectedGraph } from "./directed-graph.ts";
import { int, num } from "./typed-read.ts";

/**
 * Orders the vertices so that little weight points backwards (the greedy heuristic of Eades, Lin and Smyth), and returns
 * the rank of each vertex. Collapsing the groups of an acyclic graph can make cycles between the groups; edges against the
 * rank are turned round for the layout and drawn as they are.
 */
export function feedbackRank(graph: DirectedGraph, weight: Float64Array): Int32Array {
  const { count } = graph;
  const state = new Removal(graph, weight);
  const rank = new Int32Array(count);
  let first = 0;
  let last = count - 1;
  while (first <= last) {
    const sink = state.nextSink();
    if (sink >= 0) {
      rank[sink] = last--;
      state.remove(sink);
      continue;
    }
    const source = state.nextSource();
    const v = source >= 0 ? source : state.heaviestOut();
    rank[v] = first++;
    state.remove(v);
  }
  return rank;
}

/** What is left of the graph while vertices are taken away one by one. */
class Removal {
  readonly #graph: DirectedGraph;
  readonly #weight: Float64Array;
  readonly #gone: Uint8Array;
  readonly #outDegree: Int32Array;
  readonly #inDegree: Int32Array;
  /** Outgoing minus incoming weight. */
  readonly #balance: Float64Array;
  readonly #sinks: number[] = [];
  readonly #sources: number[] = [];

  constructor(graph: DirectedGraph, weight: Float64Array) {
    this.#graph = graph;
    this.#weight = weight;
    this.#gone = new Uint8Array(graph.count);
    this.#outDegree = new Int32Array(graph.count);
    this.#inDegree = new Int32Array(graph.count);
    this.#balance = new Float64Array(graph.count);
    for (let e = 0; e < graph.from.length; e++) {
      const from = int(graph.from, e);
      const to = int(graph.to, e);
      this.#balance[from] = num(this.#balance, from) + num(weight, e);
      this.#balance[to] = num(this.#balance, to) - num(weight, e);
    }
    for (let v = graph.count - 1; v >= 0; v--) {
      this.#outDegree[v] = degree(graph.out, v);
      this.#inDegree[v] = degree(graph.in, v);
      if (int(this.#outDegree, v) === 0) this.#sinks.push(v);
      if (int(this.#inDegree, v) === 0) this.#sources.push(v);
    }
  }

  nextSink(): number {
    return this.#pop(this.#sinks);
  }

  nextSource(): number {
    return this.#pop(this.#sources);
  }

  /** The vertex that gives most and takes least; the lowest number wins a tie. */
  heaviestOut(): number {
    let best = -1;
    for (let v = 0; v < this.#graph.count; v++) {
      if (this.#gone[v] === 0 && (best < 0 || num(this.#balance, v) > num(this.#balance, best))) best = v;
    }
    return best;
  }

  remove(v: number): void {
    const { out, in: incoming } = this.#graph;
    this.#gone[v] = 1;
    for (let i = int(out.start, v); i < int(out.start, v + 1); i++) {
      const next = int(out.target, i);
      this.#balance[next] = num(this.#balance, next) + num(this.#weight, int(out.edge, i));
      this.#inDegree[next] = int(this.#inDegree, next) - 1;
      if (int(this.#inDegree, next) === 0) this.#sources.push(next);
    }
    for (let i = int(incoming.start, v); i < int(incoming.start, v + 1); i++) {
      const before = int(incoming.target, i);
      this.#balance[before] = num(this.#balance, before) - num(this.#weight, int(incoming.edge, i));
      this.#outDegree[before] = int(this.#outDegree, before) - 1;
      if (int(this.#outDegree, before) === 0) this.#sinks.push(before);
    }
  }

  #pop(stack: number[]): number {
    for (let v = stack.pop(); v !== undefined; v = stack.pop()) {
      if (this.#gone[v] === 0) return v;
    }
    return -1;
  }
}
