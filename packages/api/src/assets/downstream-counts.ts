import { countReachable } from "@heddle/core/internal";
import type { DefinitionsIndex } from "@heddle/engine/planning";

const counts = new WeakMap<DefinitionsIndex, Int32Array>();

/** How many assets depend on each declared asset, directly or not, by its number. Counted once for each version. */
export function downstreamCounts(index: DefinitionsIndex): Int32Array {
  let known = counts.get(index);
  if (known === undefined) {
    known = countReachable(index.graph.downstream, index.graph.topologicalOrder);
    counts.set(index, known);
  }
  return known;
}
