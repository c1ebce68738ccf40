import type { FailureCause, SerializedError } from "@heddle/core/internal";
import type { TransactionSql } from "../database.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { writeJsonText, writeText } from "./json-text.ts";
import type { StepRow } from "./run-rows.ts";
import type { CheckOutcome, AttemptPlace, StepSuccess } from "./step-outcome.ts";

/** Largest `integer`; a duration beyond it is 24 days and is cut. */
const MAX_INTEGER = 2 ** 31 - 1;

/** A success that becomes a materialization. */
export interface Publication extends AttemptPlace {
  readonly environmentId: number;
  readonly codeVersionId: number;
  readonly attempt: number;
  readonly outcome: StepSuccess;
}

/** Writes materializations. Their rows are named by (asset, ordinal, run), so that none is ever written twice. */
export async function insertMaterializations(sql: TransactionSql, all: readonly Publication[]): Promise<void> {
  await sql`
    insert into materialization (asset_id, ordinal, run_id, claim_id, attempt, code_version_id, started_at, duration_ms,
      data_version, stored, metadata, inputs)
    select asset_id, ordinal, run_id, claim_id, attempt, code_version_id, to_timestamp(started_ms / 1000), duration_ms,
      data_version, stored::jsonb, metadata::jsonb, inputs::jsonb
    from unnest(
      ${all.map((row) => row.assetId)}::integer[], ${all.map((row) => row.ordinal)}::bigint[],
      ${all.map((row) => row.runId)}::bigint[], ${all.map((row) => row.claimId)}::bigint[],
      ${all.map((row) => row.attempt)}::smallint[], ${all.map((row) => row.codeVersionId)}::integer[],
      ${all.map((row) => row.outcome.startedAt)}::double precision[],
      ${all.map((row) => toInteger(row.outcome.durationMs))}::integer[],
      ${all.map((row) => writeText(row.outcome.dataVersion))}::text[],
      ${all.map((row) => writeJsonText(row.outcome.stored))}::text[],
      ${all.map((row) => writeJsonText(row.outcome.metadata))}::text[],
      ${all.map((row) => (row.outcome.inputs.length === 0 ? null : writeJsonText(row.outcome.inputs)))}::text[]
    ) as k(asset_id, ordinal, run_id, claim_id, attempt, code_version_id, started_ms, duration_ms,
      data_version, stored, metadata, inputs)`;
}

/** Lets the pointers of partitions show to new materializations. */
export async function movePointers(sql: TransactionSql, publications: readonly Publication[]): Promise<void> {
  const all = lastOfEachPartition(publications);
  await sql`
    insert into asset_partition (environment_id, asset_id, ordinal, run_id)
    select * from unnest(
      ${all.map((row) => row.environmentId)}::smallint[], ${all.map((row) => row.assetId)}::integer[],
      ${all.map((row) => row.ordinal)}::bigint[], ${all.map((row) => row.runId)}::bigint[]
    ) as k(environment_id, asset_id, ordinal, run_id)
    on conflict (environment_id, asset_id, ordinal) do update set run_id = excluded.run_id`;
}

/** Runs that overlap may make one partition in the same batch; a statement may move each pointer only once. */
function lastOfEachPartition(all: readonly Publication[]): readonly Publication[] {
  const [first] = all;
  if (first === undefined || all.every(({ runId }) => runId === first.runId)) return all;
  const byPartition = new Map(all.map((row) => [`${row.environmentId}/${row.assetId}/${row.ordinal}`, row]));
  return [...byPartition.values()];
}

/** Results of the checks of one attempt. */
export interface CheckedAttempt extends AttemptPlace {
  readonly environmentId: number;
  readonly checks: readonly CheckOutcome[];
  /** The run that made the value, where it is another one. */
  readonly judgedRunId: number | null;
}

