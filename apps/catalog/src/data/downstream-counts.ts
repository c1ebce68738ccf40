import { countReachable } from "@heddle/core/internal";
import type { CatalogIndex } from "./catalog-index.ts";

const counts = new WeakMap<CatalogIndex, Int32Array>();

/** How many assets depend on each asset, directly or by way of others, by row. Counted once for each version. */
export function downstreamCounts(index: CatalogIndex): Int32Array {
  let known = counts.get(index);
  if (known === undefined) {
    const { start, target } = index.graph.out;
    // Rows are in topological order.
    const order = Int32Array.from({ length: index.count }, (_, row) => row);
    known = countReachable({ offsets: start, targets: target }, order);
    counts.set(index, known);
  }
  return known;
}
