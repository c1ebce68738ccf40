import type { PartitionSet, PlannedRun } from "@heddle/core";
import { readOpenRunPartitions, type Transaction } from "@heddle/storage";
import type { RunRef } from "../contract.ts";
import type { DefinitionsIndex } from "../definitions/definitions-index.ts";
import type { PlanPreviewInput } from "../inputs.ts";

/** What a plan has in common with runs that are not over. */
export interface PlanOverlaps {
  /** Partitions that other runs hold, too. */
  readonly count: number;
  /** The runs that hold them. */
  readonly holders: readonly RunRef[];
  /** The runs that have to be over first. */
  readonly after: readonly RunRef[];
}

export interface OverlapScope {
  readonly index: DefinitionsIndex;
  readonly environmentId: number;
  readonly overlap: PlanPreviewInput["overlap"];
}

/** Finds the runs that a plan meets. Asks the database only when it meets any. */
export async function findOverlaps(
  tx: Transaction,
  { doubled, awaited }: PlannedRun,
  { index, environmentId, overlap }: OverlapScope,
): Promise<PlanOverlaps> {
  const idOf = (key: string) => index.byKey(key)?.id ?? -1;
  const byId = (sets: ReadonlyMap<string, PartitionSet>) => new Map([...sets].map(([key, set]) => [idOf(key), set]));
  const [held, needed] = [byId(doubled), byId(awaited)];
  const runs = await readOpenRunPartitions(tx, {
    environmentId,
    assetIds: [...new Set([...held.keys(), ...needed.keys()])],
  });
  const holders = new Map<number, RunRef>();
  const after = new Map<number, RunRef>();
  for (const { runId, status, assetId, open } of runs) {
    const ref = { id: runId, status };
    const isHolder = held.get(assetId)?.overlaps(open) === true;
    if (isHolder) holders.set(runId, ref);
    if (needed.get(assetId)?.overlaps(open) === true || (isHolder && overlap === "wait")) after.set(runId, ref);
  }
  return {
    count: [...doubled.values()].reduce((sum, { size }) => sum + size, 0),
    holders: [...holders.values()],
    after: [...after.values()],
  };
}