export async function insertCheckResults(sql: TransactionSql, attempts: readonly CheckedAttempt[]): Promise<void> {
  const all = attempts.flatMap((attempt) => attempt.checks.map((check) => ({ ...attempt, check })));
  await sql`
    insert into check_result (environment_id, asset_id, name, ordinal, run_id, judged_run_id, claim_id, passed, severity,
      blocking, description, metadata)
    select environment_id, asset_id, name, ordinal, run_id, judged_run_id, claim_id, passed, severity, blocking, description,
      metadata::jsonb
    from unnest(
      ${all.map((row) => row.environmentId)}::smallint[], ${all.map((row) => row.assetId)}::integer[],
      ${all.map((row) => writeText(row.check.name))}::text[], ${all.map((row) => row.ordinal)}::bigint[],
      ${all.map((row) => row.runId)}::bigint[], ${all.map((row) => row.judgedRunId)}::bigint[],
      ${all.map((row) => row.claimId)}::bigint[],
      ${all.map((row) => row.check.passed)}::boolean[], ${all.map((row) => row.check.severity)}::text[],
      ${all.map((row) => row.check.blocking)}::boolean[], ${all.map((row) => writeText(row.check.description))}::text[],
      ${all.map((row) => writeJsonText(row.check.metadata))}::text[]
    ) as k(environment_id, asset_id, name, ordinal, run_id, judged_run_id, claim_id, passed, severity, blocking, description,
      metadata)`;
}

/** An attempt that ended without success. */
export interface FailedAttemptRow extends AttemptPlace {
  readonly number: number;
  readonly workerId: string;
  readonly cause: FailureCause;
  readonly error: SerializedError;
  /** Epoch milliseconds; null when it is not known. */
  readonly startedAt: number | null;
}

export async function insertAttempts(sql: TransactionSql, all: readonly FailedAttemptRow[]): Promise<void> {
  await sql`
    insert into attempt (run_id, asset_id, ordinal, number, claim_id, worker_id, cause, error, fingerprint, started_at)
    select run_id, asset_id, ordinal, number, claim_id, worker_id, cause, error::jsonb, fingerprint, started_at
    from unnest(
      ${all.map((row) => row.runId)}::bigint[], ${all.map((row) => row.assetId)}::integer[],
      ${all.map((row) => row.ordinal)}::bigint[], ${all.map((row) => row.number)}::smallint[],
      ${all.map((row) => row.claimId)}::bigint[], ${all.map((row) => row.workerId)}::uuid[],
      ${all.map((row) => row.cause)}::text[], ${all.map((row) => writeJsonText(row.error))}::text[],
      ${all.map((row) => fingerprintOf(row.cause, row.error))}::text[],
      ${all.map((row) => (row.startedAt === null ? null : new Date(row.startedAt)))}::timestamptz[]
    ) as k(run_id, asset_id, ordinal, number, claim_id, worker_id, cause, error, fingerprint, started_at)`;
}

/** What a step has spent by now. */
export interface StepWrite extends StepRow {
  /** How long it waits for its next attempt; null when it does not wait. */
  readonly delayMs: number | null;
  /** Why it failed for good; null when it did not. */
  readonly cause: FailureCause | null;
}

/** Back-offs of the same length end together: what was to be made by one execution can be again. */
export async function upsertSteps(sql: TransactionSql, all: readonly StepWrite[]): Promise<void> {
  await sql`
    insert into step (run_id, asset_id, ordinal, errors, losses, attempts, retry_at, cause)
    select run_id, asset_id, ordinal, errors, losses, attempts,
      statement_timestamp() + delay_ms * interval '1 millisecond',
      cause
    from unnest(
      ${all.map((row) => row.runId)}::bigint[], ${all.map((row) => row.assetId)}::integer[],
      ${all.map((row) => row.ordinal)}::bigint[], ${all.map((row) => row.errors)}::smallint[],
      ${all.map((row) => row.losses)}::smallint[], ${all.map((row) => row.attempts)}::smallint[],
      ${all.map((row) => row.delayMs)}::double precision[], ${all.map((row) => row.cause)}::text[]
    ) as k(run_id, asset_id, ordinal, errors, losses, attempts, delay_ms, cause)
    on conflict (run_id, asset_id, ordinal) do update set errors = excluded.errors, losses = excluded.losses,
      attempts = excluded.attempts, retry_at = excluded.retry_at, cause = excluded.cause`;
}

function toInteger(value: number): number {
  return Math.max(0, Math.min(MAX_INTEGER, Math.round(value)));
}
