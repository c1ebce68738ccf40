import { PartitionSet } from "@heddle/core/internal";
import type { Transaction } from "../database.ts";
import type { OpenRunQuery } from "./open-runs.ts";

/** What a run of checks that is not over still has to judge of one asset. */
export interface OpenCheckPartitions {
  readonly runId: number;
  readonly assetId: number;
  /** Names of the checks that each of its steps runs. */
  readonly checks: readonly string[];
  readonly open: PartitionSet;
}

interface OpenChunk {
  readonly runId: number;
  readonly assetId: number;
  readonly checks: readonly string[] | null;
  readonly open: readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
}

/** Reads which checks are about to run by themselves, or run, in one statement: the oldest run first. */
export async function readOpenChecks(
  { sql }: Transaction,
  { environmentId, assetIds }: OpenRunQuery,
): Promise<OpenCheckPartitions[]> {
  if (assetIds.length === 0) return [];
  const rows = await sql<OpenChunk[]>`
    select r.id as "runId", c.asset_id as "assetId", r.plan -> 'assets' -> c.position -> 'checks' as checks,
      array[c.waiting, c.ready, c.backoff, c.running] as open
    from run r join run_chunk c on c.run_id = r.id
    where r.status in ('queued', 'running', 'canceling', 'paused') and r.environment_id = ${environmentId}
      and r.purpose = 'check' and c.asset_id = any(${assetIds}::integer[])
    order by r.id, c.asset_id`;
  const found = new Map<string, OpenCheckPartitions>();
  for (const { runId, assetId, checks, open: sets } of rows) {
    const key = `${runId}/${assetId}`;
    const before = found.get(key)?.open ?? PartitionSet.EMPTY;
    const open = sets.reduce((all, bytes) => all.union(PartitionSet.decode(bytes)), before);
    found.set(key, { runId, assetId, checks: checks ?? [], open });
  }
  return [...found.values()].filter(({ open }) => !open.isEmpty);
}

/** The same by asset and check. */
export function byCheck(open: readonly OpenCheckPartitions[]): Map<number, Map<string, PartitionSet>> {
  const sets = new Map<number, Map<string, PartitionSet>>();
  for (const { assetId, checks, open: partitions } of open) {
    const ofAsset = sets.get(assetId) ?? new Map<string, PartitionSet>();
    for (const name of checks) ofAsset.set(name, partitions.union(ofAsset.get(name) ?? PartitionSet.EMPTY));
    sets.set(assetId, ofAsset);
  }
  return sets;
}
