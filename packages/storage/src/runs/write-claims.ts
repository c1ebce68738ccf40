import { PartitionSet } from "@heddle/core/internal";
import type { TransactionSql } from "../database.ts";
import type { TakenSteps } from "./claiming.ts";
import { poolsText } from "./pooled-assets.ts";
import { readSteps, type StepRow } from "./run-rows.ts";
import type { RunAssetPlace, RunWork } from "./run-work.ts";

/** A claim as it was written; see `Claim`. */
export interface MadeClaim {
  readonly claimId: number;
  readonly runId: number;
  readonly assetId: number;
  readonly codeVersionId: number;
  readonly environmentId: number;
  readonly partitions: PartitionSet;
  readonly isChunk: boolean;
  readonly attempts: ReadonlyMap<number, number>;
}

/** How many places a claim takes up: a chunk is one execution, however many steps it makes. */
export function placesOf({ isChunk, partitions }: Pick<MadeClaim, "isChunk" | "partitions">): number {
  return isChunk ? 1 : partitions.size;
}

/** Who claims, and by which call. */
export interface ClaimRequest {
  readonly workerId: string;
  readonly requestId: string;
}

/** What is claimed, and by whom. */
export interface ClaimsToWrite {
  readonly request: ClaimRequest;
  readonly taken: readonly TakenSteps[];
  /** Rows of steps as this transaction changes them, whether that is written yet or not. */
  readonly changedSteps: readonly StepRow[];
}

/**
 * Writes one claim for each asset of each run of which steps were taken, or for each chunk, and finds the numbers of
 * their attempts.
 */
export async function writeClaims(
  sql: TransactionSql,
  work: RunWork,
  { request, taken, changedSteps }: ClaimsToWrite,
): Promise<MadeClaim[]> {
  if (taken.length === 0) return [];
  const [rows, steps] = await Promise.all([
    sql<{ id: number; runId: number; assetId: number; chunk: Uint8Array | null }[]>`
      insert into claim (id, run_id, asset_id, worker_id, request_id, partitions, size, is_chunk, pools)
      overriding system value
      select coalesce(id, nextval('claim_id_seq')), run_id, asset_id, ${request.workerId}, ${request.requestId}, partitions,
        size, is_chunk, pools::jsonb
      from unnest(
        ${taken.map((steps) => steps.claimId ?? null)}::bigint[],
        ${taken.map((steps) => steps.runId)}::bigint[], ${taken.map((steps) => steps.assetId)}::integer[],
        ${taken.map((steps) => steps.partitions.encode())}::bytea[],
        ${taken.map(placesOf)}::integer[], ${taken.map((steps) => steps.isChunk)}::boolean[],
        ${taken.map((steps) => poolsText(steps.pools))}::text[]
      ) as k(id, run_id, asset_id, partitions, size, is_chunk, pools)
      returning id, run_id as "runId", asset_id as "assetId", case when is_chunk then partitions end as chunk`,
    readSteps(sql, taken),
  ]);
  const reserved = new Set(taken.flatMap(({ claimId }) => claimId ?? []));
  const ids = new Map(
    rows
      .filter(({ id }) => !reserved.has(id))
      .map(({ id, chunk, ...place }) => [nameClaim(place, chunk === null ? null : PartitionSet.decode(chunk)), id]),
  );
  const claims = taken.map(({ runId, assetId, partitions, isChunk, ...rest }) => {
    const { codeVersionId, environmentId } = work.run(runId);
    const claimId = rest.claimId ?? ids.get(nameClaim({ runId, assetId }, isChunk ? partitions : null)) ?? 0;
    return { claimId, runId, assetId, codeVersionId, environmentId, partitions, isChunk };
  });
  return numberAttempts(claims, [...steps, ...changedSteps]);
}

/** Names a claim among those of one call: an asset of a run has several when it is made in chunks. */
function nameClaim({ runId, assetId }: RunAssetPlace, chunk: PartitionSet | null): string {
  return `${runId}/${assetId}/${chunk?.first ?? ""}`;
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
