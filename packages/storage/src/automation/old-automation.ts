import type { Database } from "../database.ts";

/** How many of them are deleted at once, and how old they have to be. */
interface OldRows {
  readonly days: number;
  readonly batchSize: number;
}

/** Deletes the oldest evaluations that requested nothing, or all of them; the newest of each condition stays. */
async function deleteSome(
  db: Database,
  { days, batchSize }: OldRows,
  onlyIdle: boolean,
): Promise<{ deleted: number; isLast: boolean }> {
  return db.transaction("deleteAutomationEvaluations", async ({ sql }) => {
    const deleted = await sql`
      delete from automation_evaluation where id in (
        select id from automation_evaluation e
        where recorded_at < clock_timestamp() - ${days}::double precision * interval '1 day'
          and (not ${onlyIdle}::boolean or requested_count = 0)
          and exists (
            select from automation_evaluation n
            where n.asset = e.asset and n.check_name = e.check_name and n.id > e.id
          )
        order by id limit ${batchSize} for update skip locked
      )`;
    return { deleted: deleted.count, isLast: deleted.count < batchSize };
  });
}

/** Deletes old evaluations, whatever they came to. */
export async function deleteEvaluations(db: Database, old: OldRows): Promise<{ deleted: number; isLast: boolean }> {
  return deleteSome(db, old, false);
}

/** Deletes old evaluations that asked for nothing: these are most of them. */
export async function deleteIdleEvaluations(db: Database, old: OldRows): Promise<{ deleted: number; isLast: boolean }> {
  return deleteSome(db, old, true);
}

/** Deletes the history of freshness. */
export async function deleteFreshnessChanges(
  db: Database,
  { days, batchSize }: OldRows,
): Promise<{ deleted: number; isLast: boolean }> {
  return db.transaction("deleteFreshnessChanges", async ({ sql }) => {
    const deleted = await sql`
      delete from freshness_change
      where at < (extract(epoch from clock_timestamp()) * 1000)::bigint - ${days}::double precision * 86400000
        and id = any (array(select id from freshness_change order by id limit ${batchSize}))`;
    return { deleted: deleted.count, isLast: deleted.count < batchSize };
  });
}
