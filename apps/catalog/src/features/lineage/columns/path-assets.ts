import type { ColumnPathAnswer } from "@heddle/api";
import { stepsFrom } from "./steps-from.ts";

/** An asset on the path of a column. */
export interface PathAsset {
  readonly key: string;
  /** Its columns on the path; none where it reads, without saying what for. */
  readonly columns: readonly string[];
  /** On which side of the column that the path is of. */
  readonly side: "upstream" | "here" | "downstream";
}

/** The assets on a path, the farthest upstream first; those that are as far stand in the order of their keys. */
export function pathAssets({ column: centre, edges }: Pick<ColumnPathAnswer, "column" | "edges">): PathAsset[] {
  const columnsOf = new Map<string, Set<string>>([[centre.asset, new Set([centre.column])]]);
  for (const { from, to } of edges) {
    for (const { asset, column } of [from, to]) {
      const columns = columnsOf.get(asset) ?? new Set();
      if (column !== null) columns.add(column);
      columnsOf.set(asset, columns);
    }
  }
  const steps = stepsFrom(
    centre.asset,
    edges.map(({ from, to }) => ({ from: from.asset, to: to.asset })),
  );
  return [...columnsOf]
    .map(([key, columns]) => ({ key, columns: [...columns].toSorted(), steps: steps.get(key) ?? 0 }))
    .toSorted((a, b) => a.steps - b.steps || (a.key < b.key ? -1 : 1))
    .map(({ key, columns, steps: away }) => ({
      key,
      columns,
      side: away < 0 ? "upstream" : away > 0 ? "downstream" : "here",
    }));
}
