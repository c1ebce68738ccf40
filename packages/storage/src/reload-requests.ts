import type { Database } from "./database.ts";

/** Asks daemons to load a code location again. Gives whether there is one of that name. */
export async function requestReload(db: Database, name: string): Promise<boolean> {
  return db.transaction(
    "requestReload",
    async (tx) => {
      const asked = await tx.sql`
        update code_location set reload_requested_at = clock_timestamp() where name = ${name}`;
      await tx.notify("heddle_reload", name);
      return asked.count > 0;
    },
    { isIdempotent: true },
  );
}

/** When code locations were asked to be loaded again, by name: epoch milliseconds. */
export async function readReloadRequests(db: Database): Promise<ReadonlyMap<string, number>> {
  return db.read("readReloadRequests", async ({ sql }) => {
    const rows = await sql<{ name: string; at: number }[]>`
      select name, (extract(epoch from reload_requested_at) * 1000)::bigint as at from code_location
      where reload_requested_at is not null`;
    return new Map(rows.map(({ name, at }) => [name, at]));
  });
}
