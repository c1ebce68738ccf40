import { type StepStatus } from "@heddle/core";
import { isOpenRun } from "@heddle/core/internal";
import type { TransactionSql } from "../database.ts";
import type { ChunkState } from "./chunk-state.ts";
import type { CountChange, LockedRun, RunWork } from "./run-work.ts";

/**
 * Writes what was gathered: chunks, counts, runs, events and notifications, one statement each. The statements are sent
 * at once and share a round trip.
 */
export function flushWork(sql: TransactionSql, work: RunWork): Promise<unknown>[] {
  const chunks = [...work.chunks()].filter((chunk) => chunk.isChanged);
  const counts = work.countChanges;
  const runs = [...work.runs.values()];
  const progressed = runs.filter((run) => run.isProgressed && !run.isStatusChanged);
  const changed = runs.filter((run) => run.isStatusChanged);
  work.announce();
  return [
    ...(chunks.length > 0 ? [updateChunks(sql, chunks)] : []),
    ...(counts.length > 0 ? [updateCounts(sql, counts)] : []),
    ...(progressed.length > 0 ? [updateUnfinished(sql, progressed)] : []),
    ...(changed.length > 0 ? [updateStatuses(sql, changed)] : []),
    ...work.fresh.write(sql),
    ...(work.events.length > 0 ? [insertEvents(sql, work)] : []),
    ...([...work.notifications].length > 0 ? [sendNotifications(sql, work)] : []),
  ];
}

function updateChunks(sql: TransactionSql, chunks: readonly ChunkState[]): Promise<unknown> {
  const column = (status: StepStatus): Uint8Array[] => chunks.map((chunk) => chunk.encode(status));
  return sql`
    update run_chunk c set claimable = k.claimable, waiting = k.waiting, ready = k.ready, running = k.running,
      backoff = k.backoff, success = k.success, failed = k.failed, skipped = k.skipped, canceled = k.canceled
    from unnest(
      ${chunks.map((chunk) => chunk.runId)}::bigint[], ${chunks.map((chunk) => chunk.assetId)}::integer[],
      ${chunks.map((chunk) => chunk.chunk)}::integer[], ${chunks.map((chunk) => !chunk.get("ready").isEmpty)}::boolean[],
      ${column("waiting")}::bytea[], ${column("ready")}::bytea[], ${column("running")}::bytea[],
      ${column("backoff")}::bytea[], ${column("success")}::bytea[], ${column("failed")}::bytea[],
      ${column("skipped")}::bytea[], ${column("canceled")}::bytea[]
    ) as k(run_id, asset_id, chunk, claimable, waiting, ready, running, backoff, success, failed, skipped, canceled)
    where c.run_id = k.run_id and c.asset_id = k.asset_id and c.chunk = k.chunk`;
}

function updateCounts(sql: TransactionSql, changes: readonly CountChange[]): Promise<unknown> {
  const column = (status: StepStatus): number[] => changes.map((change) => change.counts[status]);
  return sql`
    update run_asset a set waiting = a.waiting + k.waiting, ready = a.ready + k.ready, running = a.running + k.running,
      backoff = a.backoff + k.backoff, success = a.success + k.success, failed = a.failed + k.failed,
      skipped = a.skipped + k.skipped, canceled = a.canceled + k.canceled, duration_ms = a.duration_ms + k.duration_ms
    from unnest(
      ${changes.map((change) => change.runId)}::bigint[], ${changes.map((change) => change.assetId)}::integer[],
      ${column("waiting")}::integer[], ${column("ready")}::integer[], ${column("running")}::integer[],
      ${column("backoff")}::integer[], ${column("success")}::integer[], ${column("failed")}::integer[],
      ${column("skipped")}::integer[], ${column("canceled")}::integer[],
      ${changes.map(({ durationMs }) => durationMs)}::bigint[]
    ) as k(run_id, asset_id, waiting, ready, running, backoff, success, failed, skipped, canceled, duration_ms)
    where a.run_id = k.run_id and a.asset_id = k.asset_id`;
}

/** The common case, apart: a run that goes on, of which only fewer steps are open. */
function updateUnfinished(sql: TransactionSql, runs: readonly LockedRun[]): Promise<unknown> {
  return sql`
    update run r set unfinished = k.unfinished
    from unnest(${runs.map((run) => run.id)}::bigint[], ${runs.map((run) => run.unfinished)}::integer[]) as k(id, unfinished)
    where r.id = k.id`;
}

/** `started_at` and `ended_at` follow from the status: a run starts when it first becomes `running`, and ends once. */
function updateStatuses(sql: TransactionSql, runs: readonly LockedRun[]): Promise<unknown> {
  return sql`
    update run r set status = k.status, unfinished = k.unfinished,
      started_at = case when k.status = 'running' then coalesce(r.started_at, clock_timestamp()) else r.started_at end,
      ended_at = case when k.ended then clock_timestamp() end,
      cancel_requested_at = case when k.status in ('canceling', 'canceled')
        then coalesce(r.cancel_requested_at, clock_timestamp()) else r.cancel_requested_at end
    from unnest(
      ${runs.map((run) => run.id)}::bigint[], ${runs.map((run) => run.status)}::text[],
      ${runs.map((run) => run.unfinished)}::integer[], ${runs.map((run) => !isOpenRun(run.status))}::boolean[]
    ) as k(id, status, unfinished, ended)
    where r.id = k.id`;
}

function insertEvents(sql: TransactionSql, { events }: RunWork): Promise<unknown> {
  return sql`
    insert into event (kind, run_id, asset_id, partitions, payload)
    select kind, run_id, asset_id, partitions, payload::jsonb
    from unnest(
      ${events.map((event) => event.kind)}::text[], ${events.map((event) => event.runId)}::bigint[],
      ${events.map((event) => event.assetId)}::integer[],
      ${events.map((event) => event.partitions?.encode() ?? null)}::bytea[],
      ${events.map((event) => (event.payload === null ? null : JSON.stringify(event.payload)))}::text[]
    ) as k(kind, run_id, asset_id, partitions, payload)`;
}

function sendNotifications(sql: TransactionSql, work: RunWork): Promise<unknown> {
  const all = [...work.notifications];
  return sql`
    select pg_notify(channel, payload)
    from unnest(${all.map(({ channel }) => channel)}::text[], ${all.map(({ payload }) => payload)}::text[])
      as k(channel, payload)`;
}
