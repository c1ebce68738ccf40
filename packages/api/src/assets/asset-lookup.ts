import { findNearest, HeddleError } from "@heddle/core";
import type { DefinitionsIndex, IndexedAsset } from "../definitions/definitions-index.ts";

const MAX_NEAREST = 5;

/** An asset, declared or removed. @throws ASSET_UNKNOWN with the nearest keys */
export function requireAsset(index: DefinitionsIndex, key: string): IndexedAsset {
  const asset = index.byKey(key);
  if (asset !== undefined) return asset;
  const nearest = nearestKeys(index, key);
  throw new HeddleError("ASSET_UNKNOWN", `there is no asset "${key}"`, {
    ...(nearest.length > 0 && { hint: `Did you mean ${nearest.map((name) => `"${name}"`).join(" or ")}?` }),
    details: { key, nearest },
  });
}

/** Keys that are most like `key`, the nearest first. */
export function nearestKeys(index: DefinitionsIndex, key: string): string[] {
  return findNearest(
    key,
    index.declared.map((asset) => asset.key),
    MAX_NEAREST,
  );
}
