import {
  createRunGraph,
  HeddleError,
  narrowPlan,
  PartitionSet,
  type JsonValue,
  type NarrowedAsset,
  type RunPlan,
} from "@heddle/core";
import type { Database, TransactionSql } from "../database.ts";
import { runUnknown } from "./control-run.ts";
import { insertRun, type CreatedRun } from "./create-run.ts";

/** What of a run is done again. */
export interface RetryRunOptions {
  readonly runId: number;
  /** What failed, and what was skipped because of that. */
  readonly only: "failed";
  /** The code that executes. @default the code of the run that is retried */
  readonly codeVersionId?: number;
  /** The same key never makes a second run. @default none; but while a retry of the run is not over, it is the answer */
  readonly originKey?: string;
}

/**
 * Does again what failed in a run, and what was skipped because of it, as a run of its own: what is final stays final,
 * and the history shows both. Partitions that later runs have materialized are left out.
 *
 * @throws RUN_UNKNOWN, RUN_NOTHING_TO_RETRY
 */
export async function retryRun(db: Database, options: RetryRunOptions): Promise<CreatedRun> {
  const { runId } = options;
  return db.transaction(
    "retryRun",
    async ({ sql }) => {
      // The lock makes two people who retry at once get the same run.
      const [run] = await sql<RetriedRun[]>`
      select r.plan, r.priority, r.tags, r.max_concurrency as "maxConcurrency", r.code_version_id as "codeVersionId",
        r.environment_id as "environmentId", e.name as environment
      from run r join environment e on e.id = r.environment_id
      where r.id = ${runId} for no key update of r`;
      if (run === undefined) throw runUnknown(runId);
      const open = await findOpenRetry(sql, runId);
      if (open !== undefined) return { runId: open, created: false };
      const plan = narrowPlan(run.plan, await findFailedSteps(sql, runId, run));
      if (plan.total === 0) throw nothingToRetry(runId);
      const { priority, tags, maxConcurrency, environment } = run;
      const origin: { kind: string } & Record<string, JsonValue> = { kind: "retry", runId };
      const codeVersionId = options.codeVersionId ?? run.codeVersionId;
      const originKey = options.originKey ?? null;
      const launch = { plan, origin, originKey, priority, tags, maxConcurrency, environment, codeVersionId };
      const made = await insertRun(sql, createRunGraph(plan), launch);
      return { runId: made.runId, created: made.created };
    },
    { isIdempotent: true },
  );
}

interface RetriedRun {
  readonly plan: RunPlan;
  readonly priority: number;
  readonly tags: Record<string, string>;
  readonly maxConcurrency: number | null;
  readonly codeVersionId: number;
  readonly environmentId: number;
  readonly environment: string;
}

async function findOpenRetry(sql: TransactionSql, runId: number): Promise<number | undefined> {
  const [row] = await sql<{ id: number }[]>`
    select id from run
    where status in ('queued', 'running', 'paused') and origin ->> 'kind' = 'retry' and origin -> 'runId' = ${runId}::text::jsonb
    order by id desc limit 1`;
  return row?.id;
}

interface FailedChunk {
  readonly key: string;
  readonly failed: Uint8Array;
  readonly skipped: Uint8Array;
  readonly currentMaterialized: Uint8Array | null;
  readonly currentFailed: Uint8Array | null;
  /** Ordinals of the chunk that a later run has materialized. */
  readonly madeSince: number[];
}

/** What is still to be done again, by asset key. */
async function findFailedSteps(
  sql: TransactionSql,
  runId: number,
  run: RetriedRun,
): Promise<Map<string, NarrowedAsset>> {
  const { environmentId } = run;
  const chunks = await sql<FailedChunk[]>`
    select a.key, c.failed, c.skipped, p.materialized as "currentMaterialized", p.failed as "currentFailed",
      array(
        select ordinal from asset_partition
        where environment_id = ${environmentId} and asset_id = c.asset_id and run_id > ${runId}
          and ordinal >= c.chunk::bigint * 8192 and ordinal < (c.chunk::bigint + 1) * 8192
      ) as "madeSince"
    from run_chunk c
    join asset a on a.id = c.asset_id
    left join asset_chunk p on p.environment_id = ${environmentId} and p.asset_id = c.asset_id and p.chunk = c.chunk
    where c.run_id = ${runId} and octet_length(c.failed) + octet_length(c.skipped) > 2`;
  const assets = new Map<string, NarrowedAsset>();
  for (const chunk of chunks) {
    const open = decode(chunk.failed).union(decode(chunk.skipped)).subtract(PartitionSet.of(chunk.madeSince));
    const known = assets.get(chunk.key);
    assets.set(chunk.key, {
      partitions: open.union(known?.partitions ?? PartitionSet.EMPTY),
      failed: decode(chunk.currentFailed).union(known?.failed ?? PartitionSet.EMPTY),
      materialized: decode(chunk.currentMaterialized).union(known?.materialized ?? PartitionSet.EMPTY),
    });
  }
  return assets;
}

function decode(bytes: Uint8Array | null): PartitionSet {
  return bytes === null ? PartitionSet.EMPTY : PartitionSet.decode(bytes);
}

function nothingToRetry(runId: number): HeddleError {
  return new HeddleError("RUN_NOTHING_TO_RETRY", `run ${runId} has no failed step that still needs to be done again`, {
    hint: "It has no failures, or later runs have made what failed.",
    details: { runId },
  });
}
