import type { Database } from "../database.ts";

/**
 * Deletes the oldest wipes, as long after them as runs are kept.
 * @param awaitsCollection whether one is kept until all values are removed that it has taken back: nothing else tells which
 */
export function deleteWipes(awaitsCollection: boolean) {
  return async (
    db: Database,
    { days, batchSize }: { readonly days: number; readonly batchSize: number },
  ): Promise<{ deleted: number; isLast: boolean }> =>
    db.transaction("deleteWipes", async ({ sql }) => {
      const deleted = await sql`
        delete from wipe where id in (
          select id from wipe
          where wiped_at < clock_timestamp() - ${days}::double precision * interval '1 day'
            and (collected_at is not null or not ${awaitsCollection})
          order by id limit ${batchSize} for update skip locked
        )`;
      return { deleted: deleted.count, isLast: deleted.count < batchSize };
    });
}
