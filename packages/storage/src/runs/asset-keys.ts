import type { Claim } from "./step-outcome.ts";
import type { Database } from "../database.ts";
import { peekAssetKey } from "./run-graphs.ts";
import type { MadeClaim } from "./write-claims.ts";

/** Keys of assets by id. An id keeps its key for ever, so that what was read once is never read again. */
const caches = new WeakMap<Database, Map<number, string>>();

/** Adds to claims the keys of their assets; they are read only where neither a plan nor an earlier claim tells them. */
export async function addAssetKeys(db: Database, claims: readonly MadeClaim[]): Promise<Claim[]> {
  let cache = caches.get(db);
  if (cache === undefined) caches.set(db, (cache = new Map()));
  const missing: number[] = [];
  const keys = claims.map(({ runId, assetId }) => {
    const key = peekAssetKey(db, { runId, assetId }) ?? cache.get(assetId);
    if (key === undefined) missing.push(assetId);
    return key;
  });
  if (missing.length > 0) for (const { id, key } of await readKeys(db, missing)) cache.set(id, key);
  return claims.map((claim, index) => ({ ...claim, assetKey: keys[index] ?? cache.get(claim.assetId) ?? "" }));
}

function readKeys(db: Database, assetIds: readonly number[]): Promise<{ id: number; key: string }[]> {
  return db.read("readAssetKeys", async ({ sql }) => [
    ...(await sql<{ id: number; key: string }[]>`select id, key from asset where id = any(${assetIds}::integer[])`),
  ]);
}
