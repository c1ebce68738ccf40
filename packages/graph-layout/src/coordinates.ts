import type { Columns } from "./columns.ts";
import type { Adjacency } from "./directed-graph.ts";
import { IsotonicFit } from "./isotonic.ts";
import type { ProperGraph } from "./proper-graph.ts";
import { int, num } from "./typed-read.ts";

/** Rounds of relaxation: forward and backward in turn, the last two from both sides. */
const ROUNDS = 10;

/** Segments between lanes pull hardest, so that long edges run straight. */
const LANE_PULL = 8;
const LANE_END_PULL = 2;

/** What a vertex without neighbours on the side in question weighs: enough to stay, too little to push. */
const REST_WEIGHT = 0.05;

/** Vertical distances. Heights are of all vertices, lanes included. */
export interface VerticalOptions {
  readonly height: Float64Array;
  /** Between two boxes. */
  readonly gap: number;
  /** Between a lane and anything. */
  readonly laneGap: number;
}

/**
 * Centre `y` of each vertex: each column is fitted, in its order and with its distances kept, as near as possible (in
 * weighted least squares) to the heights of its neighbours.
 */
export function assignCentres(graph: ProperGraph, columns: Columns, options: VerticalOptions): Float64Array {
  const fitter = new ColumnFitter(graph, columns, options);
  fitter.stack();
  const { in: before, out: after } = graph.segments;
  for (let round = 0; round < ROUNDS; round++) {
    const both = round >= ROUNDS - 2;
    if (round % 2 === 0) fitter.forward(both ? [before, after] : [before]);
    else fitter.backward(both ? [before, after] : [after]);
  }
  return fitter.centre;
}

class ColumnFitter {
  readonly centre: Float64Array;
  readonly #graph: ProperGraph;
  readonly #columns: Columns;
  readonly #options: VerticalOptions;
  readonly #fit = new IsotonicFit();
  readonly #wanted: Float64Array;
  readonly #weight: Float64Array;
  /** Sum of the distances from the first vertex of the column. */
  readonly #offset: Float64Array;

  constructor(graph: ProperGraph, columns: Columns, options: VerticalOptions) {
    const vertices = graph.layer.length;
    this.centre = new Float64Array(vertices);
    this.#graph = graph;
    this.#columns = columns;
    this.#options = options;
    this.#wanted = new Float64Array(vertices);
    this.#weight = new Float64Array(vertices);
    this.#offset = new Float64Array(vertices);
  }

  /** The start: each column stacked tightly around zero. */
  stack(): void {
    for (let c = 0; c + 1 < this.#columns.start.length; c++) {
      const first = int(this.#columns.start, c);
      const end = int(this.#columns.start, c + 1);
      let offset = 0;
      for (let k = first; k < end; k++) {
        if (k > first) offset += this.#distance(int(this.#columns.vertex, k - 1), int(this.#columns.vertex, k));
        this.#offset[k] = offset;
      }
      for (let k = first; k < end; k++) this.centre[int(this.#columns.vertex, k)] = num(this.#offset, k) - offset / 2;
    }
  }

  forward(sides: readonly Adjacency[]): void {
    for (let c = 0; c + 1 < this.#columns.start.length; c++) this.#fitColumn(c, sides);
  }

  backward(sides: readonly Adjacency[]): void {
    for (let c = this.#columns.start.length - 2; c >= 0; c--) this.#fitColumn(c, sides);
  }

  #fitColumn(column: number, sides: readonly Adjacency[]): void {
    const first = int(this.#columns.start, column);
    const length = int(this.#columns.start, column + 1) - first;
    for (let i = 0; i < length; i++) this.#want(int(this.#columns.vertex, first + i), i, sides);
    for (let i = 0; i < length; i++) this.#wanted[i] = num(this.#wanted, i) - num(this.#offset, first + i);
    this.#fit.fit(this.#wanted, this.#weight, length);
    for (let i = 0; i < length; i++) {
      this.centre[int(this.#columns.vertex, first + i)] = num(this.#wanted, i) + num(this.#offset, first + i);
    }
  }

  #want(v: number, slot: number, sides: readonly Adjacency[]): void {
    let sum = 0;
    let total = 0;
    for (const side of sides) {
      for (let i = int(side.start, v); i < int(side.start, v + 1); i++) {
        const other = int(side.target, i);
        const pull = num(this.#graph.segmentWeight, int(side.edge, i)) * this.#pull(v, other);
        sum += pull * num(this.centre, other);
        total += pull;
      }
    }
    this.#wanted[slot] = total > 0 ? sum / total : num(this.centre, v);
    this.#weight[slot] = total > 0 ? total : REST_WEIGHT;
  }

  #pull(a: number, b: number): number {
    const lanes = Number(a >= this.#graph.boxCount) + Number(b >= this.#graph.boxCount);
    return lanes === 2 ? LANE_PULL : lanes === 1 ? LANE_END_PULL : 1;
  }

  #distance(upper: number, lower: number): number {
    const boxes = upper < this.#graph.boxCount && lower < this.#graph.boxCount;
    const gap = boxes ? this.#options.gap : this.#options.laneGap;
    return (num(this.#options.height, upper) + num(this.#options.height, lower)) / 2 + gap;
  }
}
