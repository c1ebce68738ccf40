import { HeddleError, formatNearest, PartitionSet, type PlanTargets } from "@heddle/core";
import type { IndexedAsset } from "../definitions/definitions-index.ts";
import type { PartitionSpaces } from "../definitions/partition-spaces.ts";
import type { PlanPreviewInput } from "../inputs.ts";

/** What partitions are chosen among. */
export interface ChoiceScope {
  /** The assets to make, in topological order. */
  readonly assets: readonly IndexedAsset[];
  /** Those of them that were chosen, as opposed to those that the cascade added. */
  readonly chosen: readonly IndexedAsset[];
  readonly spaces: PartitionSpaces;
}

/** Turns a choice of partitions into targets of a plan. @throws ASSET_UNKNOWN, PARTITION_UNKNOWN */
export function choosePartitions(
  choice: PlanPreviewInput["partitions"],
  { assets, chosen, spaces }: ChoiceScope,
): PlanTargets {
  const made = assets.filter(({ definition }) => definition.kind === "asset");
  if (choice.kind === "all") {
    return { kind: "each", partitions: new Map(made.map((asset) => [asset.key, spaces.of(asset).all])) };
  }
  if (choice.kind === "each") {
    const stated = Object.entries(choice.assets).map(([key, partitions]) => {
      const asset = requireChosen(key, made);
      return [key, readPartitions(partitions, asset, spaces)] as const;
    });
    return { kind: "each", partitions: new Map(stated), cascade: "downstream" };
  }
  const root = choice.asset === undefined ? (findRoot(chosen) ?? findRoot(made)) : requireChosen(choice.asset, made);
  // Without any partitioned asset there is nothing to choose from.
  if (root === undefined) return { kind: "each", partitions: new Map() };
  const partitions = readPartitions(choice.kind === "text" ? choice.text : choice.ranges, root, spaces);
  return { kind: "root", asset: root.key, partitions, cascade: "downstream" };
}

/** The first of them that has partitions. */
function findRoot(assets: readonly IndexedAsset[]): IndexedAsset | undefined {
  return assets.find(({ definition }) => definition.kind === "asset" && definition.partitions !== null);
}

function readPartitions(stated: string | readonly number[], asset: IndexedAsset, spaces: PartitionSpaces) {
  return typeof stated === "string" ? spaces.of(asset).parseRange(stated) : PartitionSet.fromRanges(stated);
}

function requireChosen(key: string, made: readonly IndexedAsset[]): IndexedAsset {
  const asset = made.find((candidate) => candidate.key === key);
  if (asset !== undefined) return asset;
  const near = formatNearest(
    key,
    made.map((candidate) => candidate.key),
  );
  throw new HeddleError("ASSET_UNKNOWN", `"${key}", whose partitions were chosen, is not a chosen asset`, {
    hint: near ?? "Choose it, or state the partitions of an asset that is chosen.",
    details: { asset: key },
  });
}
