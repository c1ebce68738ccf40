import { splitParts, unescapePart } from "./multi-key.ts";
import type { PartitionsSpec } from "./partitions-spec.ts";

/**
 * The key in each dimension of a partition of several dimensions, by the dimension's name; `undefined` for partitions
 * that are not cut in several dimensions.
 */
export function dimensionKeysOf(
  spec: PartitionsSpec | null,
  key: string,
): { readonly [dimension: string]: string } | undefined {
  if (spec?.kind !== "multi") return undefined;
  const parts = splitParts(key);
  return Object.fromEntries(spec.dimensions.map(({ name }, place) => [name, unescapePart(parts[place] ?? "")]));
}
