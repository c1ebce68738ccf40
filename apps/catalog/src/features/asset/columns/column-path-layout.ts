import type { ColumnEdge, ColumnRef } from "@heddle/core";
import { stepsFrom } from "../../lineage/columns/steps-from.ts";

/** Size of one column on the path, and the room between two. */
export const CARD = { width: 208, height: 44, gapX: 56, gapY: 10 } as const;

/** One column where it is drawn; `column: null`: an asset that reads, without saying what for. */
export interface PathNode {
  readonly id: string;
  readonly asset: string;
  readonly column: string | null;
  readonly x: number;
  readonly y: number;
}

/** A line from one column to another. */
export interface PathLine {
  readonly id: string;
  readonly from: PathNode;
  readonly to: PathNode;
  readonly passes: boolean;
}

/** A path with places. */
export interface PathLayout {
  readonly nodes: readonly PathNode[];
  readonly lines: readonly PathLine[];
  readonly width: number;
  readonly height: number;
}

/**
 * Places the columns of a path in layers by how many steps they are away from the one that it is of: what it comes from on
 * the left, what comes from it on the right. Each layer is centred and stands in the order of asset keys.
 */
export function layOutPath(center: ColumnRef, edges: readonly ColumnEdge[]): PathLayout {
  const depths = stepsFrom(
    nameOf(center),
    edges.map(({ from, to }) => ({ from: nameOf(from), to: nameOf(to) })),
  );
  const ends = new Map<string, { asset: string; column: string | null }>([[nameOf(center), center]]);
  for (const { from, to } of edges) for (const end of [from, to]) ends.set(nameOf(end), end);
  const layers = Map.groupBy(
    [...ends].toSorted(([a], [b]) => (a < b ? -1 : 1)),
    ([id]) => depths.get(id) ?? 0,
  );
  const least = Math.min(...layers.keys());
  const tallest = Math.max(...[...layers.values()].map(({ length }) => length));
  const height = tallest * (CARD.height + CARD.gapY) - CARD.gapY;
  const nodes = [...layers].flatMap(([depth, layer]) => {
    const top = (height - (layer.length * (CARD.height + CARD.gapY) - CARD.gapY)) / 2;
    return layer.map(([id, end], i): PathNode => ({
      id,
      ...end,
      x: (depth - least) * (CARD.width + CARD.gapX),
      y: top + i * (CARD.height + CARD.gapY),
    }));
  });
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const lines = edges.flatMap(({ from, to, passes }): PathLine[] => {
    const [a, b] = [byId.get(nameOf(from)), byId.get(nameOf(to))];
    return a === undefined || b === undefined ? [] : [{ id: `${a.id} ${b.id}`, from: a, to: b, passes }];
  });
  const width = layers.size * (CARD.width + CARD.gapX) - CARD.gapX;
  return { nodes, lines, width, height };
}

function nameOf({ asset, column }: { readonly asset: string; readonly column: string | null }): string {
  return `${asset}\n${column ?? ""}`;
}
