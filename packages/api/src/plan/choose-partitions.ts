import { HeddleError, PartitionSet, type PlanTargets } from "@heddle/core";
import type { IndexedAsset } from "../definitions/definitions-index.ts";
import type { PartitionSpaces } from "../definitions/partition-spaces.ts";
import type { PlanPreviewInput } from "../inputs.ts";

/** Turns a choice of partitions into targets of a plan for `selected`, which are in topological order. */
export function choosePartitions(
  choice: PlanPreviewInput["partitions"],
  selected: readonly IndexedAsset[],
  spaces: PartitionSpaces,
): PlanTargets {
  const made = selected.filter(({ definition }) => definition.kind === "asset");
  if (choice.kind === "all") {
    return { kind: "each", partitions: new Map(made.map((asset) => [asset.key, spaces.of(asset).all])) };
  }
  const root =
    choice.asset === undefined
      ? made.find(({ definition }) => definition.partitions !== null)
      : made.find(({ key }) => key === choice.asset);
  if (root === undefined) {
    // Without any partitioned asset there is nothing to choose from.
    if (choice.asset === undefined) return { kind: "each", partitions: new Map() };
    throw new HeddleError("ASSET_UNKNOWN", `"${choice.asset}", whose partitions were chosen, is not a chosen asset`, {
      hint: "Choose it, or state the partitions of an asset that is chosen.",
      details: { asset: choice.asset },
    });
  }
  const partitions =
    choice.kind === "text" ? spaces.of(root).parseRange(choice.text) : PartitionSet.fromRanges(choice.ranges);
  return { kind: "root", asset: root.key, partitions, cascade: "downstream" };
}
