import { type StepStatus } from "@heddle/core";
import { PARTITION_CHUNK_SIZE, PartitionSet, STEP_STATUSES, type FailureCause } from "@heddle/core/internal";
import type { Transaction } from "../database.ts";

/** One step of a run. */
export interface StepRow {
  readonly assetId: number;
  /** Of the asset in the run. */
  readonly position: number;
  readonly ordinal: number;
  readonly status: StepStatus;
  readonly startedAt: Date | null;
  readonly durationMs: number | null;
  readonly attempts: number;
  readonly retryAt: Date | null;
  readonly cause: FailureCause | null;
  readonly message: string | null;
}

/** A place among the steps of a run: they are in the order of the asset's position, then the ordinal. */
export interface StepPlace {
  readonly position: number;
  readonly ordinal: number;
}

export interface RunStepsQuery {
  readonly runId: number;
  readonly assetId?: number | undefined;
  readonly statuses: readonly StepStatus[];
  readonly after?: StepPlace | undefined;
  readonly limit: number;
}

export interface StepPage {
  readonly steps: readonly StepRow[];
  /** Where to go on, even when this page holds nothing; `null` at the end. */
  readonly next: StepPlace | null;
}

/** Rows of sets that one page looks through: with a rare status, a page may end early and empty, but never late. */
const CHUNKS_PER_PAGE = 256;

type ChunkRow = { readonly assetId: number; readonly position: number; readonly chunk: number } & Readonly<
  Record<StepStatus, Uint8Array>
>;

/** Reads a page of a run's steps: one statement finds them in the sets, one says what is known of each. */
export async function readRunSteps(tx: Transaction, query: RunStepsQuery): Promise<StepPage> {
  const chunks = await readChunks(tx, query);
  const found: { assetId: number; position: number; ordinal: number; status: StepStatus }[] = [];
  for (const chunk of chunks) {
    for (const step of stepsOf(chunk, query)) {
      if (found.length === query.limit) break;
      found.push({ assetId: chunk.assetId, position: chunk.position, ...step });
    }
  }
  const details = await readStepDetails(tx, query.runId, found);
  const steps = found.map((step, i) => ({ ...step, ...(details.get(i) ?? NOTHING_KNOWN) }));
  return { steps, next: nextPlace(chunks, found, query.limit) };
}

async function readChunks({ sql }: Transaction, query: RunStepsQuery): Promise<ChunkRow[]> {
  const { after, assetId } = query;
  const from = after ?? { position: -1, ordinal: 0 };
  const only = assetId === undefined ? sql`` : sql`and a.asset_id = ${assetId}`;
  return [
    ...(await sql<ChunkRow[]>`
      select c.asset_id as "assetId", a.position, c.chunk, c.waiting, c.ready, c.running, c.backoff, c.success, c.failed,
        c.skipped, c.canceled
      from run_asset a join run_chunk c on c.run_id = a.run_id and c.asset_id = a.asset_id
      where a.run_id = ${query.runId} ${only}
        and (a.position, c.chunk) >= (${from.position}, ${Math.floor(from.ordinal / PARTITION_CHUNK_SIZE)})
      order by a.position, c.chunk limit ${CHUNKS_PER_PAGE}`),
  ];
}

/** The steps of one row of sets that are asked for, in the order of their ordinals. */
function stepsOf(chunk: ChunkRow, query: RunStepsQuery): { ordinal: number; status: StepStatus }[] {
  const { after } = query;
  const isResumed = after !== undefined && chunk.position === after.position;
  const wanted = STEP_STATUSES.filter((status) => query.statuses.includes(status));
  return wanted
    .flatMap((status) => {
      const set = PartitionSet.decode(chunk[status]);
      const rest = isResumed ? set.clip(after.ordinal + 1, Number.MAX_SAFE_INTEGER) : set;
      return [...rest.take(query.limit + 1).ordinals()].map((ordinal) => ({ ordinal, status }));
    })
    .sort((a, b) => a.ordinal - b.ordinal);
}

/** After a full page: its last step. After a page that ran out of rows: the end of the last row. */
function nextPlace(chunks: readonly ChunkRow[], found: readonly StepPlace[], limit: number): StepPlace | null {
  const lastStep = found.at(-1);
  if (found.length === limit && lastStep !== undefined)
    return { position: lastStep.position, ordinal: lastStep.ordinal };
  const lastChunk = chunks.at(-1);
  if (chunks.length < CHUNKS_PER_PAGE || lastChunk === undefined) return null;
  return { position: lastChunk.position, ordinal: (lastChunk.chunk + 1) * PARTITION_CHUNK_SIZE - 1 };
}

