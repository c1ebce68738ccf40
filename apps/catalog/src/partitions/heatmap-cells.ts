import { PARTITION_STATUSES, PartitionSet } from "@heddle/core/internal";
import type { PartitionSpace } from "@heddle/core";
import { BY_URGENCY, codeOf } from "../status/status-look.ts";
import type { Partitions } from "./partition-space.ts";

type Dimensions = NonNullable<PartitionSpace["dimensions"]>;

/** What a heatmap shows of a definition of several dimensions. Places are those of the dimensions in the definition. */
export interface HeatmapChoice {
  /** From left to right. */
  readonly across: number;
  /** From top to bottom. */
  readonly down: number;
  /** Ordinals of other dimensions that are kept fixed, by place; of those that are not, each cell shows the worst. */
  readonly fixed: ReadonlyMap<number, number>;
}

/** The worst status of each cell. */
export interface HeatmapCells {
  readonly choice: HeatmapChoice;
  /** Ordinals of the dimension from left to right. */
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  /** Place in `BY_URGENCY` by cell, row after row; `NO_CELL` where no partition is. */
  readonly ranks: Uint8Array;
}

export const NO_CELL = 255;

/** Time from left to right and the longest of the others from top to bottom; without time the first two. */
export function defaultChoice({ spaces }: Dimensions): HeatmapChoice {
  const byTime = spaces.findIndex((space) => space.timeline !== null);
  const across = byTime < 0 ? 0 : byTime;
  const others = spaces.map((_, place) => place).filter((place) => place !== across);
  const down = others.reduce((best, place) => {
    const [own, other] = [spaces[place]?.all.size ?? 0, spaces[best]?.all.size ?? 0];
    return own > other ? place : best;
  }, others[0] ?? 0);
  return { across, down, fixed: new Map() };
}

/** Finds the worst status of each cell, by what is different and not by what there is. */
export function heatmapCells({ runs }: Partitions, dimensions: Dimensions, choice: HeatmapChoice): HeatmapCells {
  const xs = [...(dimensions.spaces[choice.across]?.all ?? [])];
  const ys = [...(dimensions.spaces[choice.down]?.all ?? [])];
  const ranks = new Uint8Array(xs.length * ys.length).fill(NO_CELL);
  const places = placesOf({ xs, ys });
  // The most urgent last: it stays where several meet in a cell.
  for (const status of BY_URGENCY.toReversed()) {
    const rank = BY_URGENCY.indexOf(status);
    const set = runs.setWith(new Set([codeOf(status)]));
    visitCells({ dimensions, choice, places, width: xs.length }, set, (cell) => {
      ranks[cell] = rank;
    });
  }
  return { choice, xs, ys, ranks };
}

/** Which cells hold a member of a set. */
export function markedCells(cells: HeatmapCells, dimensions: Dimensions, set: PartitionSet): Uint8Array {
  const marked = new Uint8Array(cells.ranks.length);
  const scope = { dimensions, choice: cells.choice, places: placesOf(cells), width: cells.xs.length };
  visitCells(scope, set, (cell) => {
    marked[cell] = 1;
  });
  return marked;
}

/** A rectangle of cells: columns `[left, right)`, rows `[top, bottom)`. */
export interface CellBox {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The partitions of a rectangle of cells. */
export function partitionsOfBox(
  { choice, xs, ys }: HeatmapCells,
  { spaces, radix }: Dimensions,
  { left, right, top, bottom }: CellBox,
): PartitionSet {
  return radix.product(
    spaces.map((space, place) => {
      if (place === choice.across) return PartitionSet.of(xs.slice(left, right));
      if (place === choice.down) return PartitionSet.of(ys.slice(top, bottom));
      const fixed = choice.fixed.get(place);
      return fixed === undefined ? space.all : PartitionSet.of([fixed]);
    }),
  );
}

/** The worst rank within a rectangle; `NO_CELL` when it is empty. */
export function worstOfBox({ ranks, xs }: HeatmapCells, { left, right, top, bottom }: CellBox): number {
  let worst = NO_CELL;
  for (let y = top; y < bottom; y++) {
    for (let cell = y * xs.length + left; cell < y * xs.length + right; cell++) {
      worst = Math.min(worst, ranks[cell] ?? NO_CELL);
    }
  }
  return worst;
}

/** What a rank is called. */
export function wordOfRank(rank: number): string {
  const status = BY_URGENCY[rank];
  return status === undefined ? "no partition" : (PARTITION_STATUSES[codeOf(status)] ?? "");
}

/** The next cell of this rank, row after row; -1 when there is none. */
export function nextOfRank(
  { ranks }: HeatmapCells,
  from: number,
  { rank, step }: { readonly rank: number; readonly step: 1 | -1 },
): number {
  for (let cell = from + step; cell >= 0 && cell < ranks.length; cell += step) if (ranks[cell] === rank) return cell;
  return -1;
}

interface Places {
  readonly ofX: ReadonlyMap<number, number>;
  readonly ofY: ReadonlyMap<number, number>;
}

function placesOf({ xs, ys }: Pick<HeatmapCells, "xs" | "ys">): Places {
  return {
    ofX: new Map(xs.map((ordinal, place) => [ordinal, place])),
    ofY: new Map(ys.map((ordinal, place) => [ordinal, place])),
  };
}

interface VisitScope {
  readonly dimensions: Dimensions;
  readonly choice: HeatmapChoice;
  readonly places: Places;
  readonly width: number;
}

function visitCells(
  { dimensions, choice, places, width }: VisitScope,
  set: PartitionSet,
  visit: (cell: number) => void,
): void {
  if (set.isEmpty) return;
  for (const box of dimensions.radix.boxes(set)) {
    const isOutside = [...choice.fixed].some(([place, ordinal]) => box[place]?.has(ordinal) !== true);
    if (isOutside) continue;
    const columns = [...(box[choice.across] ?? [])].flatMap((ordinal) => places.ofX.get(ordinal) ?? []);
    for (const ordinal of box[choice.down] ?? []) {
      const row = places.ofY.get(ordinal);
      if (row !== undefined) for (const column of columns) visit(row * width + column);
    }
  }
}
