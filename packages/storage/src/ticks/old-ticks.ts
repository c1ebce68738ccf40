import type { Database } from "../database.ts";

/** How many of them are deleted at once, and how old they have to be. */
interface OldTicks {
  readonly days: number;
  readonly batchSize: number;
}

/** Deletes the oldest ticks, whatever became of them. */
export async function deleteTicks(db: Database, old: OldTicks): Promise<{ deleted: number; isLast: boolean }> {
  return deleteSome(db, old, { onlySkipped: false });
}

/** Deletes the oldest ticks that asked for nothing: of a sensor these are most of them. */
export async function deleteSkippedTicks(db: Database, old: OldTicks): Promise<{ deleted: number; isLast: boolean }> {
  return deleteSome(db, old, { onlySkipped: true });
}

async function deleteSome(
  db: Database,
  { days, batchSize }: OldTicks,
  { onlySkipped }: { readonly onlySkipped: boolean },
): Promise<{ deleted: number; isLast: boolean }> {
  return db.transaction("deleteTicks", async ({ sql }) => {
    const deleted = await sql`
      delete from tick where id in (
        select id from tick
        where recorded_at < clock_timestamp() - ${days}::double precision * interval '1 day'
          and (not ${onlySkipped}::boolean or outcome = 'skipped')
        order by id limit ${batchSize} for update skip locked
      )`;
    return { deleted: deleted.count, isLast: deleted.count < batchSize };
  });
}

/** Deletes evaluations that somebody has asked for, answered or not. */
export async function deleteTickRequests(db: Database, old: OldTicks): Promise<{ deleted: number; isLast: boolean }> {
  return db.transaction("deleteTickRequests", async ({ sql }) => {
    const deleted = await sql`
      delete from tick_request where id in (
        select id from tick_request
        where requested_at < clock_timestamp() - ${old.days}::double precision * interval '1 day'
        limit ${old.batchSize} for update skip locked
      )`;
    return { deleted: deleted.count, isLast: deleted.count < old.batchSize };
  });
}
