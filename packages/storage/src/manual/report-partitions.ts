import type { JsonValue } from "@heddle/core";
import { createRunGraph, PartitionSet, type RunPlan } from "@heddle/core/internal";
import type { Transaction, TransactionSql } from "../database.ts";
import { appendEvents } from "../events.ts";
import { oneRow } from "../one-row.ts";
import { AssetChunks, updateAssetChunks } from "../runs/asset-chunks.ts";
import { insertRun } from "../runs/create-run.ts";
import { rangeBounds } from "../range-bounds.ts";

/** What somebody says was made, elsewhere than by a step. */
export interface ReportOptions {
  readonly environment: string;
  /** One asset and its partitions, which nothing else may be about to make. What it reads is not waited for. */
  readonly plan: RunPlan;
  readonly dataVersion: string | null;
  readonly metadata: Readonly<Record<string, JsonValue>>;
  readonly note: string | null;
  /** The same key never reports twice. */
  readonly originKey: string;
}

/**
 * Records that partitions were made by somebody else, as a run that is over when it begins: so everything that looks at
 * runs, materializations and events sees it like any other. Where a value is stored already, it stays what consumers read.
 *
 * Must be alone with launches (`lockLaunches`). Locks the rows that every publication locks.
 *
 * @returns `created` is false when the same was reported before
 */
export async function reportPartitions(
  tx: Transaction,
  { environment, plan, dataVersion, metadata, note, originKey }: ReportOptions,
): Promise<{ readonly runId: number; readonly created: boolean }> {
  const { sql } = tx;
  const made = await insertRun(sql, createRunGraph(plan), {
    plan,
    origin: { kind: "report", ...(note !== null && { note }) },
    originKey,
    environment,
  });
  const { runId, environmentId, created } = made;
  if (!created) return { runId, created };
  const [assetId = 0] = made.assetIds;
  const partitions = PartitionSet.fromRanges(plan.assets[0]?.partitions ?? []);
  await endAtOnce(sql, runId, partitions);
  await publish(sql, { runId, assetId, environmentId, partitions, dataVersion, metadata });
  await appendEvents(tx, [
    { kind: "materialized", runId, assetId, partitions },
    { kind: "run_ended", runId, payload: { status: "success" } },
  ]);
  return { runId, created };
}

/** Nothing is made, so nothing that is read has to be there first: every step is done. */
async function endAtOnce(sql: TransactionSql, runId: number, partitions: PartitionSet): Promise<void> {
  const empty = PartitionSet.EMPTY.encode();
  await sql`
    update run set status = 'success', unfinished = 0, started_at = created_at, ended_at = clock_timestamp()
    where id = ${runId}`;
  await sql`update run_asset set ready = 0, waiting = 0, success = total where run_id = ${runId}`;
  const chunks = [...partitions.chunks()];
  await sql`
    update run_chunk c set claimable = false, success = k.done, ready = ${empty}, waiting = ${empty}
    from unnest(${chunks.map(({ chunk }) => chunk)}::integer[], ${chunks.map(({ set }) => set.encode())}::bytea[])
      as k (chunk, done)
    where c.run_id = ${runId} and c.chunk = k.chunk`;
}

interface Report {
  readonly runId: number;
  readonly assetId: number;
  readonly environmentId: number;
  readonly partitions: PartitionSet;
  readonly dataVersion: string | null;
  readonly metadata: Readonly<Record<string, JsonValue>>;
}

async function publish(sql: TransactionSql, report: Report): Promise<void> {
  const { runId, assetId, environmentId, partitions } = report;
  const { starts, ends } = rangeBounds(partitions.ranges);
  const reported = sql`(
    select g.ordinal from unnest(${starts}::bigint[], ${ends}::bigint[]) as k (first, past)
    cross join generate_series(k.first, k.past - 1) as g (ordinal)
  )`;
  await lockAndRecord(sql, report);
  // Attempts are named by claims; this one has none, and takes an id that none will have.
  const { id: claimId } = oneRow(await sql<{ id: number }[]>`select nextval('claim_id_seq') as id`);
  await sql`
    insert into materialization (asset_id, ordinal, run_id, claim_id, attempt, code_version_id, started_at, duration_ms,
      data_version, stored, metadata)
    select ${assetId}, n.ordinal, ${runId}, ${claimId}, 1, r.code_version_id, clock_timestamp(), 0,
      ${report.dataVersion}, m.stored, ${JSON.stringify(report.metadata)}::text::jsonb
    from ${reported} as n join run r on r.id = ${runId}
    left join asset_partition p on p.environment_id = ${environmentId}::smallint and p.asset_id = ${assetId}
      and p.ordinal = n.ordinal
    left join materialization m on m.asset_id = p.asset_id and m.ordinal = p.ordinal and m.run_id = p.run_id`;
  await sql`
    insert into asset_partition (environment_id, asset_id, ordinal, run_id)
    select ${environmentId}::smallint, ${assetId}, n.ordinal, ${runId} from ${reported} as n
    on conflict (environment_id, asset_id, ordinal) do update set run_id = excluded.run_id`;
}

async function lockAndRecord(sql: TransactionSql, { assetId, environmentId, partitions }: Report): Promise<void> {
  const chunks = new AssetChunks();
  const places = [...partitions.chunks()].map(({ chunk }) => ({ environmentId, assetId, chunk }));
  await chunks.lock(sql, places);
  chunks.record({ environmentId, assetId }, "materialized", partitions);
  await updateAssetChunks(sql, chunks.changed);
}
