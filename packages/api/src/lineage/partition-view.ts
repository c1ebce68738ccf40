import { HeddleError } from "@heddle/core";
import { PARTITION_STATUSES, PartitionSet } from "@heddle/core/internal";
import {
  type DefinitionsIndex,
  type IndexedAsset,
  type PartitionSpaces,
  readAssetStandings,
  requireAsset,
  URGENCY,
} from "@heddle/engine/planning";
import { listPartitionStatuses, readPartitionMaterializations, type Transaction } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import { describeInputs } from "../assets/materialization-answer.ts";
import type { LineagePartitionView } from "../contract.ts";

/** Ranges that are written out for people. */
const SHOWN_RANGES = 3;
/** Materializations that are looked through for the one in use. */
const LOOKED_THROUGH = 20;

type SetsByAsset = Map<IndexedAsset, PartitionSet>;

/** Answers `lineage.partitionView`. @throws ASSET_UNKNOWN, PARTITION_UNKNOWN */
export async function readPartitionView(
  state: ApiState,
  { key, partition }: { readonly key: string; readonly partition: string },
): Promise<LineagePartitionView> {
  return state.db.read("lineage.partitionView", async (tx) => {
    const index = await state.definitions.index(tx);
    const asset = requireAsset(index, key);
    const spaces = await state.definitions.spaces(tx, Date.now());
    const ordinal = spaces.of(asset).ordinalOf(partition);
    if (ordinal === null) throw partitionUnknown(key, partition);
    const reached: SetsByAsset = new Map([[asset, PartitionSet.of([ordinal])]]);
    followUpstream(index, spaces, { asset, reached });
    followDownstream(index, spaces, { asset, reached });
    return {
      asset: { id: asset.id, key },
      ordinal,
      partitionKey: partition,
      ...(await describeReached(state, tx, { reached, spaces })),
      read: await describeRead(state, tx, { asset, ordinal, index, spaces }),
    };
  });
}

interface Follow {
  readonly asset: IndexedAsset;
  readonly reached: SetsByAsset;
}

/** What the partition is made from, transitively: each asset once, after all that read it. */
function followUpstream(index: DefinitionsIndex, spaces: PartitionSpaces, { asset, reached }: Follow): void {
  const sets: SetsByAsset = new Map([[asset, reached.get(asset) ?? PartitionSet.EMPTY]]);
  for (const number of index.graph.topologicalOrder.toReversed()) {
    const downstream = index.declared[number];
    const own = downstream === undefined ? undefined : sets.get(downstream);
    if (downstream === undefined || own === undefined || own.isEmpty) continue;
    for (const dep of downstream.definition.deps) {
      const upstream = index.byKey(dep.upstream);
      if (upstream === undefined) continue;
      const mapped = spaces.mapping(dep, { upstream, downstream }).upstreamOf(own).partitions;
      sets.set(upstream, (sets.get(upstream) ?? PartitionSet.EMPTY).union(mapped));
    }
  }
  for (const [other, set] of sets) reached.set(other, set);
}

/** What is made from the partition, transitively: each asset once, after all that it reads. */
function followDownstream(index: DefinitionsIndex, spaces: PartitionSpaces, { asset, reached }: Follow): void {
  const sets: SetsByAsset = new Map([[asset, reached.get(asset) ?? PartitionSet.EMPTY]]);
  for (const number of index.graph.topologicalOrder) {
    const downstream = index.declared[number];
    if (downstream === undefined) continue;
    for (const dep of downstream.definition.deps) {
      const upstream = index.byKey(dep.upstream);
      const own = upstream === undefined ? undefined : sets.get(upstream);
      if (upstream === undefined || own === undefined || own.isEmpty) continue;
      const mapped = spaces.mapping(dep, { upstream, downstream }).downstreamOf(own);
      sets.set(downstream, (sets.get(downstream) ?? PartitionSet.EMPTY).union(mapped));
    }
  }
  for (const [other, set] of sets) reached.set(other, set);
}

async function describeReached(
  state: ApiState,
  tx: Transaction,
  { reached, spaces }: { readonly reached: SetsByAsset; readonly spaces: PartitionSpaces },
): Promise<Pick<LineagePartitionView, "ids" | "sizes" | "texts" | "codes" | "counts">> {
  const assets = [...reached].filter(([, set]) => !set.isEmpty).map(([asset]) => asset);
  const standings = await readAssetStandings(state, tx, { assets, spaces });
  const rows = standings.map(({ asset, sets, stale }) => {
    const set = reached.get(asset) ?? PartitionSet.EMPTY;
    const isExternal = asset.definition.kind === "external";
    const { counts } = listPartitionStatuses(isExternal ? PartitionSet.EMPTY : set, sets, stale);
    const status = URGENCY.find((candidate) => counts[candidate] > 0);
    return {
      id: asset.id,
      size: set.size,
      text: asset.definition.partitions === null ? "" : spaces.of(asset).format(set, SHOWN_RANGES),
      code: status === undefined ? -1 : PARTITION_STATUSES.indexOf(status),
      counts,
    };
  });
  return {
    ids: rows.map(({ id }) => id),
    sizes: rows.map(({ size }) => size),
    texts: rows.map(({ text }) => text),
    codes: rows.map(({ code }) => code),
    counts: rows.map(({ counts }) => counts),
  };
}

interface ReadOf {
  readonly asset: IndexedAsset;
  readonly ordinal: number;
  readonly index: DefinitionsIndex;
  readonly spaces: PartitionSpaces;
}

async function describeRead(
  state: ApiState,
  tx: Transaction,
  { asset, ordinal, index, spaces }: ReadOf,
): Promise<LineagePartitionView["read"]> {
  const environmentId = await state.definitions.environmentId(tx);
  const rows = await readPartitionMaterializations(tx, {
    environmentId,
    assetId: asset.id,
    ordinal,
    limit: LOOKED_THROUGH,
  });
  const row = rows.find(({ current }) => current);
  if (row === undefined) return null;
  return { runId: row.runId, at: row.publishedAt.getTime(), inputs: describeInputs(row, { index, spaces }) };
}

function partitionUnknown(key: string, partition: string): HeddleError {
  return new HeddleError("PARTITION_UNKNOWN", `"${key}" has no partition "${partition}"`, {
    hint: 'Choose one on the asset\'s page; an unpartitioned asset has the one partition "".',
    details: { asset: key, partition },
  });
}
