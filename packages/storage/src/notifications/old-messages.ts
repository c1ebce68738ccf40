import type { Database } from "../database.ts";

interface Old {
  readonly days: number;
  readonly batchSize: number;
}

/** Deletes the oldest messages that were delivered or given up. */
export async function deleteMessages(
  db: Database,
  { days, batchSize }: Old,
): Promise<{ deleted: number; isLast: boolean }> {
  return db.transaction("deleteMessages", async ({ sql }) => {
    const deleted = await sql`
      delete from notification_message where id in (
        select id from notification_message
        where ended_at < clock_timestamp() - ${days}::double precision * interval '1 day'
        order by id limit ${batchSize} for update skip locked
      )`;
    return { deleted: deleted.count, isLast: deleted.count < batchSize };
  });
}

/** Deletes the oldest requests from outside; one of the same delivery would be taken for a new one after that. */
export async function deleteReceipts(
  db: Database,
  { days, batchSize }: Old,
): Promise<{ deleted: number; isLast: boolean }> {
  return db.transaction("deleteReceipts", async ({ sql }) => {
    const deleted = await sql`
      delete from webhook_receipt where received_at < clock_timestamp() - ${days}::double precision * interval '1 day'
        and id = any (array(select id from webhook_receipt order by id limit ${batchSize}))`;
    return { deleted: deleted.count, isLast: deleted.count < batchSize };
  });
}

/** Deletes the oldest entries of the audit log. */
export async function deleteAudit(
  db: Database,
  { days, batchSize }: Old,
): Promise<{ deleted: number; isLast: boolean }> {
  return db.transaction("deleteAudit", async ({ sql }) => {
    const deleted = await sql`
      delete from audit where at < clock_timestamp() - ${days}::double precision * interval '1 day'
        and id = any (array(select id from audit order by id limit ${batchSize}))`;
    return { deleted: deleted.count, isLast: deleted.count < batchSize };
  });
}
