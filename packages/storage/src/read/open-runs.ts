import { type RunStatus } from "@heddle/core";
import { PartitionSet } from "@heddle/core/internal";
import type { Transaction } from "../database.ts";

/** What a run that is not over still has to make of one asset. */
export interface OpenRunPartitions {
  readonly runId: number;
  readonly status: RunStatus;
  readonly assetId: number;
  /** Its steps that are neither done nor given up. */
  readonly open: PartitionSet;
}

export interface OpenRunQuery {
  readonly environmentId: number;
  readonly assetIds: readonly number[];
}

/** Reads which runs are to make partitions of some assets, in one statement: the oldest run first. */
export async function readOpenRunPartitions(
  { sql }: Transaction,
  { environmentId, assetIds }: OpenRunQuery,
): Promise<OpenRunPartitions[]> {
  if (assetIds.length === 0) return [];
  const rows = await sql<OpenChunk[]>`
    select r.id as "runId", r.status, c.asset_id as "assetId", c.waiting, c.ready, c.backoff, c.running
    from run r join run_chunk c on c.run_id = r.id
    where r.status in ('queued', 'running', 'canceling', 'paused') and r.environment_id = ${environmentId}
      and r.purpose = 'materialize' and c.asset_id = any(${assetIds}::integer[])
    order by r.id, c.asset_id`;
  const found: OpenRunPartitions[] = [];
  let ranges: number[] = [];
  for (const [at, row] of rows.entries()) {
    for (const bytes of [row.waiting, row.ready, row.backoff, row.running]) {
      for (const bound of PartitionSet.decode(bytes).ranges) ranges.push(bound);
    }
    const next = rows[at + 1];
    if (next?.runId === row.runId && next.assetId === row.assetId) continue;
    const open = PartitionSet.fromRanges(ranges);
    ranges = [];
    if (!open.isEmpty) found.push({ runId: row.runId, status: row.status, assetId: row.assetId, open });
  }
  return found;
}

interface OpenChunk {
  readonly runId: number;
  readonly status: RunStatus;
  readonly assetId: number;
  readonly waiting: Uint8Array;
  readonly ready: Uint8Array;
  readonly backoff: Uint8Array;
  readonly running: Uint8Array;
}
