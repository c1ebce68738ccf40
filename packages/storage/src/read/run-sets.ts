import { type StepStatus } from "@heddle/core";
import { PartitionSet, STEP_STATUSES } from "@heddle/core/internal";
import type { Transaction } from "../database.ts";

/** The steps of one asset of a run by state. */
export interface RunAssetSets {
  readonly assetId: number;
  readonly sets: Readonly<Record<StepStatus, PartitionSet>>;
}

type ChunkRow = { readonly assetId: number } & Readonly<Record<StepStatus, Uint8Array>>;

/** Reads which steps of a run are in which state, asset by asset in topological order: a row for 8,192 steps. */
export async function readRunSets({ sql }: Transaction, runId: number): Promise<RunAssetSets[]> {
  const rows = await sql<ChunkRow[]>`
    select asset_id as "assetId", waiting, ready, running, backoff, success, failed, skipped, canceled
    from run_chunk where run_id = ${runId} order by position, chunk`;
  const ranges = new Map<number, Map<StepStatus, number[]>>();
  for (const row of rows) {
    let own = ranges.get(row.assetId);
    if (own === undefined) ranges.set(row.assetId, (own = new Map(STEP_STATUSES.map((status) => [status, []]))));
    for (const status of STEP_STATUSES) {
      const list = own.get(status);
      for (const bound of PartitionSet.decode(row[status]).ranges) list?.push(bound);
    }
  }
  return [...ranges].map(([assetId, own]) => ({
    assetId,
    sets: Object.fromEntries(
      STEP_STATUSES.map((status) => [status, PartitionSet.fromRanges(own.get(status) ?? [])]),
      // One entry for each status.
    ) as Record<StepStatus, PartitionSet>,
  }));
}

/** When a step that succeeded ran. */
export interface StepTime {
  readonly assetId: number;
  /** Epoch milliseconds, as the next ones. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly durationMs: number;
}

/** When steps ran: all of them, or as many as were asked for, evenly chosen. */
export interface StepTimes {
  readonly times: readonly StepTime[];
  /** How many steps one of them stands for; 1 when they are all. */
  readonly weight: number;
}

/** Reads when steps that succeeded ran: by their names, so that the cost is by `most` and not by the size of the run. */
export async function readStepTimes(
  { sql }: Transaction,
  query: { readonly runId: number; readonly sets: readonly RunAssetSets[]; readonly most: number },
): Promise<StepTimes> {
  const total = query.sets.reduce((sum, { sets }) => sum + sets.success.size, 0);
  if (total === 0) return { times: [], weight: 1 };
  const weight = Math.max(1, total / query.most);
  const assetIds: number[] = [];
  const ordinals: number[] = [];
  for (const { assetId, sets } of query.sets) {
    for (const ordinal of evenly(sets.success, weight)) {
      assetIds.push(assetId);
      ordinals.push(ordinal);
    }
  }
  const times = await sql<StepTime[]>`
    select m.asset_id as "assetId", extract(epoch from m.started_at)::float8 * 1000 as "startedAt",
      extract(epoch from m.published_at)::float8 * 1000 as "endedAt", m.duration_ms as "durationMs"
    from unnest(${assetIds}::integer[], ${ordinals}::bigint[]) as w (asset_id, ordinal)
    join materialization m on m.asset_id = w.asset_id and m.ordinal = w.ordinal and m.run_id = ${query.runId}`;
  return { times, weight };
}

/** About every `weight`-th member of a set, the first and the last always. */
function evenly(set: PartitionSet, weight: number): number[] {
  if (weight === 1) return [...set];
  const chosen: number[] = [];
  let next = 0;
  let position = 0;
  for (let at = 0; at < set.ranges.length; at += 2) {
    const start = set.ranges[at] ?? 0;
    const length = (set.ranges[at + 1] ?? 0) - start;
    for (; next < position + length; next += weight) chosen.push(start + Math.floor(next) - position);
    position += length;
  }
  const last = set.last;
  if (last !== undefined && chosen.at(-1) !== last) chosen.push(last);
  return chosen;
}

/** A failed attempt in time. */
export interface FailedTimeRow {
  readonly assetId: number;
  /** Epoch milliseconds; `null` when it was lost before it began. */
  readonly startedAt: number | null;
  readonly endedAt: number;
}

/** When attempts of a run failed, in no order, at most `limit` of them. */
export async function readFailedTimes(
  { sql }: Transaction,
  query: { readonly runId: number; readonly assetId?: number | undefined; readonly limit: number },
): Promise<FailedTimeRow[]> {
  const only = query.assetId === undefined ? sql`` : sql`and asset_id = ${query.assetId}`;
  return [
    ...(await sql<FailedTimeRow[]>`
      select asset_id as "assetId", extract(epoch from started_at)::float8 * 1000 as "startedAt",
        extract(epoch from ended_at)::float8 * 1000 as "endedAt"
      from attempt where run_id = ${query.runId} ${only} limit ${query.limit}`),
  ];
}
