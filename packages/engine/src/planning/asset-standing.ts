import { PARTITION_STATUSES, PartitionSet } from "@heddle/core";
import {
  listPartitionStatuses,
  NO_PARTITION_SETS,
  readPartitionSets,
  type PartitionSets,
  type PartitionStatusList,
  type Transaction,
} from "@heddle/storage";
import type { PlanningState } from "./planning-state.ts";
import type { IndexedAsset } from "./definitions-index.ts";
import type { PartitionSpaces } from "./partition-spaces.ts";
import { URGENCY } from "./urgency.ts";
import { findStaleAssets, type StaleReason } from "./staleness.ts";

/** What has no status of its own. */
const NO_STATUS = -1;

/** How one asset stands. */
export interface AssetStanding {
  readonly asset: IndexedAsset;
  readonly sets: PartitionSets;
  readonly statuses: PartitionStatusList;
  /** Partitions that exist; of a former definition, those of which something is known. */
  readonly all: PartitionSet;
  /** How many these are. */
  readonly total: number;
  /** Index into `PARTITION_STATUSES`, or -1. */
  readonly code: number;
  readonly staleBecause: readonly StaleReason[];
}

export interface StandingsScope {
  readonly assets: readonly IndexedAsset[];
  readonly spaces: PartitionSpaces;
}

/** Finds out how some assets stand, in a constant number of statements. In the order in which they were given. */
export async function readAssetStandings(
  state: PlanningState,
  tx: Transaction,
  { assets, spaces }: StandingsScope,
): Promise<AssetStanding[]> {
  const index = await state.definitions.index(tx);
  const environmentId = await state.definitions.environmentId(tx);
  const isEverything = assets.length >= index.declared.length;
  const needed = isEverything ? undefined : idsWithUpstream(assets, (asset) => index.upstreamOf(asset));
  const sets = await readPartitionSets(tx, { environmentId, assetIds: needed });
  const stale = await findStaleAssets(tx, { index, definitions: state.definitions, environmentId, assets, sets });
  return assets.map((asset) => {
    const staleBecause = stale.get(asset.id) ?? [];
    const own = sets.get(asset.id) ?? NO_PARTITION_SETS;
    const all = asset.supersededAt === null ? spaces.of(asset).all : knownOf(own);
    // Heddle makes none of an external asset's partitions, so none of them is missing.
    const shown = asset.definition.kind === "external" ? PartitionSet.EMPTY : all;
    const statuses = listPartitionStatuses(shown, own, staleBecause.length > 0 ? all : PartitionSet.EMPTY);
    return { asset, sets: own, statuses, all, total: all.size, code: codeOf(asset, statuses), staleBecause };
  });
}

/** A definition that is not in force makes nothing exist: what is left of it is what was made or tried. */
function knownOf({ materialized, failed, running, queued, skipped }: PartitionSets): PartitionSet {
  return [failed, running, queued, skipped].reduce((all, set) => all.union(set), materialized);
}

function idsWithUpstream(
  assets: readonly IndexedAsset[],
  upstreamOf: (asset: IndexedAsset) => readonly IndexedAsset[],
): number[] {
  const singles = assets.filter((asset) => asset.definition.partitions === null);
  return [...new Set([...assets, ...singles.flatMap(upstreamOf)].map((asset) => asset.id))];
}

function codeOf(asset: IndexedAsset, { counts }: PartitionStatusList): number {
  if (asset.definition.kind === "external") return NO_STATUS;
  const status = URGENCY.find((candidate) => counts[candidate] > 0);
  return status === undefined ? PARTITION_STATUSES.indexOf("missing") : PARTITION_STATUSES.indexOf(status);
}
