import type { AssetsSnapshot } from "@heddle/api";

/** The lineage of a snapshot as two columns of rows; `from` is upstream. */
export function snapshotEdges({ counts, back }: AssetsSnapshot["edges"]): {
  readonly from: Int32Array;
  readonly to: Int32Array;
} {
  const from = new Int32Array(back.length);
  const to = new Int32Array(back.length);
  let edge = 0;
  counts.forEach((count, row) => {
    for (const end = edge + count; edge < end; edge++) {
      from[edge] = row - (back[edge] ?? 0);
      to[edge] = row;
    }
  });
  return { from, to };
}
