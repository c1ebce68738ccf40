import { PARTITION_CHUNK_SIZE, PartitionSet } from "@heddle/core/internal";
import type { Database, TransactionSql } from "../database.ts";
import { flushWork } from "./flush-work.ts";
import { lockFreeRuns, readChunks, type ChunkPlace } from "./run-rows.ts";
import { RunWork, type RunAssetPlace } from "./run-work.ts";

/** Steps that one transaction releases; the rest is left to the next. */
const LIMIT = 10_000;

/**
 * Makes steps ready whose back-off is over, by database time. Runs that another transaction holds are left to the next
 * call, so that several daemons never wait for each other.
 *
 * @returns how many steps became ready
 */
export async function releaseBackoff(db: Database): Promise<number> {
  return db.transaction(
    "releaseBackoff",
    async ({ sql }) => {
      const runs = await sql<{ runId: number }[]>`
      select distinct run_id as "runId"
      from (select run_id from step where retry_at <= clock_timestamp() order by retry_at limit ${LIMIT}::integer) due`;
      if (runs.length === 0) return 0;
      const work = new RunWork();
      work.addRuns(
        await lockFreeRuns(
          sql,
          runs.map(({ runId }) => runId),
        ),
      );
      const due = await readDue(sql, [...work.runs.keys()]);
      if (due.size === 0) return 0;
      work.addChunks(await readChunks(sql, placesOf(due.values())));
      let count = 0;
      for (const { place, ordinals } of due.values()) count += work.move("due", place, PartitionSet.of(ordinals)).size;
      work.notify("heddle_work");
      await Promise.all([clearRetryAt(sql, due.values()), ...flushWork(sql, work)]);
      return count;
    },
    { isIdempotent: true },
  );
}

type Due = Map<string, { readonly place: RunAssetPlace; readonly ordinals: number[] }>;

async function readDue(sql: TransactionSql, runIds: readonly number[]): Promise<Due> {
  const rows = await sql<(RunAssetPlace & { ordinal: number })[]>`
    select run_id as "runId", asset_id as "assetId", ordinal
    from step where retry_at <= clock_timestamp() and run_id = any(${runIds}::bigint[])
    order by retry_at limit ${LIMIT}::integer`;
  const due: Due = new Map();
  for (const { runId, assetId, ordinal } of rows) {
    const key = `${runId}/${assetId}`;
    const known = due.get(key);
    if (known === undefined) due.set(key, { place: { runId, assetId }, ordinals: [ordinal] });
    else known.ordinals.push(ordinal);
  }
  return due;
}

function placesOf(due: ReturnType<Due["values"]>): ChunkPlace[] {
  const places = new Map<string, ChunkPlace>();
  for (const { place, ordinals } of due) {
    for (const ordinal of ordinals) {
      const chunk = Math.floor(ordinal / PARTITION_CHUNK_SIZE);
      places.set(`${place.runId}/${place.assetId}/${chunk}`, { ...place, chunk });
    }
  }
  return [...places.values()];
}

async function clearRetryAt(sql: TransactionSql, due: ReturnType<Due["values"]>): Promise<void> {
  const all = [...due].flatMap(({ place, ordinals }) => ordinals.map((ordinal) => ({ ...place, ordinal })));
  await sql`
    update step s set retry_at = null
    from unnest(
      ${all.map((step) => step.runId)}::bigint[], ${all.map((step) => step.assetId)}::integer[],
      ${all.map((step) => step.ordinal)}::bigint[]
    ) as k(run_id, asset_id, ordinal)
    where s.run_id = k.run_id and s.asset_id = k.asset_id and s.ordinal = k.ordinal`;
}
