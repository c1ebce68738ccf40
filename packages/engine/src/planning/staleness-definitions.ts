import { createHash } from "node:crypto";
import type { DefinitionsIndex, IndexedAsset } from "./definitions-index.ts";

const known = new WeakMap<DefinitionsIndex, ReadonlyMap<number, string>>();

/**
 * What stands for everything in the definitions that the staleness of each declared asset follows from, by asset id: its code, how it is
 * partitioned, and what it reads by which mapping. Equal ones need not be judged again.
 */
export function stalenessDefinitions(index: DefinitionsIndex): ReadonlyMap<number, string> {
  let definitions = known.get(index);
  if (definitions === undefined) {
    definitions = new Map(index.declared.map((asset) => [asset.id, definitionOf(asset, index)]));
    known.set(index, definitions);
  }
  return definitions;
}

function definitionOf({ definition }: IndexedAsset, index: DefinitionsIndex): string {
  const deps = definition.deps.flatMap((dep) => {
    const upstream = index.byKey(dep.upstream);
    if (upstream === undefined || upstream.removedAt !== null) return [];
    return [[upstream.id, upstream.definition.partitions, dep.mapping]];
  });
  const text = JSON.stringify([definition.codeVersion, definition.partitions, deps]);
  return createHash("sha256").update(text).digest("base64url").slice(0, 22);
}
