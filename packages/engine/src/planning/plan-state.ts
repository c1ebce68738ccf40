import { PartitionSet, type PlanAssetState } from "@heddle/core/internal";
import { NO_PARTITION_SETS, readPartitionSets, type Transaction } from "@heddle/storage";
import type { PlanningState } from "./planning-state.ts";
import { readStale, type StaleScope } from "./stale-partitions.ts";

export interface PlanStateQuery extends StaleScope {
  /** Whether it has to be known which partitions are out of date. */
  readonly isStaleNeeded: boolean;
}

/** Reads how the partitions of some assets stand, by asset key, in a constant number of statements. */
export async function readPlanState(
  state: PlanningState,
  tx: Transaction,
  query: PlanStateQuery,
): Promise<(key: string) => PlanAssetState> {
  const { environmentId, assets, isStaleNeeded } = query;
  const sets = await readPartitionSets(tx, { environmentId, assetIds: assets.map(({ id }) => id) });
  const stale = isStaleNeeded ? await readStale(state, tx, query) : new Map<number, PartitionSet>();
  const states = new Map(
    assets.map(({ id, key }): [string, PlanAssetState] => {
      const own = sets.get(id) ?? NO_PARTITION_SETS;
      const { materialized, failed } = own;
      const running = own.running.union(own.queued);
      return [key, { materialized, failed, stale: stale.get(id) ?? PartitionSet.EMPTY, running }];
    }),
  );
  return (key) => states.get(key) ?? NOTHING;
}

const NOTHING: PlanAssetState = {
  materialized: PartitionSet.EMPTY,
  failed: PartitionSet.EMPTY,
  stale: PartitionSet.EMPTY,
  running: PartitionSet.EMPTY,
};
