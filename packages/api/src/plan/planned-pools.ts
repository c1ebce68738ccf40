import { PartitionSet, type RunPlan } from "@heddle/core/internal";
import { listPools, type Transaction } from "@heddle/storage";
import type { PlannedPool } from "../contract.ts";

/** Pools that are told: the fullest first. */
const MAX_POOLS = 20;

/** The limits that steps of a plan count against. Reads nothing when no asset of it names one. */
export async function readPlannedPools(tx: Transaction, plan: RunPlan): Promise<PlannedPool[]> {
  const steps = new Map<string, number>();
  for (const { pools, partitions } of plan.assets) {
    const { size } = PartitionSet.fromRanges(partitions);
    for (const { name } of pools ?? []) steps.set(name, (steps.get(name) ?? 0) + size);
  }
  if (steps.size === 0) return [];
  const pools = await listPools(tx);
  return pools
    .flatMap(({ name, slots, used, ready }): PlannedPool[] => {
      const own = steps.get(name);
      return own === undefined ? [] : [{ name, slots, used, ready, steps: own }];
    })
    .toSorted((a, b) => b.used / Math.max(1, b.slots) - a.used / Math.max(1, a.slots))
    .slice(0, MAX_POOLS);
}
