import { listPools, type RunAssetRow, type Transaction } from "@heddle/storage";
import type { RunBlocker } from "../contract.ts";

/** Pools that are named. */
const SHOWN = 3;

/**
 * Says for which pools steps of a run wait: some that could begin count against one without room. Reads nothing when no
 * such step names a pool.
 */
export async function findPoolBlockers(tx: Transaction, assets: readonly RunAssetRow[]): Promise<RunBlocker[]> {
  const wanted = new Map<string, { readonly slots: number; steps: number }>();
  for (const { pools, counts } of assets) {
    if (counts.ready === 0) continue;
    for (const { name, slots } of pools ?? []) {
      const known = wanted.get(name);
      const most = Math.max(known?.slots ?? 0, slots);
      wanted.set(name, { slots: most, steps: (known?.steps ?? 0) + counts.ready });
    }
  }
  if (wanted.size === 0) return [];
  const full = (await listPools(tx)).filter(({ name, slots, used }) => used + (wanted.get(name)?.slots ?? 0) > slots);
  const blockers = full.filter(({ name }) => wanted.has(name));
  return blockers.slice(0, SHOWN).map(({ name, slots, used }) => {
    const steps = wanted.get(name)?.steps ?? 0;
    const room = slots === 0 ? "has no slots" : `has ${used} of ${slots} slots taken`;
    return { reason: "pool", message: `${steps} steps wait for the pool ${name}, which ${room}.` };
  });
}
