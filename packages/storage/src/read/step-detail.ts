import { type StepStatus } from "@heddle/core";
import {
  PARTITION_CHUNK_SIZE,
  PartitionSet,
  STEP_STATUSES,
  type FailureCause,
  type SerializedError,
} from "@heddle/core/internal";
import type { Transaction } from "../database.ts";

/** Names one step: one partition of one asset in one run. */
export interface StepQuery {
  readonly runId: number;
  readonly assetId: number;
  readonly ordinal: number;
}

/** What a step is in now. */
export interface StepStateRow {
  readonly status: StepStatus;
  /** While in back-off: not before this instant. */
  readonly retryAt: Date | null;
  /** The claim under which it runs now. */
  readonly claim: {
    readonly id: number;
    readonly workerId: string;
    readonly claimedAt: Date;
  } | null;
}

/** A failed or lost attempt at a step. */
export interface FailedAttemptRow {
  readonly number: number;
  readonly claimId: number;
  readonly workerId: string;
  readonly cause: FailureCause;
  readonly error: SerializedError | null;
  readonly startedAt: Date | null;
  readonly endedAt: Date;
}

type StateRecord = Readonly<Record<StepStatus, Uint8Array>> & { readonly retryAt: Date | null };

/** Finds out what a step is in; `null` when the run has no such step. */
export async function readStepState({ sql }: Transaction, query: StepQuery): Promise<StepStateRow | null> {
  const { runId, assetId, ordinal } = query;
  const [row] = await sql<StateRecord[]>`
    select s.retry_at as "retryAt", c.waiting, c.ready, c.running, c.backoff, c.success, c.failed, c.skipped, c.canceled
    from run_chunk c
    left join step s on s.run_id = c.run_id and s.asset_id = c.asset_id and s.ordinal = ${ordinal}
    where c.run_id = ${runId} and c.asset_id = ${assetId} and c.chunk = ${Math.floor(ordinal / PARTITION_CHUNK_SIZE)}`;
  const status = row && STEP_STATUSES.find((candidate) => PartitionSet.decode(row[candidate]).has(ordinal));
  if (row === undefined || status === undefined) return null;
  const claim = status === "running" ? await readClaim({ sql }, query) : null;
  return { status, retryAt: row.retryAt, claim };
}

async function readClaim(
  { sql }: Pick<Transaction, "sql">,
  { runId, assetId, ordinal }: StepQuery,
): Promise<StepStateRow["claim"]> {
  const rows = await sql<{ id: number; workerId: string; claimedAt: Date; partitions: Uint8Array }[]>`
    select id, worker_id as "workerId", claimed_at as "claimedAt", partitions from claim
    where run_id = ${runId} and asset_id = ${assetId} order by id desc`;
  const found = rows.find(({ partitions }) => PartitionSet.decode(partitions).has(ordinal));
  return found === undefined ? null : { id: found.id, workerId: found.workerId, claimedAt: found.claimedAt };
}

/** The attempts at a step that ended without success, the first one first. */
export async function readStepAttempts(
  { sql }: Transaction,
  query: StepQuery & { readonly limit: number },
): Promise<FailedAttemptRow[]> {
  const { runId, assetId, ordinal, limit } = query;
  return [
    ...(await sql<FailedAttemptRow[]>`
      select number, claim_id as "claimId", worker_id as "workerId", cause, error, started_at as "startedAt",
        ended_at as "endedAt"
      from attempt where run_id = ${runId} and asset_id = ${assetId} and ordinal = ${ordinal}
      order by number limit ${limit}`),
  ];
}

/** A sub-step that the run has recorded. */
export interface DoneSubStep {
  readonly name: string;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly tries: number;
}

/** The sub-steps of a step that its run has recorded, in the order in which they began, and how many there are. */
export async function readDoneSubSteps(
  { sql }: Transaction,
  query: StepQuery & { readonly limit: number },
): Promise<{ readonly rows: readonly DoneSubStep[]; readonly total: number }> {
  const { runId, assetId, ordinal, limit } = query;
  const rows = await sql<(DoneSubStep & { total: number })[]>`
    select name, started_at as "startedAt", duration_ms as "durationMs", tries, count(*) over ()::integer as total
    from sub_step where run_id = ${runId} and asset_id = ${assetId} and ordinal = ${ordinal}
    order by started_at, name limit ${limit}`;
  return { rows: rows.map(({ total: _total, ...row }) => row), total: rows[0]?.total ?? 0 };
}
