import type { Catalog } from "../../data/catalog-state.ts";
import { selectionOfKeys } from "../../data/selection-of-keys.ts";

/**
 * What a launch selects, as it was written: the whole key of an asset is that asset, as on the command line. Elsewhere one
 * word finds every key that holds it, and more would be launched than the same words launch there.
 */
export function launchSelection({ index }: Catalog, text: string): string {
  const key = text.trim();
  return index.rowOfKey(key) === undefined ? text : selectionOfKeys([key]);
}

/** Rows among `rows` whose asset is cut into partitions. */
export function partitionedRows({ index }: Catalog, rows: Iterable<number>): readonly number[] {
  return Array.from(rows).filter((row) => index.external[row] === 0 && index.partitionsOf(row) !== null);
}

/**
 * The row whose partitions are chosen first, the others taking what these map to: one of `rows` that no other of them
 * leads to. `undefined` for an empty list.
 */
export function rootOf(catalog: Catalog, rows: readonly number[]): number | undefined {
  const candidates = new Set(rows);
  let root = rows[0];
  for (let next = root; next !== undefined; next = nearestUpstream(catalog, next, candidates)) root = next;
  return root;
}

function nearestUpstream({ index }: Catalog, row: number, candidates: ReadonlySet<number>): number | undefined {
  const { start, target } = index.graph.in;
  const seen = new Set([row]);
  // A set is walked in the order of insertion, what is added on the way included.
  for (const own of seen) {
    if (own !== row && candidates.has(own)) return own;
    for (let i = start[own] ?? 0; i < (start[own + 1] ?? 0); i++) seen.add(target[i] ?? 0);
  }
  return undefined;
}

/** Rows of the assets that read what is planned, directly or through others, and are not part of the plan themselves. */
export function findLeftStale({ index }: Catalog, planned: readonly number[]): readonly number[] {
  const { start, target } = index.graph.out;
  const seen = new Set(planned);
  const known = seen.size;
  // A set is walked in the order of insertion, what is added on the way included.
  for (const row of seen) {
    for (let i = start[row] ?? 0; i < (start[row + 1] ?? 0); i++) seen.add(target[i] ?? 0);
  }
  return [...seen].slice(known);
}
