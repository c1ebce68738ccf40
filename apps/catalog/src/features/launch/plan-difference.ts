import type { PlanChange, PlannedAsset, PlanPreview } from "@heddle/api";
import { PartitionSet } from "@heddle/core/internal";
import { formatCount, formatCounted } from "../../format/amounts.ts";

/** How a plan differs from the one that somebody has confirmed, told from both: for when the server does not know the first. */
export function planDifference(before: PlanPreview, after: PlanPreview): readonly PlanChange[] {
  const changes: PlanChange[] = [];
  const earlier = new Map(before.assets.map((own) => [own.asset.key, own]));
  for (const planned of after.assets) {
    changes.push(...changeOf(planned.asset, earlier.get(planned.asset.key), planned));
    earlier.delete(planned.asset.key);
  }
  for (const planned of earlier.values()) changes.push(...changeOf(planned.asset, planned, undefined));
  return changes;
}

function changeOf(
  asset: PlannedAsset["asset"],
  before: PlannedAsset | undefined,
  after: PlannedAsset | undefined,
): PlanChange[] {
  // Beyond the ranges that both hold, only the counts say how many there are.
  if (isCut(before) || isCut(after)) {
    const [old, now] = [before?.count ?? 0, after?.count ?? 0];
    return old === now
      ? []
      : [{ asset, added: [], removed: [], text: `${formatCounted(old, "partition")} before, ${formatCount(now)} now` }];
  }
  const old = PartitionSet.fromRanges(before?.partitions ?? []);
  const now = PartitionSet.fromRanges(after?.partitions ?? []);
  const [added, removed] = [now.subtract(old), old.subtract(now)];
  const parts = [
    ...(added.isEmpty ? [] : [`${formatCounted(added.size, "partition")} more`]),
    ...(removed.isEmpty ? [] : [`${formatCounted(removed.size, "partition")} less`]),
  ];
  if (parts.length === 0) return [];
  return [{ asset, added: added.ranges, removed: removed.ranges, text: parts.join(", ") }];
}

function isCut(planned: PlannedAsset | undefined): boolean {
  return planned !== undefined && planned.partitions.length < 2 * planned.rangeCount;
}
