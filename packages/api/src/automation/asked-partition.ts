import type { PartitionSpace } from "@heddle/core";
import type { AssetStanding } from "@heddle/engine/planning";

/**
 * The partition that people mean who name none: the one that most needs an answer. The last that failed, else the last that
 * is stale, else the last that is missing, and where all is well the newest. `undefined` where there is none.
 */
export function mostAskedPartition({ asset, sets, stale }: AssetStanding, { all }: PartitionSpace): number | undefined {
  // Nobody makes what is external, so that nothing of it is missing.
  if (asset.definition.kind === "external") return all.last;
  const { failed, running, queued, materialized } = sets;
  const open = running.union(queued);
  const candidates = [failed, stale.intersect(materialized), all.subtract(materialized)];
  return candidates.map((set) => set.intersect(all).subtract(open).last).find((last) => last !== undefined) ?? all.last;
}
