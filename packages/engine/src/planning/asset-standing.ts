import { PARTITION_STATUSES, PartitionSet } from "@heddle/core/internal";
import {
  listPartitionStatuses,
  NO_PARTITION_SETS,
  readPartitionSets,
  readStaleness,
  type PartitionSets,
  type PartitionStatusList,
  type StoredStaleness,
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
  /** Of an unpartitioned asset, as of now. */
  readonly staleBecause: readonly StaleReason[];
  /** Partitions that are out of date. */
  readonly stale: PartitionSet;
  /** What the daemon has judged, as of then; `null` when it has not. */
  readonly staleness: StoredStaleness | null;
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
  const judged = await readStaleness(tx, { environmentId, assetIds: needed });
  const { definitions } = state;
  const staleNow = await findStaleAssets(tx, { index, definitions, environmentId, assets, sets, judged });
  return assets.map((asset) => {
    const staleBecause = staleNow.get(asset.id) ?? [];
    const own = sets.get(asset.id) ?? NO_PARTITION_SETS;
    const all = asset.supersededAt === null ? spaces.of(asset).all : knownOf(own);
    // Heddle makes none of an external asset's partitions, so none of them is missing.
    const shown = asset.definition.kind === "external" ? observing(own) : all;
    const staleness = asset.supersededAt === null ? (judged.get(asset.id) ?? null) : null;
    const stale = staleOf(asset, { all, sets: own, staleness, isStaleNow: staleBecause.length > 0 });
    const statuses = listPartitionStatuses(shown, own, stale);
    const code = codeOf(asset, statuses);
    return { asset, sets: own, statuses, all, total: all.size, code, staleBecause, stale, staleness };
  });
}

/** What may be said of an external asset: that somebody looks at it, or could not. */
function observing({ failed, running, queued }: PartitionSets): PartitionSet {
  return failed.union(running).union(queued);
}

interface StaleFacts extends Pick<AssetStanding, "all" | "sets" | "staleness"> {
  /** Whether a look at this moment has found it. */
  readonly isStaleNow: boolean;
}

function staleOf({ definition }: IndexedAsset, { all, sets, staleness, isStaleNow }: StaleFacts): PartitionSet {
  if (isStaleNow) return all;
  if (staleness === null) return PartitionSet.EMPTY;
  // The one partition of an asset was made since it was judged: what was known of it is history.
  const madeAt = sets.lastMaterializedAt;
  const isOvertaken = definition.partitions === null && madeAt !== null && madeAt > staleness.judgedAt;
  return isOvertaken ? PartitionSet.EMPTY : staleness.stale;
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
  const status = URGENCY.find((candidate) => counts[candidate] > 0);
  if (status !== undefined) return PARTITION_STATUSES.indexOf(status);
  return asset.definition.kind === "external" ? NO_STATUS : PARTITION_STATUSES.indexOf("missing");
}
