import type { RunStatus } from "@heddle/core";
import type { PartitionSet, PlannedRun } from "@heddle/core/internal";
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

/** Says what a plan, or a part of it, has in common with runs that are not over. */
export type OverlapsOf = (part: Pick<PlannedRun, "doubled" | "awaited">) => PlanOverlaps;

/** Reads the runs that a plan meets. Asks the database only when it meets any. */
export async function readOverlaps(
  tx: Transaction,
  { doubled, elsewhere }: PlannedRun,
  { index, environmentId, overlap }: OverlapScope,
): Promise<OverlapsOf> {
  const idOf = (key: string) => index.byKey(key)?.id ?? -1;
  const byId = (sets: ReadonlyMap<string, PartitionSet>) => new Map([...sets].map(([key, set]) => [idOf(key), set]));
  const met = new Set([...doubled.keys(), ...[...elsewhere.values()].flatMap((byUpstream) => [...byUpstream.keys()])]);
  const runs = await readOpenRunPartitions(tx, { environmentId, assetIds: [...met].map(idOf) });
  return (part) => {
    const [held, needed] = [byId(part.doubled), byId(part.awaited)];
    const holders = new Map<number, OpenRun>();
    const after = new Map<number, OpenRun>();
    for (const { runId, status, assetId, open } of runs) {
      const ref = { id: runId, status };
      const isHolder = held.get(assetId)?.overlaps(open) === true;
      if (isHolder) holders.set(runId, ref);
      if (needed.get(assetId)?.overlaps(open) === true || (isHolder && overlap === "wait")) after.set(runId, ref);
    }
    return {
      count: [...part.doubled.values()].reduce((sum, { size }) => sum + size, 0),
      holders: [...holders.values()],
      after: [...after.values()],
    };
  };
}
