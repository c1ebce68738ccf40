import type { PartitionSet } from "@heddle/core";
import type { TransactionSql } from "../database.ts";
import type { TakenSteps } from "./claiming.ts";
import { readSteps, type StepRow } from "./run-rows.ts";
import type { RunWork } from "./run-work.ts";

/** A claim as it was written; see `Claim`. */
export interface MadeClaim {
  readonly claimId: number;
  readonly runId: number;
  readonly assetId: number;
  readonly codeVersionId: number;
  readonly environmentId: number;
  readonly partitions: PartitionSet;
  readonly attempts: ReadonlyMap<number, number>;
}

/** Who claims, and by which call. */
export interface ClaimRequest {
  readonly workerId: string;
  readonly requestId: string;
}

/** Writes one claim for each asset of each run of which steps were taken, and finds the numbers of their attempts. */
export async function writeClaims(
  sql: TransactionSql,
  work: RunWork,
  { request, taken }: { readonly request: ClaimRequest; readonly taken: readonly TakenSteps[] },
): Promise<MadeClaim[]> {
  if (taken.length === 0) return [];
  const [rows, steps] = await Promise.all([
    sql<{ id: number; runId: number; assetId: number }[]>`
      insert into claim (run_id, asset_id, worker_id, request_id, partitions, size)
      select run_id, asset_id, ${request.workerId}, ${request.requestId}, partitions, size
      from unnest(
        ${taken.map((steps) => steps.runId)}::bigint[], ${taken.map((steps) => steps.assetId)}::integer[],
        ${taken.map((steps) => steps.partitions.encode())}::bytea[],
        ${taken.map((steps) => steps.partitions.size)}::integer[]
      ) as k(run_id, asset_id, partitions, size)
      returning id, run_id as "runId", asset_id as "assetId"`,
    readSteps(sql, taken),
  ]);
  const ids = new Map(rows.map((row) => [`${row.runId}/${row.assetId}`, row.id]));
  const claims = taken.map(({ runId, assetId, partitions }) => {
    const { codeVersionId, environmentId } = work.run(runId);
    return { claimId: ids.get(`${runId}/${assetId}`) ?? 0, runId, assetId, codeVersionId, environmentId, partitions };
  });
  return numberAttempts(claims, steps);
}

/** Adds to claims which of their steps were attempted before; a step without a row has its first attempt. */
export function numberAttempts(claims: readonly Omit<MadeClaim, "attempts">[], steps: readonly StepRow[]): MadeClaim[] {
  const byAsset = Map.groupBy(steps, (step) => `${step.runId}/${step.assetId}`);
  return claims.map((claim) => {
    const own = byAsset.get(`${claim.runId}/${claim.assetId}`) ?? [];
    const attempts = own
      .filter((step) => claim.partitions.has(step.ordinal))
      .map((step): [number, number] => [step.ordinal, step.attempts + 1]);
    return { ...claim, attempts: new Map(attempts) };
  });
}
