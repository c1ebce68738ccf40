import { HeddleError } from "@heddle/core";
import { PartitionSet } from "@heddle/core/internal";
import type { Database, Transaction, TransactionSql } from "../database.ts";
import { appendEvents } from "../events.ts";
import { oneRow } from "../one-row.ts";
import { AssetChunks, updateAssetChunks } from "../runs/asset-chunks.ts";
import { lockLaunches } from "../runs/launch-lock.ts";
import { rangeBounds } from "../range-bounds.ts";

/** Which partitions of which asset are taken back. */
export interface WipeOptions {
  readonly environmentId: number;
  readonly assetId: number;
  /** For messages. */
  readonly assetKey: string;
  readonly partitions: PartitionSet;
  readonly reason: string | null;
  /** The same key never wipes twice. */
  readonly originKey: string;
}

/** What became of a wipe. */
export interface WipeResult {
  /** Partitions that had a materialization, or had failed, and are missing now. */
  readonly wiped: PartitionSet;
  /** False when nothing of it was there, or when the same wipe was done before. */
  readonly changed: boolean;
}

/** Runs that are named when they are in the way. */
const MAX_NAMED_RUNS = 10;
const DEADLINE_MS = 60_000;

/**
 * Makes partitions missing: removes the pointers to their materializations and forgets their failures. What was recorded
 * stays as history; the stored values are collected once nobody who found them before may still be reading.
 *
 * Fenced against steps: the rows that every publication locks are locked first, and then it is made sure that no run which
 * is not over has any of the partitions to make. So what a step publishes is never taken back by a wipe that did not see it,
 * and no step is left with work that a wipe undid.
 * @throws WIPE_PARTITIONS_BUSY
 */
export async function wipePartitions(db: Database, options: WipeOptions): Promise<WipeResult> {
  return db.transaction("wipePartitions", (tx) => wipe(tx, options), { isIdempotent: true, deadlineMs: DEADLINE_MS });
}

async function wipe(tx: Transaction, options: WipeOptions): Promise<WipeResult> {
  const { sql } = tx;
  // No launch decides by partitions that are about to go.
  await lockLaunches(sql);
  const [before] = await sql<{ partitions: Uint8Array }[]>`
    select partitions from wipe where origin_key = ${options.originKey}`;
  if (before !== undefined) return { wiped: PartitionSet.decode(before.partitions), changed: false };
  const { environmentId, assetId } = options;
  const held = new AssetChunks();
  await held.lock(sql, await findChunks(sql, options));
  await refuseBusy(sql, options);
  const wiped = held.forget({ environmentId, assetId }, options.partitions);
  if (wiped.isEmpty) return { wiped, changed: false };
  const { starts, ends } = rangeBounds(wiped.ranges);
  await sql`
    delete from asset_partition p using unnest(${starts}::bigint[], ${ends}::bigint[]) as k (first, past)
    where p.environment_id = ${environmentId}::smallint and p.asset_id = ${assetId}::integer
      and p.ordinal >= k.first and p.ordinal < k.past`;
  await updateAssetChunks(sql, held.changed);
  const { id } = oneRow(
    await sql<{ id: number }[]>`
    insert into wipe (environment_id, asset_id, partitions, size, reason, origin_key)
    values (${environmentId}, ${assetId}, ${wiped.encode()}, ${wiped.size}, ${options.reason}, ${options.originKey})
    returning id`,
  );
  const payload = { wipe: id, reason: options.reason };
  await appendEvents(tx, [{ kind: "partitions_wiped", assetId, partitions: wiped, payload }]);
  return { wiped, changed: true };
}

/** The rows that hold any of the partitions; where there is none, nothing was ever made. */
async function findChunks(
  sql: TransactionSql,
  { environmentId, assetId, partitions }: WipeOptions,
): Promise<{ environmentId: number; assetId: number; chunk: number }[]> {
  const wanted = new Set([...partitions.chunks()].map(({ chunk }) => chunk));
  const rows = await sql<{ chunk: number }[]>`
    select chunk from asset_chunk where environment_id = ${environmentId} and asset_id = ${assetId} order by chunk`;
  return rows.filter(({ chunk }) => wanted.has(chunk)).map(({ chunk }) => ({ environmentId, assetId, chunk }));
}

interface OpenChunk {
  readonly runId: number;
  readonly waiting: Uint8Array;
  readonly ready: Uint8Array;
  readonly running: Uint8Array;
  readonly backoff: Uint8Array;
}

async function refuseBusy(sql: TransactionSql, options: WipeOptions): Promise<void> {
  const rows = await sql<OpenChunk[]>`
    select c.run_id as "runId", c.waiting, c.ready, c.running, c.backoff
    from run r join run_chunk c on c.run_id = r.id
    where r.status in ('queued', 'running', 'canceling', 'paused') and r.environment_id = ${options.environmentId}
      and c.asset_id = ${options.assetId}
    order by c.run_id`;
  let busy = PartitionSet.EMPTY;
  const runIds = new Set<number>();
  for (const { runId, waiting, ready, running, backoff } of rows) {
    const open = [waiting, ready, running, backoff]
      .reduce((all, set) => all.union(PartitionSet.decode(set)), PartitionSet.EMPTY)
      .intersect(options.partitions);
    if (open.isEmpty) continue;
    busy = busy.union(open);
    runIds.add(runId);
  }
  if (busy.isEmpty) return;
  const named = [...runIds].slice(0, MAX_NAMED_RUNS);
  const which = `${named.length === 1 ? "run" : "runs"} ${named.join(", ")}`;
  throw new HeddleError(
    "WIPE_PARTITIONS_BUSY",
    `${busy.size} ${busy.size === 1 ? "partition" : "partitions"} of "${options.assetKey}" ` +
      `${busy.size === 1 ? "is" : "are"} being made by ${which}`,
    {
      hint: `Wait until ${named.length === 1 ? "that run is" : "these runs are"} over, or cancel ${named.length === 1 ? "it" : "them"}; or leave those partitions out.`,
      details: { asset: options.assetKey, runs: named, partitions: busy.ranges.slice(0, 20) },
    },
  );
}
