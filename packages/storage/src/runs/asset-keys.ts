import type { Database } from "../database.ts";

/** Keys of assets by id. An id keeps its key for ever, so that what was read once is never read again. */
const caches = new WeakMap<Database, Map<number, string>>();

/** Gives the keys of assets. */
export async function findAssetKeys(db: Database, assetIds: Iterable<number>): Promise<ReadonlyMap<number, string>> {
  let cache = caches.get(db);
  if (cache === undefined) caches.set(db, (cache = new Map()));
  const missing: number[] = [];
  for (const assetId of assetIds) if (!cache.has(assetId)) missing.push(assetId);
  if (missing.length === 0) return cache;
  const rows = await db.read("readAssetKeys", ({ sql }) =>
    sql<{ id: number; key: string }[]>`select id, key from asset where id = any(${missing}::integer[])`.then((found) => [...found]),
  );
  for (const { id, key } of rows) cache.set(id, key);
  return cache;
}
