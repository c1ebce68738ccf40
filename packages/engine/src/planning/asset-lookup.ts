import { HeddleError } from "@heddle/core";
import { findNearest } from "@heddle/core/internal";
import { readRunAssetIds, type Transaction } from "@heddle/storage";
import type { DefinitionsIndex, IndexedAsset } from "./definitions-index.ts";

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

/** An asset by one of its definitions: the one in force, or a former one. @throws ASSET_UNKNOWN */
export function requireDefinition(
  index: DefinitionsIndex,
  { key, assetId }: { readonly key: string; readonly assetId?: number | undefined },
): IndexedAsset {
  const asset = requireAsset(index, key);
  if (assetId === undefined || assetId === asset.id) return asset;
  const former = index.formerOf(key).find(({ id }) => id === assetId);
  if (former !== undefined) return former;
  throw new HeddleError("ASSET_UNKNOWN", `"${key}" never had a definition with the id ${assetId}`, {
    hint: "Leave `assetId` out for the definition that is in force; `assets.get` names the former ones.",
    details: { key, assetId },
  });
}

/** The ids of an asset by all of its definitions. @throws ASSET_UNKNOWN */
export function everyIdOf(index: DefinitionsIndex, key: string): number[] {
  return [requireAsset(index, key), ...index.formerOf(key)].map(({ id }) => id);
}

/** An asset by the definition with which a run makes it. @throws ASSET_UNKNOWN */
export async function requireRunAsset(
  tx: Transaction,
  index: DefinitionsIndex,
  { runId, key }: { readonly runId: number; readonly key: string },
): Promise<IndexedAsset> {
  const asset = requireAsset(index, key);
  const former = index.formerOf(key);
  if (former.length === 0) return asset;
  const ids = new Set(await readRunAssetIds(tx, [runId]));
  return [asset, ...former].find(({ id }) => ids.has(id)) ?? asset;
}

/** Keys that are most like `key`, the nearest first. */
export function nearestKeys(index: DefinitionsIndex, key: string): string[] {
  return findNearest(
    key,
    index.declared.map((asset) => asset.key),
    MAX_NEAREST,
  );
}
