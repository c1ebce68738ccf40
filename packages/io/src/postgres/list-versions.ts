import type { ListedValue, StoredValue } from "@heddle/core";
import { call } from "./call.ts";
import { ensureCatalog } from "./catalog.ts";
import type { RelationNames } from "./names.ts";
import type { Pool } from "./pool.ts";

/** So many versions are asked for at once. */
const PAGE = 1_000;

/** Every version of an asset's relation that is stored, published or not, in the order in which they were begun. */
export async function* listVersions(
  pool: Pool,
  { assetKey, names, signal }: { assetKey: string; names: RelationNames; signal: AbortSignal },
): AsyncGenerator<ListedValue, void> {
  for (let after = "0"; ;) {
    const rows = await call(pool, { verb: "list versions of", subject: names.qualified, signal }, async (session) => {
      await ensureCatalog(session);
      return session.query(
        `select v.id, v.partition_key, v.attempt_id, v.stored, (extract(epoch from v.created_at) * 1000)::bigint
         from heddle.version v join heddle.relation r on r.name = v.relation
         where v.relation = $1 and r.asset_key = $2 and v.id > $3::bigint order by v.id limit ${PAGE}`,
        [names.qualified, assetKey, after],
      );
    });
    for (const [, partitionKey = null, attemptId, stored, modifiedAt] of rows) {
      yield {
        assetKey,
        partitionKey: partitionKey === "" ? null : partitionKey,
        attemptId: attemptId ?? "",
        // As it was written when it was stored.
        stored: JSON.parse(stored ?? "null") as StoredValue,
        modifiedAt: Number(modifiedAt),
      };
    }
    const last = rows.at(-1)?.[0];
    if (rows.length < PAGE || last === undefined || last === null) return;
    after = last;
  }
}
