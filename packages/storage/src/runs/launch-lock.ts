import type { TransactionSql } from "../database.ts";

/** Names the lock. Any constant would do. */
const LAUNCH_LOCK_ID = 1_274_505_216;

/**
 * Lets launches follow each other: whoever decides by what open runs hold, and then writes a run, takes this lock first.
 * So the next one sees what this one holds, and no partition is queued twice. Held until the transaction ends.
 */
export async function lockLaunches(sql: TransactionSql): Promise<void> {
  await sql`select pg_advisory_xact_lock(${LAUNCH_LOCK_ID}::bigint)`;
}