type StepDetails = Omit<StepRow, "assetId" | "position" | "ordinal" | "status">;

const NOTHING_KNOWN: StepDetails = {
  startedAt: null,
  durationMs: null,
  attempts: 0,
  retryAt: null,
  cause: null,
  message: null,
};

interface DetailRow {
  /** Position in the list that was asked for, from 1. */
  readonly nth: number;
  readonly materializedAt: Date | null;
  readonly durationMs: number | null;
  readonly attempt: number | null;
  readonly retryAt: Date | null;
  readonly failedNumber: number | null;
  readonly failedAt: Date | null;
  readonly failedFrom: Date | null;
  readonly cause: FailureCause | null;
  readonly message: string | null;
}

async function readStepDetails(
  { sql }: Transaction,
  runId: number,
  steps: readonly { readonly assetId: number; readonly ordinal: number; readonly status: StepStatus }[],
): Promise<Map<number, StepDetails>> {
  if (steps.length === 0) return new Map();
  const rows = await sql<DetailRow[]>`
    select w.nth::integer as nth, m.started_at as "materializedAt", m.duration_ms as "durationMs", m.attempt,
      s.retry_at as "retryAt", f.number as "failedNumber", f.started_at as "failedFrom", f.ended_at as "failedAt",
      f.cause, f.error ->> 'message' as message
    from unnest(${steps.map((step) => step.assetId)}::integer[], ${steps.map((step) => step.ordinal)}::bigint[])
      with ordinality as w (asset_id, ordinal, nth)
    left join materialization m on m.asset_id = w.asset_id and m.ordinal = w.ordinal and m.run_id = ${runId}
    left join step s on s.run_id = ${runId} and s.asset_id = w.asset_id and s.ordinal = w.ordinal
    left join lateral (
      select number, started_at, ended_at, cause, error from attempt
      where run_id = ${runId} and asset_id = w.asset_id and ordinal = w.ordinal
      order by number desc limit 1
    ) as f on true`;
  const claimedAt = steps.some((step) => step.status === "running") ? await readClaimTimes({ sql }, runId) : [];
  return new Map(
    rows.flatMap((row) => {
      const step = steps[row.nth - 1];
      return step === undefined ? [] : [[row.nth - 1, describeStep(step, row, claimedAt)] as const];
    }),
  );
}

interface ClaimTime {
  readonly assetId: number;
  readonly partitions: PartitionSet;
  readonly claimedAt: Date;
}

/** Claims that one run may hold at once are bounded by the slots of all workers. */
const MAX_CLAIMS = 2000;

async function readClaimTimes({ sql }: Pick<Transaction, "sql">, runId: number): Promise<ClaimTime[]> {
  const rows = await sql<{ assetId: number; partitions: Uint8Array; claimedAt: Date }[]>`
    select asset_id as "assetId", partitions, claimed_at as "claimedAt" from claim
    where run_id = ${runId} order by id limit ${MAX_CLAIMS}`;
  return rows.map((row) => ({ ...row, partitions: PartitionSet.decode(row.partitions) }));
}

function describeStep(
  step: { readonly assetId: number; readonly ordinal: number; readonly status: StepStatus },
  row: DetailRow,
  claims: readonly ClaimTime[],
): StepDetails {
  const failedAttempts = row.failedNumber ?? 0;
  const failure = { cause: row.cause, message: row.message };
  if (step.status === "success") {
    const attempts = row.attempt ?? failedAttempts;
    return { startedAt: row.materializedAt, durationMs: row.durationMs, attempts, retryAt: null, ...failure };
  }
  if (step.status === "running") {
    const claim = claims.find(({ assetId, partitions }) => assetId === step.assetId && partitions.has(step.ordinal));
    const attempts = failedAttempts + 1;
    return { startedAt: claim?.claimedAt ?? null, durationMs: null, attempts, retryAt: null, ...failure };
  }
  const durationMs =
    row.failedFrom === null || row.failedAt === null
      ? null
      : Math.max(0, row.failedAt.getTime() - row.failedFrom.getTime());
  return { startedAt: row.failedFrom, durationMs, attempts: failedAttempts, retryAt: row.retryAt, ...failure };
}
