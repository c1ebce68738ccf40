import { PartitionSet } from "@heddle/core/internal";
import type { Database, Transaction } from "../database.ts";
import { readSteps } from "./run-rows.ts";
import { numberAttempts, type MadeClaim } from "./write-claims.ts";

/*
 * A transaction whose commit was sent and never answered may have made claims that its worker does not know of; nobody
 * would ever run their steps while that worker lives. So each call that claims has an id, those in doubt are remembered
 * here, and the next call finds out. The process that remembers is the worker itself: with it, its claims end as well.
 */
const doubts = new WeakMap<Database, Map<string, Set<string>>>();

/** Remembers that it is not known whether a call made claims. */
export function doubtClaims(db: Database, { workerId, requestId }: { workerId: string; requestId: string }): void {
  let byWorker = doubts.get(db);
  if (byWorker === undefined) doubts.set(db, (byWorker = new Map()));
  const requestIds = byWorker.get(workerId);
  if (requestIds === undefined) byWorker.set(workerId, new Set([requestId]));
  else requestIds.add(requestId);
}

/** Gives the claims that calls in doubt made after all. Costs nothing when there are none. */
export async function adoptClaims(db: Database, workerId: string): Promise<readonly MadeClaim[]> {
  const requestIds = doubts.get(db)?.get(workerId);
  if (requestIds === undefined) return [];
  const asked = [...requestIds];
  const adopted = await db.transaction("adoptClaims", (tx) => readRequested(tx, workerId, asked), {
    isIdempotent: true,
  });
  for (const requestId of asked) requestIds.delete(requestId);
  if (requestIds.size === 0) doubts.get(db)?.delete(workerId);
  return adopted;
}

async function readRequested(
  { sql }: Transaction,
  workerId: string,
  requestIds: readonly string[],
): Promise<MadeClaim[]> {
  // The call in doubt shares this lock, so it has come to its end, one way or the other, once it is held here.
  await sql`select from worker where id = ${workerId} for no key update`;
  const rows = await sql<(Omit<MadeClaim, "partitions" | "attempts"> & { partitions: Uint8Array })[]>`
    select c.id as "claimId", c.run_id as "runId", c.asset_id as "assetId", c.partitions, c.is_chunk as "isChunk",
      r.code_version_id as "codeVersionId", r.environment_id as "environmentId"
    from claim c join run r on r.id = c.run_id
    where c.worker_id = ${workerId} and c.request_id = any(${requestIds}::uuid[])
    order by c.id`;
  const claims = rows.map((row) => ({ ...row, partitions: PartitionSet.decode(row.partitions) }));
  if (claims.length === 0) return [];
  return numberAttempts(claims, await readSteps(sql, claims));
}
