import type { Database, Transaction } from "../database.ts";

/** Starred assets that are told. */
const MAX_FAVOURITES = 1_000;

/** Keys of the assets that are starred, those first that were last. */
export async function readFavourites({ sql }: Transaction): Promise<string[]> {
  const rows = await sql<{ key: string }[]>`
    select asset_key as key from favourite order by marked_at desc, asset_key limit ${MAX_FAVOURITES}::integer`;
  return rows.map(({ key }) => key);
}

/** Stars an asset or takes the star back. @returns whether that changed anything */
export async function setFavourite(
  db: Database,
  { key, isFavourite }: { readonly key: string; readonly isFavourite: boolean },
): Promise<boolean> {
  return db.transaction(
    "setFavourite",
    async ({ sql }) => {
      const changed = isFavourite
        ? await sql`insert into favourite (asset_key) values (${key}) on conflict do nothing returning asset_key`
        : await sql`delete from favourite where asset_key = ${key} returning asset_key`;
      return changed.length > 0;
    },
    { isIdempotent: true },
  );
}
