/**
 * The neighbours of every asset in one direction, in two typed arrays: those of asset `i` are
 * `targets[offsets[i]] … targets[offsets[i + 1] - 1]`, in ascending order.
 */
export interface GraphEdges {
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
}

/** Packs lists of neighbours, one list for each asset. */
export function packEdges(neighbours: readonly (readonly number[])[]): GraphEdges {
  const offsets = new Int32Array(neighbours.length + 1);
  for (const [index, list] of neighbours.entries()) offsets[index + 1] = (offsets[index] ?? 0) + list.length;
  const targets = new Int32Array(offsets[neighbours.length] ?? 0);
  for (const [index, list] of neighbours.entries())
    targets.set(
      list.toSorted((a, b) => a - b),
      offsets[index],
    );
  return { offsets, targets };
}

/** The neighbours of one asset; a view on the packed array. */
export function neighboursOf(edges: GraphEdges, index: number): Int32Array {
  return edges.targets.subarray(edges.offsets[index], edges.offsets[index + 1]);
}
