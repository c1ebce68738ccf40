import type { PartitionSet } from "@heddle/core/internal";
import type { Database } from "../database.ts";
import { readWorkerClaims } from "./run-rows.ts";

/** Steps of one asset of one run that a worker owns, as the database has it. */
export interface OwnedClaim {
  readonly claimId: number;
  readonly runId: number;
  readonly assetId: number;
  readonly partitions: PartitionSet;
}

/**
 * Reads what a worker owns. After a claim whose answer got lost, this tells which steps it was given without hearing of
 * it: it has to hand them back, since nobody else may take them while it lives.
 */
export async function readOwnedClaims(db: Database, workerId: string): Promise<OwnedClaim[]> {
  const rows = await db.read("readOwnedClaims", (tx) => readWorkerClaims(tx.sql, workerId));
  return rows.map(({ id, runId, assetId, partitions }) => ({ claimId: id, runId, assetId, partitions }));
}
