import type { PartitionSet, PlannedRun, RunStatus } from "@heddle/core";
import { readOpenRunPartitions, type Transaction } from "@heddle/storage";
import type { DefinitionsIndex } from "./definitions-index.ts";
import type { PlanChoice } from "./plan-choice.ts";

/** A run that is not over. */
export interface OpenRun {
  readonly id: number;
  readonly status: RunStatus;
}

/** What a plan has in common with runs that are not over. */
export interface PlanOverlaps {
  /** Partitions that other runs hold, too. */
  readonly count: number;
  /** The runs that hold them. */
  readonly holders: readonly OpenRun[];
  /** The runs that have to be over first. */
  readonly after: readonly OpenRun[];
}

export interface OverlapScope {
  readonly index: DefinitionsIndex;
  readonly environmentId: number;
  readonly overlap: PlanChoice["overlap"];
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
  const holders = new Map<number, OpenRun>();
  const after = new Map<number, OpenRun>();
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
